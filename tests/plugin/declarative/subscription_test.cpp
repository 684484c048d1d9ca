// Goal: the secret that a provider signs with is taken from its answer, where the connector says
// so. Method: the plugin as the hub loads it, with scripted answers.

#include "fetch_case.h"

#include <gmock/gmock.h>

namespace ferry::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// `members`: further ones of the section, each with a comma before it.
Pairs subscription(const std::string& members) {
    return {
        {"subscription",
         R"({"create":{"method":"POST","url":"https://a.test/hooks"},)"
         R"("renew":{"method":"PATCH","url":"https://a.test/hooks/1"},)"
         R"("delete":{"method":"DELETE","url":"https://a.test/hooks/1"},)"
         R"("keep":{"id":{"path":["id"]}})" +
             members + "}"}};
}

class GivenSecret : public testing::Test {
  protected:
    AbiOutcome subscribe(const Script& script, const std::string& state = {}) {
        AbiSubscribe wanted;
        wanted.secret = "own";
        wanted.state = state;
        const AbiOutcome outcome = plugin_.subscribe({}, wanted, script);
        EXPECT_EQ(outcome.violation, "");
        return outcome;
    }
    /// What the one registration has; "-" if it failed.
    static std::string secretOf(const AbiOutcome& outcome) {
        return outcome.subscriptions.size() == 1 ? outcome.subscriptions[0].secret : "-";
    }

    AbiPlugin plugin_{
        pluginFile(), "acme", subscription(R"(,"secret":{"path":["signing","key"]})")};
};

TEST_F(GivenSecret, IsThatOfTheAnswer) {
    const AbiOutcome made =
        subscribe({AbiResponse::json(201, R"({"id":"7","signing":{"key":"s3cret"}})")});
    ASSERT_THAT(made.subscriptions, SizeIs(1)) << made.message;
    EXPECT_EQ(made.subscriptions[0].secret, "s3cret");
    EXPECT_EQ(made.subscriptions[0].state, R"({"id":"7"})") << "the host keeps the secret itself";
    EXPECT_EQ(made.requests.at(0).method, "POST");
}

TEST_F(GivenSecret, IsMissedInTheFirstAnswerAlone) {
    const AbiOutcome made = subscribe({AbiResponse::json(201, R"({"id":"7","other":"hush"})")});
    EXPECT_EQ(made.status, FERRY_ERROR_MALFORMED);
    EXPECT_EQ(made.message, "subscription: the answer has no value for 'secret'");
    EXPECT_EQ(
        subscribe({AbiResponse::json(201, R"({"id":"7","signing":{"key":""}})")}).status,
        FERRY_ERROR_MALFORMED
    );

    const std::string state = R"({"id":"7"})";
    EXPECT_EQ(secretOf(subscribe({AbiResponse::json(200, "{}")}, state)), "") << "as before";
    EXPECT_EQ(
        secretOf(subscribe({AbiResponse::json(200, R"({"signing":{"key":"other"}})")}, state)),
        "other"
    );
}

TEST_F(GivenSecret, OfAnotherWebhookTakesThePlaceOfTheFormer) {
    const std::string state = R"({"id":"7"})";
    const AbiOutcome made = subscribe(
        {AbiResponse::json(404, "{}"),
         AbiResponse::json(201, R"({"id":"8","signing":{"key":"second"}})")},
        state
    );
    EXPECT_EQ(secretOf(made), "second") << made.message;
    EXPECT_EQ(
        subscribe({AbiResponse::json(404, "{}"), AbiResponse::json(201, R"({"id":"8"})")}, state)
            .status,
        FERRY_ERROR_MALFORMED
    ) << "it is signed with another one, which nobody knows";
}

TEST_F(GivenSecret, MayBeAHeaderAndIsNoneWithoutTheKey) {
    const AbiResponse answer =
        AbiResponse::json(201, R"({"id":"7","signing":{"key":"s"}})").with("x-hook-secret", "h");
    EXPECT_EQ(secretOf(subscribe({answer})), "s");
    AbiPlugin by_header(
        pluginFile(), "acme", subscription(R"(,"secret":{"header":"x-hook-secret"})")
    );
    EXPECT_EQ(secretOf(by_header.subscribe({}, {}, {answer})), "h");
    AbiPlugin without(pluginFile(), "acme", subscription(""));
    EXPECT_EQ(secretOf(without.subscribe({}, {}, {answer})), "");
}

TEST_F(GivenSecret, IsNotTold) {
    const AbiOutcome failed =
        subscribe({AbiResponse::json(201, R"({"name":"7","signing":{"key":"s3cret"}})")});
    EXPECT_EQ(failed.message, "subscription: the answer has no value for 'id'");
    EXPECT_THAT(failed.log, IsEmpty());
}

}  // namespace
}  // namespace ferry::test
