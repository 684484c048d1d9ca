// Goal: many writers share commits that are paced, and a few are never held up.
// Method: a real file; the groups are told apart by the hook before each COMMIT.

#include "store/sqlite/writer.h"

#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace ferry::store::sqlite {
namespace {

using Steady = std::chrono::steady_clock;

struct GroupSeen {
    std::size_t writes = 0;
    Steady::time_point begun;
};

class WriterTest : public ::testing::Test {
  protected:
    void open(std::chrono::microseconds pace, std::size_t crowd_min) {
        auto connection = Connection::open(
            (folder_.path() / "writer.db").string(), ConnectionMode::Write, 1024
        );
        ASSERT_TRUE(connection);
        ASSERT_TRUE((*connection)->execute("CREATE TABLE counted (n INTEGER)"));
        WriterOptions options;
        options.pace = pace;
        options.crowd_min = crowd_min;
        options.fails_commit = [this] {
            groups_.push_back(running_);
            running_ = {};
            return false;
        };
        writer_ = std::make_unique<Writer>(std::move(*connection), std::move(options));
    }

    void writeOne() {
        const Status status = writer_->run([this](Connection& connection) {
            if (running_.writes++ == 0) running_.begun = Steady::now();
            return connection.query("INSERT INTO counted VALUES (1)").run();
        });
        EXPECT_TRUE(status);
    }

    void writeFromMany(int threads, int writes_each) {
        std::vector<std::thread> all;
        for (int t = 0; t < threads; ++t) {
            all.emplace_back([&] {
                for (int i = 0; i < writes_each; ++i)
                    writeOne();
            });
        }
        for (std::thread& thread : all)
            thread.join();
    }

    test::TempDir folder_;
    // Of the writer's thread; read when it has ended.
    GroupSeen running_;
    std::vector<GroupSeen> groups_;
    std::unique_ptr<Writer> writer_;
};

TEST_F(WriterTest, AfterACrowdTheNextGroupGathers) {
    constexpr std::chrono::milliseconds kPace{40};
    constexpr std::size_t kCrowd = 4;
    open(kPace, kCrowd);
    writeFromMany(16, 10);
    writer_.reset();

    std::size_t total = 0;
    std::size_t paced = 0;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        total += groups_[i].writes;
        if (i == 0 || groups_[i - 1].writes < kCrowd) continue;
        ++paced;
        // The first write of a group comes a little after the group begins.
        EXPECT_GE(groups_[i].begun - groups_[i - 1].begun, kPace / 2) << i;
    }
    EXPECT_EQ(total, 160U);
    EXPECT_GE(paced, 1U);
}

TEST_F(WriterTest, FewWritersAreNotHeldUp) {
    // If they were, this would take an hour.
    open(std::chrono::hours(1), 3);
    writeFromMany(1, 50);
    writeFromMany(2, 50);
    writer_.reset();

    EXPECT_GE(groups_.size(), 100U);
}

}  // namespace
}  // namespace ferry::store::sqlite
