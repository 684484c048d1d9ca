// Goal: requests that are answered later hold up nobody, each gets exactly one answer whatever its
// handler does, and a server that stops waits for them.
// Method: a server with one thread; handlers keep what they are to answer until the test says so.

#include "reactor_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace ferry::http {
namespace {

using test::bodyOfAnswer;
using test::RawClient;
using test::statusOfAnswer;

TEST_F(ReactorTest, AnswersAreTakenFromAnyThreadAndHoldUpNobody) {
    start();
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (int i = 0; i < 100; ++i) {
        waiting.push_back(std::make_unique<RawClient>(server_->port()));
        waiting.back()->send(later(std::to_string(i)));
    }
    ASSERT_TRUE(keeps(100));
    EXPECT_EQ(server_->stats().deferred_in_flight, 100U);

    RawClient other(server_->port());
    other.send("GET /x HTTP/1.1\r\n\r\n");
    EXPECT_EQ(bodyOfAnswer(other.readAnswer()), "now /x") << "the one thread is free";

    answerAll();
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(bodyOfAnswer(waiting[i]->readAnswer()), fmt::format("/later/{}", i));
    }
    // Counted down by the reactor, after the last byte went out.
    EXPECT_TRUE(test::eventually([&] { return server_->stats().deferred_in_flight == 0; }));
}

TEST_F(ReactorTest, AConnectionMayAskForBothKindsInTurn) {
    start();
    RawClient client(server_->port());
    for (int i = 0; i < 20; ++i) {
        client.send(later("now"));
        EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "hi") << i;
        client.send("GET /x HTTP/1.1\r\n\r\n");
        EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "now /x") << i;
    }
}

TEST_F(ReactorTest, PipelinedRequestsAreAnsweredInTheirOrder) {
    start();
    RawClient client(server_->port());
    client.send(later("a") + later("now") + "GET /x HTTP/1.1\r\n\r\n" + later("now"));
    ASSERT_TRUE(keeps(1));
    answerAll();
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "/later/a");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "hi");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "now /x");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "hi");
}

TEST_F(ReactorTest, WhateverAHandlerDoesThereIsOneAnswer) {
    start();
    RawClient client(server_->port());
    const auto ask = [&](std::string_view what) {
        client.send(later(what));
        return client.readAnswer();
    };
    EXPECT_EQ(statusOfAnswer(ask("throw")), 500);
    EXPECT_EQ(statusOfAnswer(ask("drop")), 500);
    EXPECT_EQ(statusOfAnswer(ask("unsendable")), 500);
    EXPECT_EQ(bodyOfAnswer(ask("twice")), "first");
    EXPECT_EQ(bodyOfAnswer(ask("now")), "hi") << "the second answer went nowhere";
    const std::vector<std::string> expected = {
        "broken", "the handler gave no answer", "the handler's status or headers can't be sent"};
    EXPECT_EQ(reports(), expected);
}

TEST_F(ReactorTest, ARequestInPiecesIsPutTogether) {
    start();
    RawClient client(server_->port());
    for (int i = 0; i < 3; ++i) {
        for (const char c : test::withHosts(later("now"))) {
            client.sendExactly(std::string_view(&c, 1));
            std::this_thread::sleep_for(Milliseconds(i));
        }
        EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "hi");
    }
}

