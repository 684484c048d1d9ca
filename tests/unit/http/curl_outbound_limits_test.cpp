// Goal: thousands in flight, no more to a destination than allowed, and every request ends once:
// answered, cancelled, overdue or stopped.
// Method: a server that holds its answers back until the test has seen how many wait.

#include "http/curl_outbound.h"
#include "outbound_fixture.h"
#include "support/http/hold_server.h"

#include <atomic>
#include <thread>

namespace ferry::http {
namespace {

using test::Collector;
using test::exchange;
using test::HoldServer;

constexpr int kForever = 1 << 30;

void waitUntil(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition() && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
}

TEST(CurlOutboundLimits, HoldsFiveThousandInFlight) {
    constexpr int kCount = 5000;
    ASSERT_GE(test::raiseDescriptorLimit(), 3U * kCount);
    HoldServer server(kCount);
    Collector collector;
    CurlOutboundOptions options = loopbackOptions();
    options.callback_destination_max = kCount;
    const auto outbound = makeOutbound(options);

    for (int i = 0; i < kCount; ++i) {
        OutboundRequest request = postTo(server.url());
        request.timeout = Milliseconds(60000);
        outbound->submit(std::move(request), collector.completion());
    }
    const auto responses = collector.wait(kCount);

    EXPECT_EQ(server.heldMax(), kCount);
    ASSERT_EQ(responses.size(), std::size_t{kCount});
    for (const auto& response : responses)
        ASSERT_EQ(response.status, 200) << response.error_detail;
}

TEST(CurlOutboundLimits, ADestinationGetsNoMoreThanItsShare) {
    HoldServer server(kForever);
    HoldServer other(1);
    Collector collector;
    CurlOutboundOptions options = loopbackOptions();
    options.callback_destination_max = 3;
    const auto outbound = makeOutbound(options);

    for (int i = 0; i < 20; ++i)
        outbound->submit(postTo(server.url()), collector.completion());
    waitUntil([&] { return server.heldNow() == 3 && outbound->stats().waiting == 17; });

    EXPECT_EQ(exchange(*outbound, postTo(other.url())).status, 200) << "others are not held up";
    EXPECT_EQ(server.heldNow(), 3);
    EXPECT_EQ(outbound->stats().waiting, 17U);
    server.release();
    EXPECT_EQ(collector.wait(20).size(), 20U);
    EXPECT_EQ(server.heldMax(), 3);
    EXPECT_LE(server.connectionsTotal(), 3);
}

TEST(CurlOutboundLimits, DestinationsTakeTurnsUnderTheTotal) {
    HoldServer busy(kForever);
    HoldServer other(1);
    Collector held;
    Collector collector;
    CurlOutboundOptions options = loopbackOptions();
    options.in_flight_max = 2;
    const auto outbound = makeOutbound(options);
    for (int i = 0; i < 2; ++i)
        outbound->submit(postTo(busy.url()), held.completion());
    waitUntil([&] { return busy.heldNow() == 2; });

    for (int i = 0; i < 50; ++i)
        outbound->submit(postTo(busy.url()), held.completion());
    outbound->submit(postTo(other.url()), collector.completion());
    waitUntil([&] { return outbound->stats().waiting == 51; });
    EXPECT_EQ(outbound->stats().in_flight, 2U);
    busy.release();

    EXPECT_EQ(collector.wait(1).size(), 1U);
    EXPECT_EQ(held.wait(52).size(), 52U);
}

TEST(CurlOutboundLimits, WaitingForATurnEndsWithTheTimeout) {
    HoldServer server(kForever);
    Collector held;
    CurlOutboundOptions options = loopbackOptions();
    options.callback_destination_max = 1;
    const auto outbound = makeOutbound(options);
    outbound->submit(postTo(server.url()), held.completion());
    OutboundRequest request = postTo(server.url());
    request.timeout = Milliseconds(30);

    const OutboundResponse response = exchange(*outbound, request);

    EXPECT_EQ(response.error, TransportError::Timeout);
    EXPECT_EQ(held.count(), 0U);
    EXPECT_EQ(outbound->stats().waiting, 0U);
}

TEST(CurlOutboundLimits, CancelEndsRunningAndWaitingRequestsOnce) {
    HoldServer server(kForever);
    Collector running;
    Collector waiting;
    CurlOutboundOptions options = loopbackOptions();
    options.callback_destination_max = 1;
    const auto outbound = makeOutbound(options);
    const auto first = outbound->submit(postTo(server.url()), running.completion());
    const auto second = outbound->submit(postTo(server.url()), waiting.completion());
    waitUntil([&] { return server.heldNow() == 1; });

    outbound->cancel(second);
    ASSERT_EQ(waiting.wait(1).at(0).error, TransportError::Cancelled);
    EXPECT_EQ(running.count(), 0U);
    outbound->cancel(first);
    ASSERT_EQ(running.wait(1).at(0).error, TransportError::Cancelled);
    outbound->cancel(first);
    outbound->cancel(12345);

    server.release();
    EXPECT_EQ(exchange(*outbound, postTo(server.url())).status, 200) << "the place is free again";
    EXPECT_EQ(running.count(), 1U);
}

TEST(CurlOutboundLimits, StopCancelsAllThatIsOutstanding) {
    HoldServer server(kForever);
    Collector collector;
    CurlOutboundOptions options = loopbackOptions();
    options.callback_destination_max = 10;
    const auto outbound = makeOutbound(options);
    for (int i = 0; i < 30; ++i)
        outbound->submit(postTo(server.url()), collector.completion());
    waitUntil([&] { return server.heldNow() == 10; });

    outbound->stop();

    EXPECT_EQ(collector.count(), 30U) << "when stop returns, the completions have run";
    for (const auto& response : collector.wait(30)) {
        EXPECT_EQ(response.error, TransportError::Cancelled);
    }
    EXPECT_EQ(exchange(*outbound, postTo(server.url())).error, TransportError::Cancelled);
}

TEST(CurlOutboundLimits, CompletionsMaySubmitAgainOnTheOutboundThread) {
    HoldServer server(1);
    Collector collector;
    const auto outbound = makeOutbound();
    std::atomic<int> left{100};
    Outbound::Completion again = [&](OutboundResponse response) {
        if (--left > 0) {
            outbound->submit(postTo(server.url()), again);
        } else {
            collector.completion()(std::move(response));
        }
    };

    outbound->submit(postTo(server.url()), again);

    EXPECT_EQ(collector.wait(1).at(0).status, 200);
    EXPECT_EQ(server.connectionsTotal(), 1);
}

TEST(CurlOutboundLimits, ManyThreadsMaySubmitAndCancel) {
    HoldServer server(1);
    Collector collector;
    const auto outbound = makeOutbound();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 100; ++j) {
                const auto handle = outbound->submit(postTo(server.url()), collector.completion());
                if (j % 3 == 0) outbound->cancel(handle);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();

    const auto responses = collector.wait(400);
    EXPECT_EQ(responses.size(), 400U);
    for (const auto& response : responses) {
        EXPECT_TRUE(response.status == 200 || response.error == TransportError::Cancelled);
    }
}

}  // namespace
}  // namespace ferry::http
