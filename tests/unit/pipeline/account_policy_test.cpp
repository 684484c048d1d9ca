// Goal: what the account says is kept, counts only once it is on disk, and is refused if no hub has
// written it. Method: a store in memory that fails on command.

#include "pipeline/account_policy.h"

#include "support/fake_meta_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kName = "account.failure_policy";

TEST(AccountPolicy, RetriesUntilSomebodySaysOtherwise) {
    test::FakeMetaStore meta;
    AccountPolicy policy(meta);
    ASSERT_TRUE(policy.load());
    EXPECT_EQ(policy.onFailure(), FailurePolicy::Retry);
    EXPECT_EQ(meta.writes, 0U);
}

TEST(AccountPolicy, OutlivesTheProcess) {
    test::FakeMetaStore meta;
    for (const FailurePolicy wanted : {FailurePolicy::Queue, FailurePolicy::Retry}) {
        AccountPolicy before(meta);
        ASSERT_TRUE(before.load());
        ASSERT_TRUE(before.setOnFailure(wanted));
        EXPECT_EQ(before.onFailure(), wanted);
        AccountPolicy after(meta);
        ASSERT_TRUE(after.load());
        EXPECT_EQ(after.onFailure(), wanted);
    }
}

TEST(AccountPolicy, StaysAsItWasIfItCantBeWritten) {
    test::FakeMetaStore meta;
    AccountPolicy policy(meta);
    ASSERT_TRUE(policy.setOnFailure(FailurePolicy::Queue));
    meta.refuses_writes = true;
    const Status refused = policy.setOnFailure(FailurePolicy::Retry);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(policy.onFailure(), FailurePolicy::Queue);
    AccountPolicy after(meta);
    ASSERT_TRUE(after.load());
    EXPECT_EQ(after.onFailure(), FailurePolicy::Queue);
    meta.refuses_writes = false;
    EXPECT_TRUE(policy.setOnFailure(FailurePolicy::Retry));
    EXPECT_EQ(policy.onFailure(), FailurePolicy::Retry);
}

TEST(AccountPolicy, IsCorruptIfNoHubHasWrittenIt) {
    for (const char* text : {"", "often", "QUEUE", "queue "}) {
        test::FakeMetaStore meta;
        ASSERT_TRUE(meta.put(kName, text));
        AccountPolicy policy(meta);
        const Status loaded = policy.load();
        ASSERT_FALSE(loaded) << text;
        EXPECT_EQ(loaded.error().code, ErrorCode::Corrupt);
        EXPECT_THAT(loaded.error().message, testing::HasSubstr(kName));
        EXPECT_EQ(policy.onFailure(), FailurePolicy::Retry);
    }
}

}  // namespace
}  // namespace ferry::pipeline
