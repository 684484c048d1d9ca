// Goal: a receiver is asked as CloudEvents' abuse protection has it, and what it grants is kept.
// Method: a standing clock; OPTIONS are answered by hand, the store is in memory.

#include "callback_permissions_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CallbackPermissionsTest : public CallbackPermissionsFixture {};

TEST_F(CallbackPermissionsTest, AsksWhoItIsHowFastAndWhereToGrantLater) {
    settings_.delivery.headers = {{"X-Tenant", Secret("7")}};
    settings_.delivery.tls = std::make_shared<http::TlsIdentity>();
    limitTo(10, Milliseconds(1'000));
    EXPECT_FALSE(find());
    permissions_->ask(kAsking, settings_, Secret("tok"), Milliseconds(5'000), 1);
    permissions_->ask(kAsking, settings_, Secret("tok"), Milliseconds(5'000), 2);
    ASSERT_EQ(outbound_.pendingCount(), 1U) << "one question at a time";
    const http::OutboundRequest request = outbound_.oldest();
    EXPECT_EQ(request.method, "OPTIONS");
    EXPECT_EQ(request.url, "https://app.example.com/hook");
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(request.traffic, http::Traffic::Callback);
    EXPECT_EQ(request.tls, settings_.delivery.tls);
    EXPECT_EQ(request.headers.get("WebHook-Request-Origin"), "hub.example.com");
    EXPECT_EQ(request.headers.get("WebHook-Request-Rate"), "600");
    EXPECT_EQ(request.headers.get("X-Tenant"), "7");
    EXPECT_EQ(request.headers.get("Authorization"), "Bearer tok");
    EXPECT_EQ(
        request.headers.get("WebHook-Request-Callback")
            ->find("https://Hub.example.com:8443/x/callbacks/permission/1-600-"),
        0U
    );
    const PermissionAnswer got =
        answer(answerOf(200, {{"Origin", "HUB.example.com"}, {"Rate", "120"}}));
    EXPECT_EQ(got.waiters, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_TRUE(got.is_granted);
    ASSERT_TRUE(find());
    EXPECT_EQ(find()->rate->count, 120);
    EXPECT_EQ(find()->rate->period, Milliseconds(60'000));
}

TEST_F(CallbackPermissionsTest, WithoutALimitNoRateIsAskedForOrNeeded) {
    ask();
    EXPECT_FALSE(outbound_.oldest().headers.get("WebHook-Request-Rate"));
    EXPECT_TRUE(answer(answerOf(204, {{"Origin", "*"}})).is_granted);
    ASSERT_TRUE(find());
    EXPECT_FALSE(find()->rate);
    limitTo(1, Milliseconds(1'000));
    EXPECT_TRUE(find()) << "any rate was granted";
}

TEST_F(CallbackPermissionsTest, TheRateThatIsAllowedIsToldAsFarAsItCounts) {
    EXPECT_EQ(allowedRate(meta_, kAsking).value(), std::nullopt);
    limitTo(60, Milliseconds(60'000));
    ask();
    EXPECT_TRUE(
        answer(answerOf(200, {{"Origin", "*"}, {"Rate", "99999999999999999999"}})).is_granted
    ) << "more than the hub ever sends";
    EXPECT_GT(allowedRate(meta_, kAsking).value().value_or(0), 60);
    limitTo(120, Milliseconds(60'000));
    ask();
    EXPECT_TRUE(answer(answerOf(200, {{"Origin", "*"}, {"Rate", "1"}})).is_granted);
    EXPECT_EQ(allowedRate(meta_, kAsking).value(), 1);
}

TEST_F(CallbackPermissionsTest, NothingElseGrants) {
    limitTo(1, Milliseconds(3'600'000));
    const auto refused = [this](http::OutboundResponse response) {
        ask();
        if (response.error == http::TransportError::None) {
            EXPECT_EQ(outbound_.oldest().headers.get("WebHook-Request-Rate"), "1");
        }
        const PermissionAnswer got = answer(std::move(response));
        EXPECT_FALSE(got.is_granted);
        EXPECT_GT(got.ask_again_at, clock_.now());
        EXPECT_FALSE(find());
        return got.reason;
    };
    EXPECT_THAT(
        refused(answerOf(200, {})), HasSubstr("answered 200 without WebHook-Allowed-Origin")
    );
    EXPECT_THAT(
        refused(answerOf(405, {{"Origin", "*"}, {"Rate", "*"}})), HasSubstr("answered 405")
    );
    EXPECT_THAT(
        refused(answerOf(200, {{"Origin", "example.com"}, {"Rate", "*"}})),
        HasSubstr("another origin than hub.example.com")
    );
    EXPECT_THAT(refused(answerOf(200, {{"Origin", "*"}})), HasSubstr("no WebHook-Allowed-Rate"));
    for (const char* rate : {"0", "-1", "fast", ""}) {
        EXPECT_THAT(
            refused(answerOf(200, {{"Origin", "*"}, {"Rate", rate}})),
            HasSubstr("neither a positive number nor *")
        ) << rate;
    }
    http::OutboundResponse none;
    none.error = http::TransportError::Timeout;
    EXPECT_THAT(refused(none), HasSubstr("no answer came: timeout"));
}

TEST_F(CallbackPermissionsTest, AsksAgainAtWaitsThatDoubleAndTellsAReasonOnce) {
    Milliseconds last{0};
    for (int i = 0; i < 8; ++i) {
        ask();
        const PermissionAnswer got = answer(answerOf(404, {}));
        EXPECT_EQ(got.is_new_reason, i == 0);
        EXPECT_EQ(permissions_->askAgainAt(kAsking), got.ask_again_at);
        EXPECT_GE(got.ask_again_at - clock_.now(), std::min(last, Milliseconds(1'800'000)));
        EXPECT_LE(got.ask_again_at - clock_.now(), Milliseconds(3'600'000));
        last = got.ask_again_at - clock_.now();
        clock_.advanceTo(got.ask_again_at);
    }
    EXPECT_EQ(permissions_->waitingCount(), 1U);
    ask();
    http::OutboundResponse later = answerOf(503, {});
    later.headers.add("Retry-After", "7200");
    EXPECT_EQ(answer(later).ask_again_at, clock_.now() + Milliseconds(7'200'000));

    const auto waiting = waitingPermissions(meta_).value();
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].callback, kAsking);
    EXPECT_THAT(waiting[0].reason, HasSubstr("answered 503"));
    ask();
    answer(answerOf(200, {{"Origin", "*"}}));
    EXPECT_THAT(waitingPermissions(meta_).value(), IsEmpty());
    EXPECT_EQ(permissions_->waitingCount(), 0U);
}

TEST_F(CallbackPermissionsTest, APermissionOutlivesTheProcessForTheSameHost) {
    ask();
    answer(answerOf(200, {{"Origin", "*"}}));
    restart("https://hub.example.com");
    EXPECT_TRUE(find());
    restart("https://other.example.com");
    EXPECT_FALSE(find());
}

TEST_F(CallbackPermissionsTest, SinceWhenOneWaitsAndWhenItIsAskedAgainOutliveTheProcess) {
    const TimePoint since = clock_.now();
    TimePoint ask_again_at;
    for (int i = 0; i < 5; ++i) {
        ask();
        ask_again_at = answer(answerOf(404, {})).ask_again_at;
        if (i < 4) clock_.advanceTo(ask_again_at);
    }
    ASSERT_GT(ask_again_at - clock_.now(), Milliseconds(400'000)) << "16 times the first wait";

    restart();
    ASSERT_TRUE(permissions_->takeAnswers());
    EXPECT_EQ(permissions_->waitingCount(), 1U) << "known before anything is sent";
    EXPECT_EQ(waitingPermissions(meta_).value().at(0).since, since);
    EXPECT_FALSE(find());
    EXPECT_EQ(permissions_->askAgainAt(kAsking), ask_again_at);

    clock_.advanceTo(ask_again_at);
    ask();
    const PermissionAnswer got = answer(answerOf(503, {}));
    EXPECT_GT(got.ask_again_at - clock_.now(), Milliseconds(900'000)) << "it goes on doubling";
    EXPECT_EQ(waitingPermissions(meta_).value().at(0).since, since);

    restart("https://other.example.com");
    EXPECT_FALSE(find());
    EXPECT_EQ(permissions_->askAgainAt(kAsking), TimePoint()) << "another host asks at once";
}

TEST_F(CallbackPermissionsTest, WhatHasEndedIsNotTakenUpByTheNextProcess) {
    ask();
    answer(answerOf(404, {}));
    is_used_ = false;
    clock_.advance(Milliseconds(1'000));
    permissions_->leave(kAsking);
    ASSERT_TRUE(permissions_->takeAnswers());
    is_used_ = true;
    restart();
    EXPECT_FALSE(find());
    EXPECT_EQ(permissions_->askAgainAt(kAsking), TimePoint());

    ask();
    answer(answerOf(404, {}));
    is_used_ = false;
    restart();
    ASSERT_TRUE(permissions_->takeAnswers());
    EXPECT_EQ(permissions_->waitingCount(), 0U) << "no instance has the callback any more";
    EXPECT_THAT(waitingPermissions(meta_).value(), IsEmpty());
    EXPECT_FALSE(find());
    EXPECT_EQ(permissions_->askAgainAt(kAsking), TimePoint());
}

TEST_F(CallbackPermissionsTest, AListThatCanNotBeReadHoldsNothingUp) {
    ASSERT_TRUE(meta_.put("callback.permissions.waiting", "{"));
    restart();
    EXPECT_TRUE(permissions_->takeAnswers());
    EXPECT_THAT(waitingPermissions(meta_).value(), IsEmpty()) << "it is written anew";
}

TEST_F(CallbackPermissionsTest, AClockThatWasSetBackDelaysTheNextQuestionByADayAtMost) {
    clock_.advance(Milliseconds(40LL * 86'400'000));
    ask();
    answer(answerOf(404, {}));
    const TimePoint then = clock_.now() - Milliseconds(30LL * 86'400'000);
    clock_.advance(then - clock_.now());
    restart();
    EXPECT_FALSE(find());
    EXPECT_LE(permissions_->askAgainAt(kAsking), then + Milliseconds(86'400'000));
    EXPECT_EQ(waitingPermissions(meta_).value().size(), 1U);
    ASSERT_TRUE(permissions_->takeAnswers());
    EXPECT_LE(waitingPermissions(meta_).value().at(0).since, then);
}

TEST_F(CallbackPermissionsTest, WhatTheStoreDoesNotTakeIsToldLater) {
    ask();
    meta_.refuses_writes = true;
    outbound_.complete(answerOf(200, {{"Origin", "*"}}));
    EXPECT_FALSE(permissions_->takeAnswers());
    EXPECT_FALSE(permissions_->takeAnswers());
    meta_.refuses_writes = false;
    const auto answers = permissions_->takeAnswers();
    ASSERT_TRUE(answers && answers->size() == 1);
    EXPECT_TRUE(answers->front().is_granted);
    restart();
    EXPECT_TRUE(find());
}

TEST_F(CallbackPermissionsTest, MoreThanWasGrantedIsAskedForAndWhatWasGrantedStays) {
    limitTo(60, Milliseconds(60'000));
    ask();
    answer(answerOf(200, {{"Origin", "*"}, {"Rate", "60"}}));
    limitTo(30, Milliseconds(60'000));
    EXPECT_TRUE(find());
    limitTo(90, Milliseconds(60'000));
    ask();
    EXPECT_TRUE(answer(answerOf(404, {})).is_granted);
    ASSERT_TRUE(find());
    EXPECT_EQ(find()->rate->count, 60);
}

TEST_F(CallbackPermissionsTest, TheEndOfTheHubIsNoRefusal) {
    ask(7);
    http::OutboundResponse cancelled;
    cancelled.error = http::TransportError::Cancelled;
    const PermissionAnswer got = answer(cancelled);
    EXPECT_TRUE(got.is_cancelled);
    EXPECT_EQ(got.waiters, std::vector<std::uint64_t>{7});
    EXPECT_EQ(permissions_->waitingCount(), 0U);
}

TEST_F(CallbackPermissionsTest, AnotherInstanceOfTheCallbackEndsNoWait) {
    ask();
    const PermissionAnswer got = answer(answerOf(404, {}));
    clock_.advance(Milliseconds(10'000));
    permissions_->leave(kAsking);
    EXPECT_THAT(permissions_->takeAnswers().value(), IsEmpty());
    EXPECT_EQ(permissions_->waitingCount(), 1U);
    EXPECT_EQ(permissions_->askAgainAt(kAsking), got.ask_again_at);

    is_used_ = false;
    permissions_->leave(kAsking);
    EXPECT_EQ(permissions_->waitingCount(), 1U) << "not looked for at each delivery";
    clock_.advance(Milliseconds(1'000));
    permissions_->leave(kAsking);
    ASSERT_TRUE(permissions_->takeAnswers());
    EXPECT_THAT(waitingPermissions(meta_).value(), IsEmpty());
    EXPECT_EQ(permissions_->waitingCount(), 0U);
    EXPECT_EQ(permissions_->askAgainAt(kAsking), TimePoint())
        << "asked at once if it is wanted again";
}

TEST_F(CallbackPermissionsTest, WhoIsNoLongerAskedDoesNotWait) {
    ask();
    answer(answerOf(404, {}));
    clock_.advance(Milliseconds(10'000));
    EXPECT_THAT(permissions_->takeAnswers().value(), IsEmpty()) << "an instance asks";
    is_used_ = false;
    EXPECT_THAT(permissions_->takeAnswers().value(), IsEmpty()) << "looked for a moment ago";
    clock_.advance(Milliseconds(5'000));
    const auto answers = permissions_->takeAnswers();
    ASSERT_TRUE(answers && answers->size() == 1);
    EXPECT_TRUE(answers->front().is_granted) << "what is due goes out without";
    EXPECT_THAT(waitingPermissions(meta_).value(), IsEmpty());
    EXPECT_EQ(permissions_->waitingCount(), 0U);
}

TEST(CallbackOrigin, IsTheHostOfTheUrl) {
    EXPECT_EQ(originOf("https://Hub.Example.com"), "hub.example.com");
    EXPECT_EQ(originOf("http://127.0.0.1:8080/x"), "127.0.0.1");
    EXPECT_EQ(originOf("http://[::1]:8080"), "::1");
    EXPECT_EQ(originOf("https://hub.example.com?x"), "hub.example.com");
}

}  // namespace
}  // namespace ferry::pipeline
