// Goal: clients that wait or are waited for starve nobody, the server stops gracefully, and what can't
// be bound is said.
// Method: few threads, many raw connections; handlers that wait for the test.

#include "http/server.h"

#include "support/eventually.h"
#include "support/http/raw_client.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <vector>

namespace ferry::http {
namespace {

using test::RawClient;
using test::statusOfAnswer;

constexpr auto kGet = "GET / HTTP/1.1\r\n\r\n";

class ServerTest : public ::testing::Test {
  protected:
    void start(int threads, Handler handler) {
        ServerOptions options;
        options.threads = threads;
        server_ = std::make_unique<Server>(options, std::move(handler), nullptr, random_);
        ASSERT_TRUE(server_->start());
    }
    static Response ok(const Request&) { return Response(); }

    SystemRandom random_;
    std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, IdleKeepAliveClientsCostNoThreadWhenOthersCome) {
    start(2, ok);
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < 10; ++i) {
        idle.push_back(std::make_unique<RawClient>(server_->port()));
        idle.back()->send(kGet);
        // With the server's own keep-alive time, 15 s, the third would run out of patience.
        ASSERT_EQ(statusOfAnswer(idle.back()->readAnswer(Milliseconds(5000))), 200) << i;
    }
    EXPECT_TRUE(test::eventually([&] { return server_->stats().connections_waiting >= 8; }));
    for (auto& client : idle) {
        client->send(kGet);
        EXPECT_EQ(statusOfAnswer(client->readAnswer()), 200) << "all are still connected";
    }
}

TEST_F(ServerTest, ConnectionsThatSayNothingGiveWayToo) {
    start(2, ok);
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 10; ++i)
        silent.push_back(std::make_unique<RawClient>(server_->port()));

    RawClient client(server_->port());
    client.send(kGet);

    EXPECT_EQ(statusOfAnswer(client.readAnswer(Milliseconds(4000))), 200);
}

/// What each of many hostile clients sends, and how many answers it reads before it sends no more.
struct Hostile {
    const char* name;
    std::string bytes;
};

const Hostile kHostile[] = {
    {"heads_that_never_end", "GET / HTTP/1.1\r\nHost: a\r\n"},
    {"bodies_that_never_come", "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc"},
    {"chunks_that_never_come", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nab"},
    {"continue_and_nothing",
     "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"},
    {"a_good_request_then_half_a_head", "GET / HTTP/1.1\r\n\r\nGET / HTT"},
    {"a_good_request_then_half_a_body",
     "GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 9\r\n\r\na"},
    {"refused_and_still_there", "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nabc"},
    {"answers_that_nobody_reads", [] {
         std::string many;
         for (int i = 0; i < 200; ++i)
             many += "GET /large HTTP/1.1\r\n\r\n";
         return many;
     }()},
};

class HostileClients : public ServerTest, public testing::WithParamInterface<Hostile> {};

TEST_P(HostileClients, DelayNobodyElse) {
    start(4, [](const Request& request) {
        Response response;
        if (request.path == "/large") response.body.assign(100'000, 'x');
        return response;
    });
    std::vector<std::unique_ptr<RawClient>> hostile;
    for (int i = 0; i < 40; ++i) {
        hostile.push_back(std::make_unique<RawClient>(server_->port()));
        hostile.back()->send(GetParam().bytes);
    }
    for (int i = 0; i < 3; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        RawClient client(server_->port());
        client.send(kGet);
        EXPECT_EQ(statusOfAnswer(client.readAnswer()), 200);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, Milliseconds(1000));
        // And they come again, and again.
        for (auto& client_again : hostile)
            client_again->send("x");
    }
}

INSTANTIATE_TEST_SUITE_P(Each, HostileClients, testing::ValuesIn(kHostile), [](const auto& item) {
    return std::string(item.param.name);
});

TEST_F(ServerTest, OfTooManyThatAreWaitedForTheOldestGoes) {
    ServerOptions options;
    options.threads = 2;
    options.connections_waiting_max = 8;
    server_ = std::make_unique<Server>(options, ok, nullptr, random_);
    ASSERT_TRUE(server_->start());
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 12; ++i)
        silent.push_back(std::make_unique<RawClient>(server_->port()));
    EXPECT_TRUE(silent.front()->isClosedWithin(Milliseconds(4000)));

    RawClient client(server_->port());
    client.send(kGet);
    EXPECT_EQ(statusOfAnswer(client.readAnswer()), 200);
    silent.back()->send(kGet);
    EXPECT_EQ(statusOfAnswer(silent.back()->readAnswer()), 200);
    EXPECT_GE(server_->stats().connections_dropped, 4U);
    EXPECT_LE(server_->stats().connections_waiting, 8);
}

