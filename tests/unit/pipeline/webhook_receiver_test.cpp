// Goal: a webhook is answered so that nothing is lost and nothing invented: marked before it is
// accepted, verified before it is marked. Method: the fake provider's notifications, signed with
// the right, a wrong or no secret, against a store in memory that can fail.

#include "pipeline/instance_settings.h"
#include "unit/pipeline/webhook_receiver_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST_F(WebhookReceiverTest, MarksTheInstancesOfTheAccountsAndAcceptsOnlyThen) {
    const InstanceId a = instance("acc-a", "s1");
    const InstanceId b = instance("acc-b", "s1");
    instance("acc-c", "s1");
    bool was_asked = false;
    store_.on_mark = [&] { was_asked = true; };

    const auto response = receive("fake", std::nullopt, post("accounts:acc-a,acc-b,acc-a", "s1"));

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_TRUE(was_asked);
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(a, b));
    EXPECT_EQ(wakes_, 1U);
    EXPECT_EQ(provider_->signature_checks, 1U);
    EXPECT_THAT(metrics(), HasSubstr("ferry_notices_marked_total 2"));
    EXPECT_THAT(metrics(), HasSubstr("ferry_webhooks_verified_total 1"));
}

TEST_F(WebhookReceiverTest, AsksToRetryWhenTheNoticeIsNotDurable) {
    instance("acc-a", "s1");
    store_.refuses_writes = true;

    const auto response = receive("fake", std::nullopt, post("accounts:acc-a", "s1"));

    EXPECT_EQ(response.status, 503);
    ASSERT_EQ(response.headers.fields().size(), 1U);
    EXPECT_EQ(response.headers.fields()[0].first, "Retry-After");
    EXPECT_EQ(wakes_, 0U);
    store_.refuses_writes = false;
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 200);
}

TEST_F(WebhookReceiverTest, AsksToRetryWhenTheStoreCannotBeRead) {
    instance("acc-a", "s1");
    store_.is_down = true;

    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 503);
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 503);
    EXPECT_EQ(log_lines_, 1U) << "a failing store must not flood the log";
    clock_.advance(Milliseconds(10'000));
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 503);
    EXPECT_EQ(log_lines_, 2U);
}

TEST_F(WebhookReceiverTest, AWrongAppSecretIsSeenInTheLogAndDoesNotFloodIt) {
    instance("acc-a", "s1");

    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(status(post("accounts:acc-a", "another")), 401);
    EXPECT_EQ(log_lines_, 1U);
    clock_.advance(Milliseconds(60'000));
    EXPECT_EQ(status(post("accounts:acc-a", "another")), 401);
    EXPECT_EQ(log_lines_, 2U);
    EXPECT_EQ(status(post("accounts:nobody", "another")), 401);
    EXPECT_EQ(log_lines_, 2U) << "nobody's account is nobody's fault";
}

TEST_F(WebhookReceiverTest, RefusesMissingAndWrongSignatures) {
    instance("acc-a", "s1");
    http::Request changed = post("accounts:acc-a", "s1");
    changed.body += ",acc-b";

    EXPECT_EQ(status(post("accounts:acc-a")), 401);
    EXPECT_EQ(status(post("accounts:acc-a", "other")), 401);
    EXPECT_EQ(status(changed), 401);
    EXPECT_TRUE(store_.marked().empty());
    EXPECT_THAT(metrics(), HasSubstr("ferry_webhooks_rejected_total{reason=\"bad_signature\"} 3"));
}

TEST_F(WebhookReceiverTest, TwoAppsBehindOneUrlMarkOnlyTheirOwnInstances) {
    const InstanceId first = instance("acc-a", "s1");
    const InstanceId second = instance("acc-a", "s2");

    EXPECT_EQ(status(post("accounts:acc-a", "s2")), 200);
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(second));
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 200);
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(first, second));
    EXPECT_EQ(status(post("accounts:acc-a", "s3")), 401);
}

