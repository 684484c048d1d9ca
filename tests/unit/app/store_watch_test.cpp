// Goal: a store that can't be written is told once when that begins and once when it is over, also
// if nobody writes meanwhile. Method: a real store whose commits fail on demand.
#include "app/store_watch.h"

#include "store/sqlite/sqlite_store.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace ferry::app {
namespace {

using testing::HasSubstr;

class StoreWatchTest : public testing::Test {
  protected:
    StoreWatchTest() {
        store::sqlite::SqliteOptions options;
        options.inline_writes = true;
        options.fails_commit = [this] { return is_full_; };
        auto opened =
            store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        EXPECT_TRUE(opened);
        store_ = std::move(*opened);
        watch_ = std::make_unique<StoreWatch>(store_->meta(), clock_, log_, folder_path_);
    }

    /// What the log got by one step, a few seconds later.
    std::string step() {
        clock_.advance(Milliseconds(5'000));
        EXPECT_EQ(watch_->step(), clock_.now() + Milliseconds(5'000));
        return std::exchange(log_text_, "");
    }

    test::TempDir folder_;
    const std::filesystem::path folder_path_ = "some/data";
    test::SimClock clock_;
    std::string log_text_;
    observe::Log log_{
        clock_, observe::LogLevel::Info, observe::LogFormat::Text, [this](std::string_view line) {
            log_text_.append(line);
        }};
    bool is_full_ = false;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<StoreWatch> watch_;
};

TEST_F(StoreWatchTest, TellsTheBeginningAndTheEndOnce) {
    EXPECT_TRUE(store_->meta().put("a", "1"));
    EXPECT_EQ(step(), "");

    is_full_ = true;
    EXPECT_FALSE(store_->meta().put("a", "2"));
    EXPECT_TRUE(store_->meta().writeFailure());
    const std::string begun = step();
    EXPECT_THAT(begun, HasSubstr("error"));
    EXPECT_THAT(begun, HasSubstr("the store can't be written"));
    EXPECT_THAT(begun, HasSubstr("folder=some/data"));
    EXPECT_EQ(step(), "");

    is_full_ = false;
    // Nobody writes, as nobody sends anything to a hub that is not ready.
    EXPECT_THAT(step(), HasSubstr("can be written again folder=some/data seconds=10"));
    EXPECT_FALSE(store_->meta().writeFailure());
    EXPECT_EQ(step(), "");
}

TEST_F(StoreWatchTest, AWriteThatIsWrongInItselfSaysNothingOfTheDisk) {
    Instance nobody;
    nobody.id = InstanceId(99);
    const auto written = store_->instances().put({&nobody, 1}, clock_.now());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Conflict);
    EXPECT_FALSE(store_->meta().writeFailure());

    is_full_ = true;
    EXPECT_FALSE(store_->meta().put("a", "1"));
    is_full_ = false;
    EXPECT_FALSE(store_->instances().put({&nobody, 1}, clock_.now()));
    EXPECT_TRUE(store_->meta().writeFailure()) << "nor does it say that all is well";
    EXPECT_TRUE(store_->instances().remove(std::vector{InstanceId(99)}));
    EXPECT_TRUE(store_->meta().writeFailure()) << "that changed nothing, and went to no disk";
    EXPECT_TRUE(store_->meta().put("a", "1"));
    EXPECT_FALSE(store_->meta().writeFailure());
}

}  // namespace
}  // namespace ferry::app
