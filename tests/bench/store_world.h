#pragma once
// A store in a fresh folder of $TMPDIR, durable as in production, and what is put into it.

#include "base/check.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temp_dir.h"

#include <fmt/format.h>

#include <memory>
#include <span>
#include <vector>

namespace ferry::store::sqlite {

inline constexpr TimePoint kNow{Milliseconds(1'760'000'000'000)};

inline Instance anInstance(std::size_t number) {
    Instance instance;
    instance.name = fmt::format("instance-{}", number);
    instance.connector_key = "dropbox";
    instance.account_id = fmt::format("dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc{}", number);
    instance.state = InstanceState::Running;
    instance.source = "instances/all.yaml:12";
    instance.sealed_configuration.assign(700, 's');
    return instance;
}

/// A store and some instances. Ends the benchmark program if it can't be made.
class World {
  public:
    explicit World(std::size_t instance_count = 1) {
        auto opened = SqliteStore::open(folder_.path() / "hub.db");
        FERRY_CHECK(opened.has_value(), "the store opens");
        store = std::move(*opened);
        std::vector<Instance> batch;
        for (std::size_t i = 0; i < instance_count; ++i) {
            batch.push_back(anInstance(i));
            if (batch.size() < 1000 && i + 1 < instance_count) continue;
            auto made = store->instances().put(batch, kNow);
            FERRY_CHECK(made.has_value(), "the instances are put");
            ids.insert(ids.end(), made->begin(), made->end());
            batch.clear();
        }
    }
    std::unique_ptr<SqliteStore> store;
    std::vector<InstanceId> ids;

  private:
    test::TempDir folder_;

  public:
    ~World() { store.reset(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
};

inline IndexEntry anEntry(std::size_t number) {
    IndexEntry entry;
    entry.object.object_id = fmt::format("id:a4ayc_80_OEAAAAAAAA{:07}", number);
    entry.object.path = fmt::format("/Homework/Math {}/Prime Numbers {}.txt", number / 500, number);
    entry.object.path_key =
        fmt::format("/homework/math {}/prime numbers {}.txt", number / 500, number);
    entry.object.name = fmt::format("Prime Numbers {}.txt", number);
    entry.object.revision = "a1c10ce0dd78";
    entry.object.content_hash.assign(64, 'e');
    entry.object.size = 7212;
    entry.object.modified_ms = 1;
    return entry;
}

inline SyncCommit aCommit(InstanceId instance, std::size_t first, std::size_t count) {
    SyncCommit commit;
    commit.instance = instance;
    commit.callback = CallbackId(1);
    commit.now = kNow;
    for (std::size_t i = first; i < first + count; ++i) {
        commit.index_puts.push_back(anEntry(i));
        RecordedEvent event;
        event.id = fmt::format("{:020}", i);
        event.recorded_at = kNow;
        event.body.assign(400, 'b');
        event.raw.assign(300, 'r');
        commit.events.push_back(std::move(event));
    }
    return commit;
}

}  // namespace ferry::store::sqlite
