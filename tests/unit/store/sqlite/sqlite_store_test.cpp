// Goal: the SQLite driver survives kills, full disks, failing commits, second processes and newer
// schemas, and can be read while it is written.
// Method: real files in a fresh folder; a child process that is killed; page limits; a commit hook.

#include "store/sqlite/sqlite_store.h"

#include "contract/store_contract.h"
#include "store/sqlite/schema.h"
#include "support/faulty_store.h"
#include "support/temp_dir.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace ferry::store::sqlite {
namespace {

using test::aCommit;
using test::anEvent;
using test::anInstance;
using test::at;
using test::codeOf;
using test::valueOf;
using testing::HasSubstr;
using testing::SizeIs;

class SqliteStoreTest : public testing::Test {
  protected:
    std::string path() const { return folder_.path() / "hub.db"; }
    std::unique_ptr<SqliteStore> open(const SqliteOptions& options = {}) {
        auto opened = SqliteStore::open(path(), options);
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }
    static InstanceId add(Store& store, const std::string& name) {
        const Instance instance = anInstance(name);
        return valueOf(store.instances().put(std::span(&instance, 1), at(0))).at(0);
    }

  private:
    test::TempDir folder_;
};

TEST_F(SqliteStoreTest, RefusesASecondHubAndNamesTheFirst) {
    const auto first = open();

    const auto second = SqliteStore::open(path());

    EXPECT_EQ(codeOf(second), ErrorCode::Unavailable);
    EXPECT_THAT(second.error().message, HasSubstr("in use by another hub"));
    EXPECT_THAT(second.error().message, HasSubstr(std::to_string(getpid())));
}

TEST_F(SqliteStoreTest, ReadsWhileAnotherProcessWrites) {
    EXPECT_EQ(codeOf(SqliteStore::openReadOnly(path())), ErrorCode::NotFound);
    const auto hub = open();
    const InstanceId id = add(*hub, "a");

    const auto reader = SqliteStore::openReadOnly(path());

    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ(valueOf((*reader)->events().count(id)), 0);
    const SyncCommit commit = aCommit(id, 3);
    EXPECT_OK(hub->sync().commit(std::span(&commit, 1)).at(0));
    EXPECT_EQ(valueOf((*reader)->events().count(id)), 3);
    EXPECT_EQ(codeOf((*reader)->notices().mark(std::span(&id, 1), at(0))), ErrorCode::Unsupported);
    EXPECT_EQ(codeOf((*reader)->notices().lease(at(0), 1)), ErrorCode::Unsupported);
    EXPECT_EQ(codeOf((*reader)->deliveries().lease({at(0), 1, 1})), ErrorCode::Unsupported);
    EXPECT_EQ(
        codeOf((*reader)->sync().commit(std::span(&commit, 1)).at(0)), ErrorCode::Unsupported
    );
}

TEST_F(SqliteStoreTest, RefusesANewerSchemaAndAChangedStep) {
    open();
    auto connection = valueOf(Connection::open(path(), ConnectionMode::Write, 100));
    EXPECT_OK(connection->execute("INSERT INTO schema_migration VALUES (1000, 'future', 'x')"));
    EXPECT_EQ(codeOf(SqliteStore::open(path())), ErrorCode::Unsupported);
    EXPECT_EQ(codeOf(SqliteStore::openReadOnly(path())), ErrorCode::Unsupported);

    EXPECT_OK(
        connection->execute("DELETE FROM schema_migration WHERE version = 1000;"
                            "UPDATE schema_migration SET checksum = 'x'")
    );
    EXPECT_EQ(codeOf(SqliteStore::open(path())), ErrorCode::Corrupt);
}

TEST_F(SqliteStoreTest, IsNotADatabase) {
    std::FILE* file = std::fopen(path().c_str(), "w");
    for (int i = 0; i < 1000; ++i)
        std::fputs("this is no database ", file);
    std::fclose(file);

    EXPECT_EQ(codeOf(SqliteStore::open(path())), ErrorCode::Corrupt);
}

TEST_F(SqliteStoreTest, AnEmptyFileIsANewStoreUnlessThereIsALog) {
    std::ofstream(path()).flush();
    EXPECT_EQ(valueOf(open()->instances().countByState()).size(), 0U);

    std::ofstream(path(), std::ios::trunc).flush();
    std::ofstream(path() + "-wal") << "what was not yet in the file";
    const auto truncated = SqliteStore::open(path());

    EXPECT_EQ(codeOf(truncated), ErrorCode::Corrupt);
    EXPECT_THAT(truncated.error().message, HasSubstr("it was truncated"));
    EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 28U) << "it is left alone";