TEST_F(ServerTest, IdleClientsStayWhileThereIsRoom) {
    start(2, ok);
    RawClient one(server_->port());
    RawClient two(server_->port());
    for (int i = 0; i < 3; ++i) {
        for (RawClient* client : {&one, &two}) {
            client->send(kGet);
            const std::string answer = client->readAnswer();
            EXPECT_EQ(answer.find("Connection: close"), std::string::npos) << answer;
            EXPECT_EQ(statusOfAnswer(answer), 200);
        }
    }
    EXPECT_FALSE(one.isClosedWithin(Milliseconds(100)));
    EXPECT_EQ(server_->stats().connections_waiting, 0) << "both have kept their threads";
    // After a pause a request is waited for in another way than right after an answer.
    one.send(kGet);
    EXPECT_EQ(statusOfAnswer(one.readAnswer()), 200);
}

TEST_F(ServerTest, BusyClientsTakeTurnsWhileOthersWait) {
    std::promise<void> entered;
    std::promise<void> leave;
    auto leaving = leave.get_future().share();
    start(1, [&](const Request& request) {
        if (request.path == "/first") {
            entered.set_value();
            leaving.wait();
        }
        return Response();
    });
    RawClient first(server_->port());
    first.send("GET /first HTTP/1.1\r\n\r\n");
    entered.get_future().wait();
    RawClient second(server_->port());
    second.send(kGet);
    while (server_->stats().connections_queued == 0)
        std::this_thread::yield();
    // Its turn of 100 ms is over for certain after two waits of 60 ms.
    EXPECT_FALSE(first.isClosedWithin(Milliseconds(60)));
    EXPECT_FALSE(second.isClosedWithin(Milliseconds(60)));
    leave.set_value();

    EXPECT_NE(first.readAnswer().find("Connection: keep-alive"), std::string::npos);
    EXPECT_EQ(statusOfAnswer(second.readAnswer()), 200);
    first.send(kGet);
    EXPECT_EQ(statusOfAnswer(first.readAnswer()), 200) << "its turn comes again";
}

TEST_F(ServerTest, StopLetsTheRunningRequestEndAndClosesIdleConnections) {
    std::promise<void> entered;
    std::promise<void> leave;
    start(4, [&](const Request& request) {
        if (request.path == "/slow") {
            entered.set_value();
            leave.get_future().wait();
        }
        return Response();
    });
    RawClient idle(server_->port());
    idle.send(kGet);
    ASSERT_EQ(statusOfAnswer(idle.readAnswer()), 200);
    RawClient running(server_->port());
    running.send("GET /slow HTTP/1.1\r\n\r\n");
    entered.get_future().wait();

    auto stopped =
        std::async(std::launch::async, [&] { return server_->stop(Milliseconds(10000)); });
    EXPECT_TRUE(idle.isClosedWithin(Milliseconds(5000)));
    leave.set_value();

    EXPECT_EQ(statusOfAnswer(running.readAnswer()), 200);
    EXPECT_TRUE(stopped.get());
    RawClient late(server_->port());
    EXPECT_FALSE(late.send(kGet) && statusOfAnswer(late.readAnswer()) == 200);
}

TEST_F(ServerTest, StopCutsWhatTakesLongerThanItsGrace) {
    std::promise<void> entered;
    std::promise<void> leave;
    start(4, [&](const Request&) {
        entered.set_value();
        leave.get_future().wait();
        return Response();
    });
    RawClient running(server_->port());
    running.send(kGet);
    entered.get_future().wait();

    auto stopped = std::async(std::launch::async, [&] { return server_->stop(Milliseconds(20)); });
    EXPECT_TRUE(running.isClosedWithin(Milliseconds(5000)));
    leave.set_value();

    EXPECT_FALSE(stopped.get());
}

TEST_F(ServerTest, SaysWhyItCantListen) {
    start(1, ok);
    ServerOptions options;
    options.port = server_->port();
    Server second(options, ok, nullptr, random_);

    const Status status = second.start();

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::Unavailable);
    EXPECT_NE(status.error().message.find(std::to_string(options.port)), std::string::npos);
    EXPECT_NE(status.error().message.find("in use"), std::string::npos) << status.error().message;
}

TEST_F(ServerTest, ServesManyClientsAtOnce) {
    start(8, ok);
    std::vector<std::future<int>> answered;
    for (int i = 0; i < 16; ++i) {
        answered.push_back(std::async(std::launch::async, [&] {
            int count = 0;
            for (int j = 0; j < 50; ++j) {
                // A connection of its own each time: with more clients than threads some close.
                RawClient client(server_->port());
                client.send(kGet);
                count += statusOfAnswer(client.readAnswer()) == 200 ? 1 : 0;
            }
            return count;
        }));
    }
    for (auto& each : answered)
        EXPECT_EQ(each.get(), 50);
    EXPECT_EQ(server_->stats().connections_refused, 0U);
}

}  // namespace
}  // namespace ferry::http