TEST_F(WebhookReceiverTest, AcceptsAndCountsUnknownAccountsOfWhoeverHasASecret) {
    EXPECT_EQ(status(post("accounts:nobody")), 200) << "there is no secret to compare with";
    instance("acc-a", "s1");
    instance("acc-b", "s2");

    EXPECT_EQ(status(post("accounts:nobody,no one", "s2")), 200);
    EXPECT_EQ(status(post("accounts:", "s1")), 200);
    EXPECT_EQ(status(post("accounts:nobody")), 401);
    EXPECT_EQ(status(post("accounts:nobody", "s3")), 401);
    EXPECT_TRUE(store_.marked().empty());
    EXPECT_THAT(metrics(), HasSubstr("ferry_webhook_accounts_unknown_total 5"));
    EXPECT_THAT(metrics(), HasSubstr("ferry_webhooks_rejected_total{reason=\"bad_signature\"} 2"));
}

TEST_F(WebhookReceiverTest, WithMoreSecretsThanAreTriedNobodyIsRefusedForAnUnknownAccount) {
    for (std::size_t i = 0; i <= kNotificationSecretsMax; ++i)
        instance("acc-" + std::to_string(i), "s" + std::to_string(i));

    EXPECT_EQ(status(post("accounts:nobody", "another")), 200);
    EXPECT_EQ(provider_->signature_checks, 0U);
}

TEST_F(WebhookReceiverTest, MarksTheKnownAmongUnknownAccounts) {
    const InstanceId a = instance("acc-a", "s1");

    EXPECT_EQ(status(post("accounts:nobody,acc-a,", "s1")), 200);
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(a));
}

TEST_F(WebhookReceiverTest, AnEmptyAccountIdMatchesNoInstance) {
    instance("", "s1");

    EXPECT_EQ(status(post("accounts:,", "s1")), 200);
    EXPECT_TRUE(store_.marked().empty());
}

TEST_F(WebhookReceiverTest, NeverVerifiesWithoutASecret) {
    const InstanceId without = instance("acc-a", "");

    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 401);
    EXPECT_EQ(provider_->signature_checks, 0U);
    EXPECT_THAT(metrics(), HasSubstr("reason=\"no_secret\"} 1"));

    const InstanceId with = instance("acc-a", "s1");
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 200);
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(with));
    EXPECT_NE(with, without);
}

TEST_F(WebhookReceiverTest, SaysOfAnInstanceThatPollsThatItTakesNone) {
    const InstanceId id = instance("acc-a", "");
    const auto said = [&](std::optional<InstanceId> of_url) {
        const auto response = receive("fake", of_url, post("accounts:acc-a", "s1"));
        EXPECT_EQ(response.status, 401);
        return response.body;
    };
    EXPECT_THAT(said(id), HasSubstr("have no app secret"));

    store_.change(id, [&](Instance& row) {
        row.sealed_configuration =
            sealConfiguration({{"event.vendor.type", "polling"}}, row.name, key_, random_);
    });
    EXPECT_THAT(said(id), HasSubstr("poll, as their event.vendor.type says"));
    EXPECT_THAT(said(std::nullopt), HasSubstr("take no webhooks"));

    instance("acc-a", "");
    EXPECT_THAT(said(std::nullopt), HasSubstr("have no app secret")) << "not all of them poll";
}

TEST_F(WebhookReceiverTest, AnswersTheChallenge) {
    http::Request request;
    request.method = "GET";
    request.query = "challenge=abc";

    const auto response = receive("fake", std::nullopt, request);

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/plain");
    EXPECT_EQ(response.body, "abc");
}

TEST_F(WebhookReceiverTest, RefusesWhatIsNoNotification) {
    http::Request get;
    get.method = "GET";
    http::Request put;
    put.method = "PUT";

    EXPECT_EQ(receive("nope", std::nullopt, get).status, 404);
    EXPECT_EQ(status(get), 400);
    EXPECT_EQ(status(put), 405);
    EXPECT_EQ(status(post("")), 400);
    EXPECT_EQ(status(post(std::string("\0\xff\xfe{", 4))), 400);
    EXPECT_EQ(status(post(std::string(1 << 20, '['))), 400);
    EXPECT_THAT(metrics(), HasSubstr("reason=\"malformed\"} 4"));
    EXPECT_THAT(metrics(), HasSubstr("reason=\"unknown_connector\"} 1"));
    EXPECT_EQ(log_lines_, 1U) << "of many, one is told";
}