TEST_F(ReactorTest, SlowAndMalformedSecondRequestsAreRefused) {
    start();
    RawClient slow(server_->port());
    slow.send(later("now"));
    EXPECT_EQ(statusOfAnswer(slow.readAnswer()), 201);
    slow.send("POST /later/now HTTP/1.1\r\n");
    EXPECT_EQ(statusOfAnswer(slow.readAnswer()), 408);

    RawClient wrong(server_->port());
    wrong.send(later("now"));
    EXPECT_EQ(statusOfAnswer(wrong.readAnswer()), 201);
    wrong.send("nonsense\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(wrong.readAnswer()), 400);

    RawClient large(server_->port());
    large.send(later("now"));
    EXPECT_EQ(statusOfAnswer(large.readAnswer()), 201);
    large.send("POST /later/now HTTP/1.1\r\nContent-Length: 1001\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(large.readAnswer()), 413);
}

TEST_F(ReactorTest, ClientsThatGoAwayAreForgotten) {
    start();
    {
        RawClient gone(server_->port());
        gone.send(later("a"));
        RawClient half(server_->port());
        half.send(later("b"));
        half.endSending();
        ASSERT_TRUE(keeps(2));
        gone.close();
        answerAll();
        EXPECT_EQ(bodyOfAnswer(half.readAnswer()), "/later/b") << "it can still hear";
        EXPECT_TRUE(half.isClosedWithin(RawClient::kPatience));
    }
    RawClient next(server_->port());
    next.send(later("now"));
    EXPECT_EQ(statusOfAnswer(next.readAnswer()), 201);
}

TEST_F(ReactorTest, ConnectionsEndAsTheClientWishes) {
    start();
    RawClient closing(server_->port());
    closing.send(later("now", "Connection: close\r\n"));
    EXPECT_NE(closing.readToEnd().find("Connection: close"), std::string::npos);

    RawClient old(server_->port());
    old.send("POST /later/now HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(bodyOfAnswer(old.readToEnd()), "hi");
}

TEST_F(ReactorTest, HeadIsAnsweredWithoutABodyAndAWrongTargetWith400) {
    start();
    RawClient client(server_->port());
    client.send("HEAD /later/now HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(client.readToEnd().ends_with("\r\n\r\n"));

    RawClient wrong(server_->port());
    wrong.send("POST /later/%00 HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(wrong.readAnswer()), 400);
}

TEST_F(ReactorTest, WhatIsTooMuchIsSentAway) {
    options_.deferred.in_flight_max = 2;
    start();
    RawClient a(server_->port());
    RawClient b(server_->port());
    a.send(later("a"));
    b.send(later("b"));
    ASSERT_TRUE(keeps(2));
    RawClient c(server_->port());
    c.send(later("c"));
    const std::string refused = c.readAnswer();
    EXPECT_EQ(statusOfAnswer(refused), 503);
    EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
    answerAll();
    EXPECT_EQ(statusOfAnswer(a.readAnswer()), 200);
    c.send(later("now"));
    EXPECT_EQ(statusOfAnswer(c.readAnswer()), 201) << "there is room again";
}

TEST_F(ReactorTest, StopWaitsForAnswersAndClosesTheRest) {
    start();
    RawClient idle(server_->port());
    idle.send(later("now"));
    EXPECT_EQ(statusOfAnswer(idle.readAnswer()), 201);
    RawClient waiting(server_->port());
    waiting.send(later("a"));
    ASSERT_TRUE(keeps(1));

    auto stopped =
        std::async(std::launch::async, [&] { return server_->stop(Milliseconds(10000)); });
    EXPECT_TRUE(idle.isClosedWithin(Milliseconds(5000)));
    EXPECT_NE(stopped.wait_for(Milliseconds(100)), std::future_status::ready);
    answerAll();
    EXPECT_EQ(bodyOfAnswer(waiting.readToEnd()), "/later/a");
    EXPECT_TRUE(stopped.get());
}

TEST_F(ReactorTest, StopCutsAfterItsGraceAndStillWaitsForTheHandlersWork) {
    start();
    RawClient waiting(server_->port());
    waiting.send(later("a"));
    ASSERT_TRUE(keeps(1));

    auto stopped = std::async(std::launch::async, [&] { return server_->stop(Milliseconds(50)); });
    EXPECT_NE(stopped.wait_for(Milliseconds(500)), std::future_status::ready)
        << "what the handler began may still use what is destroyed after the server";
    answerAll();
    EXPECT_FALSE(stopped.get());
    EXPECT_EQ(waiting.readToEnd(), "");
}

}  // namespace
}  // namespace ferry::http
