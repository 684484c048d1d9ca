// Goal: changes that a webhook brings reach the instances they are for, and no others.
// Method: the fake provider brings what the test says.

#include "unit/pipeline/webhook_receiver_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class WebhookChangesTest : public WebhookReceiverTest {
  protected:
    std::vector<std::pair<InstanceId, std::string>> kept() const {
        std::vector<std::pair<InstanceId, std::string>> kept;
        for (const store::InboxChange& change : store_.inbox)
            kept.emplace_back(change.instance, change.raw);
        return kept;
    }
};

TEST_F(WebhookChangesTest, EachChangeIsForTheVerifiedInstancesOfItsAccount) {
    const InstanceId a = instance("a", "secret");
    const InstanceId too = instance("a", "secret");
    const InstanceId b = instance("b", "secret");
    instance("a", "another");
    provider_->brings = {{"a", "", "h", "1"}, {"b", "", "", "2"}, {"nobody", "", "", "3"}};

    EXPECT_EQ(status(post("accounts:a,b,nobody", "secret")), 200);

    EXPECT_THAT(kept(), ElementsAre(Pair(a, "1"), Pair(too, "1"), Pair(b, "2")));
    EXPECT_EQ(store_.inbox.front().hint, "h");
    EXPECT_EQ(wakes_, 1U);
}

TEST_F(WebhookChangesTest, ChangesWithoutAnAccountAreForTheInstanceOfTheUrl) {
    const InstanceId a = instance("a", "secret");
    instance("a", "secret");
    provider_->brings = {{"", "id", "", "1"}};

    EXPECT_EQ(status(post("accounts:", "secret"), a), 200);
    EXPECT_THAT(kept(), ElementsAre(Pair(a, "1")));
    EXPECT_EQ(status(post("accounts:", "secret")), 404) << "the URL names no instance";
    EXPECT_EQ(status(post("accounts:", "wrong"), a), 401);
    EXPECT_EQ(store_.inbox.size(), 1U);
}

TEST_F(WebhookChangesTest, WhatCantBeKeptIsAskedForAgain) {
    const InstanceId a = instance("a", "secret");
    provider_->brings = {{"", "", "", "1"}};
    store_.refuses_writes = true;
    EXPECT_EQ(status(post("accounts:", "secret"), a), 503);
    EXPECT_THAT(kept(), IsEmpty());
}

}  // namespace
}  // namespace ferry::pipeline