TEST_F(WebhookReceiverTest, ALookIsAnsweredWherePostIsTaken) {
    const InstanceId a = instance("acc-a", "s1");
    http::Request head;
    head.method = "HEAD";

    const auto response = receive("fake", std::nullopt, head);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(receive("fake", a, head).status, 200);
    EXPECT_EQ(receive("fake", InstanceId(a.value + 7), head).status, 404);
    EXPECT_EQ(receive("nope", std::nullopt, head).status, 404);
    provider_->parse_error = Error(ErrorCode::Unsupported, "no webhooks");
    EXPECT_EQ(receive("fake", std::nullopt, head).status, 404);
    provider_->parse_error = Error(ErrorCode::Internal, "quarantined");
    EXPECT_EQ(receive("fake", std::nullopt, head).status, 503);
    EXPECT_EQ(provider_->signature_checks, 0U);
    EXPECT_TRUE(store_.marked().empty());
}

TEST_F(WebhookReceiverTest, APluginFaultIsNotTheSendersFault) {
    instance("acc-a", "s1");

    provider_->signature_error = Error(ErrorCode::Internal, "quarantined");
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 503);
    provider_->parse_error = Error(ErrorCode::Internal, "quarantined");
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 503);
    provider_->parse_error = Error(ErrorCode::Unsupported, "no webhooks");
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 404);
    provider_->challenge_error = Error(ErrorCode::Internal, "quarantined");
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 503);
    EXPECT_TRUE(store_.marked().empty());
}

TEST_F(WebhookReceiverTest, BoundsTheAccountsOfANotification) {
    const auto body = [](std::size_t count) {
        std::string text = "accounts:";
        for (std::size_t i = 0; i < count; ++i)
            text += "x,";
        return text;
    };

    EXPECT_EQ(status(post(body(kNotificationAccountsMax))), 200);
    EXPECT_EQ(status(post(body(kNotificationAccountsMax + 1))), 413);
    EXPECT_EQ(store_.look_ups, kNotificationAccountsMax);
}

TEST_F(WebhookReceiverTest, BoundsTheSecretsTriedAndTriesTheLikeliestFirst) {
    for (std::size_t i = 0; i < 2 * kNotificationSecretsMax; ++i)
        instance("shared", fmt::format("other-{}", i));
    const InstanceId first = instance("shared", "right");
    const InstanceId second = instance("second", "right");

    EXPECT_EQ(status(post("accounts:shared,second", "wrong")), 401);
    EXPECT_EQ(provider_->signature_checks, kNotificationSecretsMax);
    EXPECT_EQ(status(post("accounts:shared,second", "right")), 200);
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(first, second));
}

TEST_F(WebhookReceiverTest, OpensASecretOnceOnly) {
    instance("acc-a", "s1");

    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(status(post("accounts:acc-a", "s1")), 200);
    EXPECT_EQ(store_.secret_reads, 1U);
}

TEST_F(WebhookReceiverTest, AnInstancesOwnUrlMarksThatInstanceOnly) {
    const InstanceId a = instance("acc-a", "s1");
    const InstanceId twin = instance("acc-a", "s1");

    EXPECT_EQ(status(post("accounts:acc-a", "s1"), a), 200);
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(a));
    EXPECT_EQ(status(post("accounts:", "s1"), twin), 200) << "no account named: the URL names it";
    EXPECT_THAT(store_.marked(), UnorderedElementsAre(a, twin));
    EXPECT_EQ(status(post("accounts:acc-a", "s2"), a), 401);
    EXPECT_EQ(status(post("accounts:other", "s1"), a), 200) << "not its account: nothing to mark";
    EXPECT_EQ(status(post("accounts:acc-a", "s1"), InstanceId(999)), 404);
}

TEST_F(WebhookReceiverTest, AnInstanceThatDoesNotRunIsNotMarked) {
    const InstanceId a = instance("acc-a", "s1");
    store_.change(a, [](Instance& row) { row.state = InstanceState::Disabled; });

    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 200);
    EXPECT_EQ(status(post("accounts:acc-a", "s1"), a), 200);
    EXPECT_TRUE(store_.marked().empty());
}

TEST_F(WebhookReceiverTest, AnotherConnectorsInstanceIsUnknown) {
    const InstanceId a = instance("acc-a", "s1");
    store_.change(a, [](Instance& row) { row.connector_key = "other"; });

    EXPECT_EQ(status(post("accounts:acc-a", "s1"), a), 404);
}

}  // namespace
}  // namespace ferry::pipeline
