// Goal: the header Element-Instances narrows whom a webhook is for, names them where the body does
// not, and reaches nobody whose secret did not sign. Method: the fake provider and a fake store.

#include "pipeline/webhook_targets.h"

#include "unit/pipeline/webhook_receiver_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WebhookTargetsTest : public WebhookReceiverTest {
  protected:
    static http::Request postFor(std::string_view named, std::string body) {
        http::Request request = post(std::move(body), "secret");
        request.headers.add("Element-Instances", std::string(named));
        return request;
    }
};

TEST_F(WebhookTargetsTest, TheHeaderLeavesOtherInstancesOfTheAccountOut) {
    const InstanceId a = instance("a", "secret");
    instance("a", "secret");
    const InstanceId b = instance("b", "secret");

    EXPECT_EQ(status(postFor(fmt::format(" {}, {},99 ", b.value, a.value), "accounts:a,b")), 200);
    EXPECT_THAT(store_.marked(), ElementsAre(a, b));
}

TEST_F(WebhookTargetsTest, NamingNobodyWhoIsMeantIsNoFault) {
    instance("a", "secret");
    const InstanceId b = instance("b", "secret");

    EXPECT_EQ(status(postFor("99", "accounts:a")), 200);
    EXPECT_EQ(status(postFor(std::to_string(b.value), "accounts:a")), 200)
        << "the header adds nobody to the accounts";
    EXPECT_THAT(store_.marked(), IsEmpty());
}

TEST_F(WebhookTargetsTest, WithoutAccountsTheHeaderSaysWhoIsMeant) {
    const InstanceId a = instance("a", "secret");
    const InstanceId foreign = instance("b", "another");
    provider_->brings = {{"", "id", "", "1"}};

    EXPECT_EQ(status(postFor(fmt::format("{},{},99", a.value, foreign.value), "accounts:")), 200);
    ASSERT_EQ(store_.inbox.size(), 1U);
    EXPECT_EQ(store_.inbox.front().instance, a);
    EXPECT_EQ(status(postFor(std::to_string(foreign.value), "accounts:")), 401);
}

TEST_F(WebhookTargetsTest, TheHeaderNarrowsTheUrlToo) {
    const InstanceId a = instance("a", "secret");
    const InstanceId b = instance("a", "secret");

    EXPECT_EQ(status(postFor(std::to_string(b.value), "accounts:a"), a), 200);
    EXPECT_THAT(store_.marked(), IsEmpty());
    EXPECT_EQ(status(postFor(std::to_string(a.value), "accounts:a"), a), 200);
    EXPECT_THAT(store_.marked(), ElementsAre(a));
}

TEST_F(WebhookTargetsTest, AHeaderThatIsNoListOfIdsIsRefused) {
    instance("a", "secret");
    std::string many = "1";
    for (std::size_t i = 0; i < kNamedInstancesMax; ++i)
        many += ",1";
    for (const std::string& bad :
         {std::string(),
          std::string("a"),
          std::string("1,"),
          std::string(",1"),
          std::string("-1"),
          std::string("0"),
          std::string("99999999999999999999"),
          many}) {
        const http::Response answer = receive("fake", std::nullopt, postFor(bad, "accounts:a"));
        EXPECT_EQ(answer.status, 400) << bad;
        EXPECT_NE(answer.body.find("Element-Instances"), std::string::npos) << answer.body;
    }
    EXPECT_THAT(store_.marked(), IsEmpty());
}

}  // namespace
}  // namespace ferry::pipeline
