// Goal: callbacks and deliveries that a person has to look at are told of, from when to when the
// table in README.md says. Method: as in operator_worker_test.

#include "unit/pipeline/operator_worker_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;

TEST_F(OperatorWorkerTest, TellsOfACallbackThatFailsForLongUntilItAcceptsSomething) {
    const CallbackId callback = callbackOf(add("a"));
    health_->noteFailure(callback, clock_.now(), "HTTP 500");
    run(Milliseconds(599'000));
    EXPECT_EQ(outbound_.submittedCount(), 0U);
    run(Milliseconds(5'000));
    EXPECT_EQ(answer(200), "callback.failing");
    EXPECT_THAT(message_.body, HasSubstr("HTTP 500"));

    restart();
    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "a start says nothing about the callback";
    health_->noteSuccess(callback);
    run();
    EXPECT_EQ(answer(200), "callback.failing.resolved");
}

TEST_F(OperatorWorkerTest, ACallbackThatIsSwitchedOffIsToldOfAsThat) {
    const CallbackId callback = callbackOf(add("a"));
    health_->noteFailure(callback, clock_.now(), "HTTP 500");
    run(Milliseconds(605'000));
    EXPECT_EQ(answer(200), "callback.failing");
    ASSERT_TRUE(store_->deliveries().switchOff(callback, clock_.now(), "HTTP 410"));
    run();
    EXPECT_EQ(answer(200), "callback.switched_off") << "and not that it is well";
    health_->noteSuccess(callback);
    ASSERT_TRUE(store_->deliveries().switchOn(callback, clock_.now()));
    run();
    EXPECT_EQ(answer(200), "callback.switched_off.resolved");
    run();
    EXPECT_EQ(outbound_.pendingCount(), 0U);
}

TEST_F(OperatorWorkerTest, TellsOfAPermissionThatIsNotGivenForLong) {
    const CallbackId callback = callbackOf(add("a"));
    const auto waits = [&](std::string_view reason) {
        const std::string list = fmt::format(
            R"([[{}, {}, "{}"]])", callback.value, toEpochMilliseconds(clock_.now()), reason
        );
        ASSERT_TRUE(store_->meta().put("callback.permissions.waiting", list));
    };
    waits("the receiver answered 404");
    run(Milliseconds(599'000));
    EXPECT_EQ(outbound_.submittedCount(), 0U) << "a receiver may take its time";
    run(Milliseconds(5'000));
    EXPECT_EQ(answer(200), "callback.without_permission");
    EXPECT_THAT(message_.body, HasSubstr("the receiver answered 404"));
    EXPECT_THAT(message_.body, HasSubstr("WebHook-Allowed-Origin"));
    EXPECT_THAT(message_.body, HasSubstr("\"name\":\"a\""));
    EXPECT_EQ(metric("callback.without_permission"), "1");
    EXPECT_THAT(log_text_, HasSubstr("callback.without_permission"));

    ASSERT_TRUE(store_->meta().put("callback.permissions.waiting", "[]"));
    run();
    EXPECT_EQ(answer(200), "callback.without_permission.resolved");
    EXPECT_EQ(metric("callback.without_permission"), "0");
}

TEST_F(OperatorWorkerTest, OneWithoutPermissionThatIsSwitchedOffIsToldOfAsThat) {
    const CallbackId callback = callbackOf(add("a"));
    const std::string list = fmt::format(R"([[{}, 0, "refused"]])", callback.value);
    ASSERT_TRUE(store_->meta().put("callback.permissions.waiting", list));
    run();
    EXPECT_EQ(answer(200), "callback.without_permission");
    ASSERT_TRUE(store_->deliveries().switchOff(callback, clock_.now(), "HTTP 410"));
    run();
    EXPECT_EQ(answer(200), "callback.switched_off") << "and not that it may be sent to";
    run();
    EXPECT_EQ(outbound_.pendingCount(), 0U);
}

TEST_F(OperatorWorkerTest, ACallbackThatNobodyUsesAnyMoreIsNoConcern) {
    const InstanceId id = add("a");
    ASSERT_TRUE(store_->deliveries().switchOff(callbackOf(id), clock_.now(), "HTTP 410"));
    run();
    EXPECT_EQ(answer(200), "callback.switched_off");
    ASSERT_TRUE(store_->instances().remove({&id, 1}));
    run();
    EXPECT_EQ(answer(200), "callback.switched_off.resolved");
    EXPECT_THAT(message_.body, HasSubstr("\"name\":\"a\"")) << "whom it concerned is still told";
}

TEST_F(OperatorWorkerTest, TellsAgainWhenTenTimesAsManyAreDead) {
    const InstanceId id = add("a");
    die(id);
    run();
    EXPECT_EQ(answer(200), "deliveries.dead");
    const std::string first(message_.headers.get("webhook-id").value_or(""));
    for (int i = 0; i < 8; ++i)
        die(id);
    run();
    EXPECT_EQ(outbound_.pendingCount(), 0U);
    die(id);
    run();
    EXPECT_EQ(answer(200), "deliveries.dead");
    EXPECT_THAT(message_.body, HasSubstr("10 deliveries are dead"));
    EXPECT_NE(message_.headers.get("webhook-id"), first);
    EXPECT_EQ(metric("deliveries.dead"), "1");
    run(Milliseconds(1'000'000));
    EXPECT_EQ(answer(200), "deliveries.dead.resolved");
}

TEST_F(OperatorWorkerTest, DeadDeliveriesAreNoConcernOnceAllAreDeliveredAgain) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    for (int i = 0; i < 3; ++i)
        die(a);
    run();
    EXPECT_EQ(answer(200), "deliveries.dead");
    const auto again = [&](InstanceId instance, std::int64_t id) {
        const store::DeliveryKey key{instance, DeliveryId(id)};
        EXPECT_EQ(store_->replays().redeliver({&key, 1}, clock_.now()), 1U);
        EXPECT_EQ(store_->deliveries().lease({clock_.now(), 1, 9})->size(), 1U) << "on its way";
    };
    again(a, 1);
    again(a, 2);
    run();
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "one is dead still";
    EXPECT_EQ(metric("deliveries.dead"), "1");

    again(a, 3);
    die(b);  // as many as before: who is dead counts, not how many
    run();
    ASSERT_EQ(outbound_.pendingCount(), 2U);
    EXPECT_EQ(metric("deliveries.dead"), "1") << "of b";
    const std::string first = outbound_.oldest().body;
    outbound_.completeStatus(200);
    const std::string second = outbound_.oldest().body;
    outbound_.completeStatus(200);
    EXPECT_THAT(first + second, HasSubstr("deliveries.dead.resolved"));
    EXPECT_THAT(first + second, HasSubstr("1 delivery is dead"));
    again(b, 4);
    run();
    EXPECT_EQ(answer(200), "deliveries.dead.resolved");
    EXPECT_EQ(metric("deliveries.dead"), "0");
}

TEST_F(OperatorWorkerTest, ManyDeadDeliveriesAreCountedAgainInPortions) {
    const InstanceId a = add("a");
    die(a, 5'100);
    run();
    EXPECT_EQ(answer(200), "deliveries.dead");
    std::vector<store::DeliveryKey> keys;
    for (std::int64_t id = 1; id <= 5'100; ++id)
        keys.push_back({a, DeliveryId(id)});
    ASSERT_TRUE(store_->replays().redeliver(std::span(keys).subspan(50), clock_.now()));
    run();
    EXPECT_EQ(metric("deliveries.dead"), "1");
    ASSERT_TRUE(store_->replays().redeliver(std::span(keys).first(50), clock_.now()));
    run();
    EXPECT_EQ(answer(200), "deliveries.dead.resolved");
}

TEST_F(OperatorWorkerTest, TellsOfDeadDeliveriesOnceUntilNoneDiesAnyMore) {
    const InstanceId id = add("a");
    die(id);
    run();
    EXPECT_EQ(answer(200), "deliveries.dead");
    EXPECT_THAT(message_.body, HasSubstr("1 delivery is dead, the last one with: HTTP 500"));
    for (int i = 0; i < 8; ++i) {
        die(id);
        run(Milliseconds(600'000));
        if (i == 5) restart();
    }
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "they go on dying";
    run(Milliseconds(900'000));
    EXPECT_EQ(answer(200), "deliveries.dead.resolved");
}

}  // namespace
}  // namespace ferry::pipeline
