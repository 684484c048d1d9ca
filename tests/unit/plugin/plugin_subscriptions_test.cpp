// Goal: the hooks that register webhooks are called as the ABI says, and a plugin without them, or
// a connector that wants none registered, has no such thing. Method: the sample plugin, which has
// them, and one that has none.

#include "plugin/plugin_subscriptions.h"

#include "plugin_fixture.h"
#include "support/sim_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::plugin::test {
namespace {

using testing::HasSubstr;

class PluginSubscriptionsTest : public PluginTest {
  protected:
    std::unique_ptr<PluginProvider> provider(
        const std::string& id, const std::string& version, bool registers_webhooks = true
    ) {
        ProviderDescription description;
        description.key = "test";
        description.registers_webhooks = registers_webhooks;
        description.egress = {"api.example"};
        return std::make_unique<PluginProvider>(description, make(id, version), clock_);
    }
    /// The request, and what its answer makes of the operation.
    static std::pair<std::string, Result<pipeline::OperationStep>> run(
        Result<pipeline::OperationPtr> operation, int status, std::string body
    ) {
        const auto request = (*operation)->advance(nullptr);
        http::OutboundResponse answer;
        answer.status = status;
        answer.body = std::move(body);
        return {
            std::get<http::OutboundRequest>(request.value()).url, (*operation)->advance(&answer)};
    }

    ferry::test::SimClock clock_;
    pipeline::ProviderAccount account_{"dbid:1", "", {}, {{"api", "https://api.example"}}};
    ferry::TokenSet tokens_;
    pipeline::SubscriptionRequest request_{"https://hub.example/e", Secret("s"), "n", "before"};
};

TEST_F(PluginSubscriptionsTest, ARegistrationHasAStateAndMayEnd) {
    const auto provider = this->provider("sample", "1.2.3");
    pipeline::Subscriptions* subscriptions = provider->subscriptions();
    ASSERT_NE(subscriptions, nullptr);
    const auto subscribe = [&](int status, std::string body) {
        return run(
            subscriptions->startSubscribe(account_, tokens_, request_), status, std::move(body)
        );
    };

    const auto [url, made] = subscribe(200, "state");
    EXPECT_EQ(url, "https://api.example/subscribe?https://hub.example/e&s&n&before");
    ASSERT_TRUE(made) << made.error().message;
    const auto& registration = std::get<pipeline::OperationResult>(*made).registration;
    ASSERT_TRUE(registration);
    EXPECT_EQ(registration->state, "state");
    EXPECT_EQ(registration->expires_at, fromEpochMilliseconds(7));

    const auto lasting = subscribe(201, "state").second;
    EXPECT_EQ(
        std::get<pipeline::OperationResult>(lasting.value()).registration->expires_at, std::nullopt
    );
    EXPECT_TRUE(registration->secret.empty());
    const auto with_secret = subscribe(202, "state").second;
    EXPECT_EQ(
        std::get<pipeline::OperationResult>(with_secret.value()).registration->secret.reveal(),
        "given"
    );
    EXPECT_THAT(subscribe(200, "").second.error().message, HasSubstr("subscription state"));
    const auto large = subscribe(200, std::string((8U << 10U) + 1, 'x')).second;
    EXPECT_THAT(large.error().message, HasSubstr("subscription state"));
}

TEST_F(PluginSubscriptionsTest, ARemovalKnowsTheState) {
    const auto provider = this->provider("sample", "1.2.3");
    const auto [url, removed] =
        run(provider->subscriptions()->startUnsubscribe(account_, tokens_, request_), 200, "");
    EXPECT_EQ(url, "https://api.example/unsubscribe?before");
    EXPECT_TRUE(removed) << removed.error().message;
}

TEST_F(PluginSubscriptionsTest, NobodyRegistersWithoutHooksOrWhereTheConnectorSaysNo) {
    EXPECT_EQ(provider("rogue", "1.0.0")->subscriptions(), nullptr);
    EXPECT_EQ(provider("sample", "1.2.3", false)->subscriptions(), nullptr);
}

}  // namespace
}  // namespace ferry::plugin::test
