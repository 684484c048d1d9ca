// Goal: a connection that is closed gives no events any more, also while a process that was forked
// has it open: between fork and exec every one does. Method: a child that does nothing, and a
// client that goes on sending.

#include "http/server.h"
#include "support/eventually.h"
#include "support/http/raw_client.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <optional>

namespace ferry::http {
namespace {

using test::RawClient;

constexpr std::string_view kLastRequest =
    "POST /later HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";
constexpr std::string_view kRequest = "POST /later HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi";

TEST(ReactorFork, AConnectionThatAForkedProcessStillHasGivesNoEvents) {
    std::mutex mutex;
    std::optional<Answer> kept;
    ServerOptions options;
    options.deferred.test = [](std::string_view, std::string_view) { return true; };
    options.deferred.handler = [&](const Request&, Answer answer) {
        const std::lock_guard lock(mutex);
        kept = std::move(answer);
    };
    const auto isKept = [&] {
        return test::eventually([&] {
            const std::lock_guard lock(mutex);
            return kept.has_value();
        });
    };
    const auto answerIt = [&] {
        Response response;
        response.body = "{}";
        const std::lock_guard lock(mutex);
        (*std::exchange(kept, std::nullopt))(std::move(response));
    };
    SystemRandom random;
    Server server(options, {}, {}, random);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kLastRequest);
    ASSERT_TRUE(isKept());

    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            ::pause();
    }
    answerIt();
    EXPECT_EQ(test::statusOfAnswer(client.readAnswer()), 200);
    // The server has closed it, and the child has not.
    EXPECT_TRUE(client.send("more"));
    for (int i = 0; i < 3; ++i) {  // so that it looks at its events
        RawClient other(server.port());
        other.send(kRequest);
        ASSERT_TRUE(isKept());
        answerIt();
        EXPECT_EQ(test::statusOfAnswer(other.readAnswer()), 200);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace ferry::http