    std::filesystem::remove(path());
    const auto removed = SqliteStore::open(path());
    EXPECT_EQ(codeOf(removed), ErrorCode::Corrupt);
    EXPECT_THAT(removed.error().message, HasSubstr("it was removed"));
    EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 28U);
}

TEST_F(SqliteStoreTest, AFullDiskIsUnavailableAndPasses) {
    InstanceId id;
    {
        SqliteOptions options;
        options.pages_max = 120;
        const auto store = open(options);
        id = add(*store, "a");
        SyncCommit large = aCommit(id, 400);
        for (RecordedEvent& event : large.events)
            event.body.assign(2000, 'x');
        large.position.cursor = "large";

        EXPECT_EQ(codeOf(store->sync().commit(std::span(&large, 1)).at(0)), ErrorCode::Unavailable);

        EXPECT_EQ(valueOf(store->events().count({})), 0);
        EXPECT_EQ(valueOf(store->sync().position(id)).cursor, "");
        const SyncCommit small = aCommit(id, 1);
        EXPECT_OK(store->sync().commit(std::span(&small, 1)).at(0));
        const SyncCommit mixed[] = {small, large, small};
        const auto outcomes = store->sync().commit(mixed);
        EXPECT_FALSE(outcomes[1].has_value()) << "and no commit of the group is there by half";
        std::int64_t succeeded = 0;
        for (const Status& status : outcomes)
            succeeded += status.has_value() ? 1 : 0;
        EXPECT_EQ(valueOf(store->events().count({})), 1 + succeeded);
    }
    const auto store = open();
    SyncCommit large = aCommit(id, 400);
    EXPECT_OK(store->sync().commit(std::span(&large, 1)).at(0));
}

TEST_F(SqliteStoreTest, AFailedCommitFailsAllOfItsGroupAndLeavesNothing) {
    std::atomic<bool> fails{false};
    SqliteOptions options;
    options.fails_commit = [&] { return fails.load(); };
    const auto store = open(options);
    const InstanceId id = add(*store, "a");
    const std::vector<SyncCommit> commits(3, aCommit(id, 2));

    fails = true;
    for (const Status& status : store->sync().commit(commits))
        EXPECT_EQ(codeOf(status), ErrorCode::Unavailable);
    EXPECT_EQ(codeOf(store->meta().put("a", "b")), ErrorCode::Unavailable);
    fails = false;

    EXPECT_EQ(valueOf(store->events().count({})), 0);
    for (const Status& status : store->sync().commit(commits))
        EXPECT_OK(status);
    EXPECT_EQ(valueOf(store->events().newest()), EventNumber(6));
}

TEST_F(SqliteStoreTest, AFailedCommitKeepsLeases) {
    std::atomic<bool> fails{false};
    SqliteOptions options;
    options.fails_commit = [&] { return fails.load(); };
    const auto store = open(options);
    add(*store, "a");
    const auto leased = valueOf(store->notices().lease(at(0), 9));
    ASSERT_THAT(leased, SizeIs(1));

    fails = true;
    EXPECT_EQ(codeOf(store->notices().release(leased[0], at(0), 1)), ErrorCode::Unavailable);
    fails = false;

    EXPECT_THAT(valueOf(store->notices().lease(at(0), 9)), SizeIs(0));
    EXPECT_OK(store->notices().release(leased[0], at(0), 1));
    EXPECT_THAT(valueOf(store->notices().lease(at(0), 9)), SizeIs(1));
}

