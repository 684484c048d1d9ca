// Goal: an operator is told of each condition once when it begins and once when it is over,
// whatever fails in between. Method: the worker on a real database; its receiver refuses, its store
// fails, and its process ends.

#include "base/encoding.h"
#include "unit/pipeline/operator_worker_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;

TEST_F(OperatorWorkerTest, TellsOfAnInstanceThatNeedsAPersonAndThatItIsWellAgain) {
    const InstanceId id = add("marketing");
    run();
    EXPECT_EQ(outbound_.submittedCount(), 0U) << "nothing is wrong";

    setState(id, InstanceState::NeedsReauthorization, "the user revoked the app");
    run();
    EXPECT_EQ(answer(200), "instance.needs_reauthorization");
    EXPECT_EQ(message_.url, url_);
    EXPECT_EQ(message_.traffic, http::Traffic::Provider) << "it may be in a private network";
    rapidjson::Document body;
    body.Parse(message_.body.c_str());
    const auto& data = body["data"];
    EXPECT_STREQ(data["reason"].GetString(), "the user revoked the app");
    const auto& instance = data["instances"][0];
    EXPECT_EQ(instance["id"].GetInt64(), id.value);
    EXPECT_STREQ(instance["name"].GetString(), "marketing");
    EXPECT_STREQ(instance["tags"][0].GetString(), "tenant-7");
    EXPECT_STREQ(instance["authorizationUrl"].GetString(), "https://hub/start/marketing");
    EXPECT_TRUE(data.HasMember("action"));
    EXPECT_EQ(metric("instance.needs_reauthorization"), "1");
    EXPECT_THAT(log_text_, HasSubstr("kind=instance.needs_reauthorization"));

    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.submittedCount(), 1U) << "it is told of once";

    setState(id, InstanceState::Running);
    run();
    EXPECT_EQ(answer(204), "instance.needs_reauthorization.resolved");
    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.submittedCount(), 2U);
    EXPECT_EQ(store_->conditions().all()->size(), 0U);
    EXPECT_EQ(metric("instance.needs_reauthorization"), "0");
}

TEST_F(OperatorWorkerTest, SignsAsStandardWebhooksHasIt) {
    setState(add("a"), InstanceState::NeedsReauthorization);
    run();
    answer(200);
    const std::string id(*message_.headers.get("webhook-id"));
    const std::string time(*message_.headers.get("webhook-timestamp"));
    const std::string secret = *base64Decode(kOperatorKey.substr(6));
    const Digest256 digest = hmacSha256(secret, id + "." + time + "." + message_.body);
    EXPECT_EQ(*message_.headers.get("webhook-signature"), "v1," + base64Encode(asText(digest)));
}

TEST_F(OperatorWorkerTest, TriesAgainLaterAndLaterWithTheSameMessage) {
    setState(add("a"), InstanceState::NeedsReauthorization);
    run();
    answer(500);
    const http::OutboundRequest first = message_;
    EXPECT_EQ(outbound_.pendingCount(), 0U);
    run(Milliseconds(5'000));
    answer(503);
    EXPECT_EQ(message_.body, first.body);
    EXPECT_EQ(*message_.headers.get("webhook-id"), *first.headers.get("webhook-id"));
    // Two hours of an operator's receiver that is away: every ten minutes at last.
    const std::size_t before = outbound_.submittedCount();
    for (int i = 0; i < 2 * 60; ++i) {
        run(Milliseconds(60'000));
        if (outbound_.pendingCount() > 0) answer(500);
    }
    EXPECT_GE(outbound_.submittedCount() - before, 2U * 6);
    EXPECT_LE(outbound_.submittedCount() - before, 2U * 13);
    run(Milliseconds(600'000));
    answer(200);
    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.pendingCount(), 0U);
}

TEST_F(OperatorWorkerTest, WhatIsOverBeforeItWasToldIsNotTold) {
    const InstanceId id = add("a");
    setState(id, InstanceState::NeedsReauthorization);
    run();
    answer(500);
    setState(id, InstanceState::Running);
    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.submittedCount(), 1U);
    EXPECT_EQ(store_->conditions().all()->size(), 0U);
}

TEST_F(OperatorWorkerTest, WhatComesBackBeforeItsEndWasToldGoesOn) {
    const InstanceId id = add("a");
    setState(id, InstanceState::NeedsReauthorization);
    run();
    answer(200);
    setState(id, InstanceState::Running);
    run();
    answer(500);  // that it is over
    setState(id, InstanceState::NeedsReauthorization);
    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.pendingCount(), 0U);
    setState(id, InstanceState::Running);
    run();
    EXPECT_EQ(answer(200), "instance.needs_reauthorization.resolved");
}

TEST_F(OperatorWorkerTest, AKillLosesNothingAndRepeatsOnlyWhatWasNotRecorded) {
    const InstanceId id = add("a");
    setState(id, InstanceState::NeedsReauthorization);
    run();
    const std::string first(*outbound_.oldest().headers.get("webhook-id"));
    restart();  // its answer was under way
    run();
    EXPECT_EQ(answer(200), "instance.needs_reauthorization");
    EXPECT_EQ(*message_.headers.get("webhook-id"), first);
    restart();
    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "it was told of before the kill";

    setState(id, InstanceState::Running);
    run();
    restart();
    run();
    EXPECT_EQ(answer(200), "instance.needs_reauthorization.resolved");
    restart();
    run(Milliseconds(700'000));
    EXPECT_EQ(outbound_.pendingCount(), 0U);
}

TEST_F(OperatorWorkerTest, AStoreThatFailsMakesItLateAndNothingTwice) {
    setState(add("a"), InstanceState::NeedsReauthorization);
    fails_commits_ = true;
    run(Milliseconds(60'000));
    EXPECT_EQ(outbound_.submittedCount(), 0U) << "what is not kept could be told again and again";
    fails_commits_ = false;
    run();
    fails_commits_ = true;
    answer(200);
    run(Milliseconds(60'000));
    fails_commits_ = false;
    run(Milliseconds(60'000));
    EXPECT_EQ(outbound_.submittedCount(), 1U);
    restart();
    run();
    EXPECT_EQ(outbound_.pendingCount(), 0U);
}

TEST_F(OperatorWorkerTest, WithoutAUrlTheLogAndTheMetricsTell) {
    url_.clear();
    restart();
    const InstanceId id = add("a");
    setState(id, InstanceState::NeedsReauthorization);
    run();
    EXPECT_EQ(outbound_.submittedCount(), 0U);
    EXPECT_EQ(metric("instance.needs_reauthorization"), "1");
    EXPECT_THAT(log_text_, HasSubstr("kind=instance.needs_reauthorization"));

    // Once there is a URL, what is still there is told of.
    url_ = "https://operator.example.com/";
    restart();
    run();
    EXPECT_EQ(answer(200), "instance.needs_reauthorization");
}

TEST_F(OperatorWorkerTest, ManyAtOnceAreToldOfAFewAtATime) {
    for (int i = 0; i < 450; ++i)
        setState(add("i" + std::to_string(i)), InstanceState::NeedsReauthorization);
    std::size_t told = 0;
    for (int i = 0; i < 1'000 && told < 450; ++i) {
        run(Milliseconds(2'000));
        EXPECT_LE(outbound_.pendingCount(), 4U);
        while (outbound_.pendingCount() > 0) {
            outbound_.completeStatus(200);
            ++told;
        }
    }
    EXPECT_EQ(told, 450U);
    EXPECT_EQ(outbound_.submittedCount(), 450U);
}

}  // namespace
}  // namespace ferry::pipeline
