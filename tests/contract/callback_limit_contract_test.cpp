// Goal: of the instances that share a callback the strictest limit is found, and how far a rate is
// used outlives the process, in every driver. Method: each documented sentence as one test, on a
// fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

class CallbackLimitContract : public StoreContract {
  protected:
    InstanceId addWith(const std::string& name, const CallbackLimits& limits) {
        Instance instance = anInstance(name);
        instance.callback = callback('x');
        instance.callback_limits = limits;
        return valueOf(store().instances().put({&instance, 1}, at(0))).at(0);
    }
    store::SharedLimits limits(char name = 'x') {
        return valueOf(store().deliveries().limits(callback(name)));
    }
    static constexpr RateLimit kSlow{90, Milliseconds(60'000)};
    static constexpr RateLimit kFast{2, Milliseconds(1'000)};
};
FERRY_CONTRACT(CallbackLimitContract);

TEST_P(CallbackLimitContract, OfAllInstancesTheStrictestCounts) {
    EXPECT_FALSE(limits().leaves_concurrency) << "nobody asks";
    addWith("fast", {30, kFast});
    const InstanceId slow = addWith("slow", {3, kSlow});
    Instance other = anInstance("other");
    other.callback = callback('y');
    other.callback_limits = {1, RateLimit{1, Milliseconds(3'600'000)}};
    EXPECT_OK(store().instances().put({&other, 1}, at(0)));
    EXPECT_EQ(limits().concurrency, 3U);
    EXPECT_FALSE(limits().leaves_concurrency);
    EXPECT_EQ(limits().rate, kSlow);

    const InstanceId plain = addWith("plain", {});
    EXPECT_EQ(limits().concurrency, 3U);
    EXPECT_TRUE(limits().leaves_concurrency);
    EXPECT_EQ(limits().rate, kSlow);
    EXPECT_OK(store().instances().remove({&slow, 1}));
    EXPECT_OK(store().instances().remove({&plain, 1}));
    EXPECT_EQ(limits().concurrency, 30U);
    EXPECT_FALSE(limits().leaves_concurrency);
    EXPECT_EQ(limits().rate, kFast);
}

TEST_P(CallbackLimitContract, FollowAnInstanceThatIsChanged) {
    const InstanceId id = addWith("a", {3, kSlow});
    Instance instance = valueOf(store().instances().find(id)).value();
    EXPECT_EQ(instance.callback_limits, (CallbackLimits{3, kSlow}));
    instance.callback_limits = {4, kFast};
    EXPECT_OK(store().instances().put({&instance, 1}, at(0)));
    EXPECT_EQ(limits().concurrency, 4U);
    EXPECT_EQ(limits().rate, kFast);
    instance.callback_limits = {};
    EXPECT_OK(store().instances().reconfigure({&instance, 1}));
    EXPECT_EQ(limits().concurrency, 0U);
    EXPECT_EQ(limits().rate, std::nullopt);
}

TEST_P(CallbackLimitContract, TheUseOfARateOutlivesTheProcess) {
    const InstanceId id = addWith("a", {0, kSlow});
    deliver(id, callback('x'), 1, at(0));
    deliver(id, callback('x'), 1, at(0));
    const auto leased = leaseDeliveries(at(0));
    ASSERT_EQ(leased.size(), 2U);
    AttemptOutcome outcome = anOutcome(leased[0], DeliveryState::Delivered, at(5));
    outcome.rate_full_at = at(700);
    record(outcome);
    AttemptOutcome put_off = anOutcome(leased[1], DeliveryState::Waiting, at(6));
    record(put_off);
    reopen();
    EXPECT_EQ(limits().rate_full_at, at(700));
    EXPECT_EQ(limits('y').rate_full_at, TimePoint());
}

TEST_P(CallbackLimitContract, WhatAReceiverAskedForOutlivesTheProcessUntilSomebodyAsks) {
    const InstanceId id = addWith("a", {});
    deliver(id, callback('x'), 1, at(0));
    const auto hold = [&](std::int64_t ms) {
        const auto leased = leaseDeliveries(at(0));
        ASSERT_EQ(leased.size(), 1U);
        AttemptOutcome outcome = anOutcome(leased[0], DeliveryState::Waiting, at(0));
        outcome.callback_held_until = at(ms);
        record(outcome);
        store().deliveries().pace(callback('x'), {at(ms), 0});
    };
    hold(700);
    reopen();
    EXPECT_EQ(limits().held_until, at(700));
    EXPECT_EQ(limits('y').held_until, TimePoint());
    hold(500);
    EXPECT_EQ(limits().held_until, at(700)) << "the longest";
    EXPECT_TRUE(leaseDeliveries(at(10)).empty());

    const store::DeliveryKey key{id, valueOf(store().deliveries().page(id, {}, 1)).at(0).id};
    EXPECT_EQ(valueOf(store().replays().redeliver({&key, 1}, at(10))), 1U);
    EXPECT_EQ(limits().held_until, TimePoint());
    EXPECT_EQ(leaseDeliveries(at(10)).size(), 1U);
}

TEST_P(CallbackLimitContract, ReplaysMayHaveHalfOfThem) {
    const auto room = [this] { return valueOf(store().replays().room(callback('x'), 8)); };
    EXPECT_EQ(room(), 4);
    addWith("many", {30, {}});
    EXPECT_EQ(room(), 15);
    addWith("plain", {});
    EXPECT_EQ(room(), 4) << "the hub's number is the fewest";
    addWith("one", {1, {}});
    EXPECT_EQ(room(), 1);
}

}  // namespace
}  // namespace ferry::test
