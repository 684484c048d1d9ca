// Goal: what comes while a commit is on its way shares the next one, whether somebody waits for it
// or not, and all are told the outcome. Method: a real file; the hook before a COMMIT holds the
// first one until the others are there.

#include "store/sqlite/writer.h"

#include "support/eventually.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace ferry::store::sqlite {
namespace {

class WriterTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto connection =
            Connection::open((folder_.path() / "writer.db").string(), ConnectionMode::Write, 1024);
        ASSERT_TRUE(connection);
        ASSERT_TRUE((*connection)->execute("CREATE TABLE counted (n INTEGER)"));
        WriterOptions options;
        options.fails_commit = [this] {
            groups_.push_back(writes_);
            writes_ = 0;
            if (groups_.size() == 1) {
                is_held_ = true;
                first_commit_.get_future().wait();
            }
            return groups_.size() == fails_at_;
        };
        writer_ = std::make_unique<Writer>(std::move(*connection), std::move(options));
    }

    std::function<Status(Connection&)> insert() {
        return [this](Connection& connection) {
            ++writes_;
            return connection.query("INSERT INTO counted VALUES (1)").run();
        };
    }

    void post(Milliseconds patience = Milliseconds(0)) {
        std::vector<Write> writes(1);
        writes.front().apply = insert();
        writes.front().patience = patience;
        writer_->post(std::move(writes), [this](std::span<Write> written) {
            ++(written.front().result ? done_ : failed_);
        });
    }

    /// 20 that wait and 20 that do not, all while the commit of one before them is held.
    void writeBehindTheFirst() {
        std::vector<std::thread> waiting;
        post();
        ASSERT_TRUE(test::eventually([this] { return is_held_.load(); }));
        for (int i = 0; i < 20; ++i) {
            post();
            waiting.emplace_back([this] {
                ++begun_;
                ++(writer_->run(insert()) ? done_ : failed_);
            });
        }
        ASSERT_TRUE(test::eventually([this] { return begun_ == 20; }));
        std::this_thread::sleep_for(Milliseconds(100));
        first_commit_.set_value();
        for (std::thread& thread : waiting)
            thread.join();
        writer_.reset();
    }

    test::TempDir folder_;
    std::promise<void> first_commit_;
    std::atomic<bool> is_held_{false};
    std::atomic<int> begun_{0};
    std::atomic<int> done_{0};
    std::atomic<int> failed_{0};
    // Of the writer's thread; read when it has ended.
    std::size_t writes_ = 0;
    std::size_t fails_at_ = 0;
    std::vector<std::size_t> groups_;
    std::unique_ptr<Writer> writer_;
};

TEST_F(WriterTest, WhatComesDuringACommitSharesTheNext) {
    writeBehindTheFirst();

    EXPECT_EQ(groups_, (std::vector<std::size_t>{1, 40}));
    EXPECT_EQ(done_, 41);
    EXPECT_EQ(failed_, 0);
}

TEST_F(WriterTest, AFailingCommitFailsForAllOfItsGroup) {
    fails_at_ = 2;
    writeBehindTheFirst();

    EXPECT_EQ(done_, 1);
    EXPECT_EQ(failed_, 40);
}

TEST_F(WriterTest, APatientWriteSharesTheCommitOfTheNextOne) {
    first_commit_.set_value();
    post(Milliseconds(60'000));
    EXPECT_TRUE(writer_->run(insert()));
    EXPECT_TRUE(test::eventually([this] { return done_ == 1; }));
    EXPECT_EQ(groups_, (std::vector<std::size_t>{2}));
}

TEST_F(WriterTest, APatientWriteFailsWithTheCommitThatItShares) {
    fails_at_ = 1;
    first_commit_.set_value();
    post(Milliseconds(60'000));
    EXPECT_FALSE(writer_->run(insert()));
    EXPECT_TRUE(test::eventually([this] { return failed_ == 1; }));
}

TEST_F(WriterTest, APatientWriteWaitsNoLongerThanItMay) {
    first_commit_.set_value();
    post(Milliseconds(1));
    EXPECT_TRUE(test::eventually([this] { return done_ == 1; }));
}

TEST_F(WriterTest, APatientWriteIsNotLostAtTheEnd) {
    first_commit_.set_value();
    post(Milliseconds(60'000));
    writer_.reset();
    EXPECT_EQ(done_, 1);
}

}  // namespace
}  // namespace ferry::store::sqlite