/// Writes from four threads and reports the number of each acknowledged commit until it is killed.
[[noreturn]] void writeUntilKilled(const std::string& path, InstanceId id, int report) {
    auto opened = SqliteStore::open(path);
    if (!opened) _exit(1);
    const auto work = [&](int thread) {
        for (std::int64_t i = 0;; ++i) {
            SyncCommit commit = aCommit(id, 3);
            commit.callback = CallbackId(1);
            const std::string name = fmt::format("{}-{}", thread, i);
            for (RecordedEvent& event : commit.events)
                event.id = name;
            if (!(*opened)->sync().commit(std::span(&commit, 1)).at(0)) _exit(1);
            const std::string line = name + "\n";
            if (write(report, line.data(), line.size()) < 0) _exit(1);
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back(work, i);
    for (std::thread& thread : threads)
        thread.join();
    _exit(1);
}

TEST_F(SqliteStoreTest, AKilledProcessLosesNothingItAcknowledged) {
    const InstanceId id = add(*open(), "a");
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) writeUntilKilled(path(), id, ends[1]);
    close(ends[1]);

    std::string reports;
    while (std::count(reports.begin(), reports.end(), '\n') < 60) {
        char buffer[512];
        const ssize_t size = read(ends[0], buffer, sizeof buffer);
        if (size <= 0) break;
        reports.append(buffer, static_cast<std::size_t>(size));
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ends[0]);

    const auto store = open();
    std::map<std::string, int> found;
    for (const RecordedEvent& event : valueOf(store->events().after({}, id, 1'000'000)))
        ++found[event.id];
    std::size_t acknowledged = 0;
    for (std::size_t from = 0, to = 0; (to = reports.find('\n', from)) != std::string::npos;
         from = to + 1, ++acknowledged) {
        EXPECT_EQ(found[reports.substr(from, to - from)], 3);
    }
    EXPECT_GE(acknowledged, 60U);
    for (const auto& [name, count] : found)
        EXPECT_EQ(count, 3) << name << " is there by half";
    EXPECT_EQ(
        valueOf(store->deliveries().countByState())[DeliveryState::Waiting],
        static_cast<std::int64_t>(found.size())
    );
}

TEST_F(SqliteStoreTest, FinishesARemovalThatWasCutShort) {
    std::atomic<int> commits_left{1000};
    SqliteOptions options;
    options.fails_commit = [&] { return commits_left-- <= 0; };
    InstanceId id;
    {
        const auto store = open(options);
        id = add(*store, "a");
        const SyncCommit commit = aCommit(id, 3000);
        EXPECT_OK(store->sync().commit(std::span(&commit, 1)).at(0));
        commits_left = 2;
        EXPECT_EQ(codeOf(store->instances().remove(std::span(&id, 1))), ErrorCode::Unavailable);
        EXPECT_FALSE(valueOf(store->instances().find(id)).has_value());
        EXPECT_EQ(valueOf(store->events().count({})), 1000);
    }

    EXPECT_EQ(valueOf(open()->events().count({})), 0);
}

TEST_F(SqliteStoreTest, FaultyStoreFailsBeforeOrAfterTheEffect) {
    const auto store = open();
    const InstanceId id = add(*store, "a");
    const SyncCommit commit = aCommit(id, 1);
    for (const auto& [fault, events] :
         {std::pair(test::Fault::Before, 0), std::pair(test::Fault::After, 1)}) {
        auto script = test::FaultScript::atCall(2, fault);
        test::FaultyStore faulty(*store, script);

        EXPECT_EQ(valueOf(faulty.events().count({})), 0);
        EXPECT_EQ(
            codeOf(faulty.sync().commit(std::span(&commit, 1)).at(0)), ErrorCode::Unavailable
        );
        EXPECT_EQ(valueOf(faulty.events().count({})), events);
    }
}

}  // namespace
}  // namespace ferry::store::sqlite
