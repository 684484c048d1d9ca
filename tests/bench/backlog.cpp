#include "bench/backlog.h"

#include "model/event_id.h"
#include "pipeline/event_body.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace ferry::bench {

namespace {

constexpr std::size_t kEventsPerCommit = 2'000;

/// As a file of a Dropbox account gives it.
Event eventOf(InstanceId instance, std::uint64_t sequence, TimePoint now) {
    Event event;
    event.id = makeEventId({1, instance, sequence, false});
    event.object.object_id = fmt::format("id:a4ayc_80_OEAAAAAAAA{:04}", sequence % 10'000);
    event.object.name = fmt::format("report-{}.pdf", sequence);
    event.object.path = fmt::format("/Customers/Acme/Reports/{}", event.object.name);
    event.object.path_key = event.object.path;
    event.object.revision = fmt::format("01533{:015x}", sequence);
    event.object.content_hash =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    event.object.size = 123'456;
    event.object.modified_ms = toEpochMilliseconds(now);
    event.occurred_at = now;
    event.raw = fmt::format(
        R"({{".tag":"file","name":"{0}","path_lower":"{1}","path_display":"{1}","id":"{2}",)"
        R"("rev":"{3}","size":123456,"content_hash":"{4}"}})",
        event.object.name,
        event.object.path,
        event.object.object_id,
        event.object.revision,
        event.object.content_hash
    );
    return event;
}

}  // namespace

Status seedBacklog(const Backlog& backlog) {
    FERRY_TRY_ASSIGN(
        auto store,
        store::sqlite::SqliteStore::open((backlog.folder / "data" / "ferry.db").string())
    );
    const SystemClock clock;
    FERRY_TRY_ASSIGN(
        const auto instances, store->instances().page(InstanceId(), backlog.instances)
    );
    const std::size_t share = (backlog.events + instances.size() - 1) / instances.size();
    for (const Instance& instance : instances) {
        FERRY_TRY_ASSIGN(SyncPosition position, store->sync().position(instance.id));
        position.phase = SyncPhase::Live;
        position.cursor = "cursor";
        pipeline::EventBodyWriter bodies("dropbox", "documents", pipeline::MoveReporting::Moved);
        for (std::size_t done = 0; done < share;) {
            store::SyncCommit commit;
            commit.now = clock.now();
            const std::size_t until = std::min(share, done + kEventsPerCommit);
            for (; done < until; ++done)
                bodies.record(
                    eventOf(instance.id, ++position.event_sequence, commit.now),
                    commit.now,
                    commit.events
                );
            commit.instance = instance.id;
            commit.position = position;
            commit.events_per_delivery = backlog.events_per_delivery;
            commit.callback = instance.callback;
            if (backlog.is_logged_only) commit.logged_only = commit.events.size();
            const std::vector<Status> written = store->sync().commit({&commit, 1});
            FERRY_TRY(written.front());
        }
    }
    return {};
}

}  // namespace ferry::bench
