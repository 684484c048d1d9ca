// Goal: coroutine hooks end, fail and are dropped at any point without leaks, double destruction or
// stack growth. Method: one plugin class is driven through its module table by hand, with counted
// objects in its frames; AddressSanitizer watches.
#include "fake_call.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>

namespace ferry::sdk::test {
namespace {

// g++ 12 destroys an aggregate temporary in a co_await expression twice, so none may be one.
template <typename... T>
constexpr bool kNoneIsAggregate = !(std::is_aggregate_v<T> || ...);
static_assert(kNoneIsAggregate<
              TokenSet,
              Identity,
              CodeExchange,
              FetchRequest,
              Page,
              Notice,
              Object,
              Event,
              Headers,
              Request,
              HttpResponse,
              Reply,
              Error,
              Services,
              Task<void>,
              Task<int>,
              Task<int>::Awaiter,
              Context::SendAwaiter,
              AccountView,
              FieldsView,
              Crypto,
              Call,
              detail::PromiseBase::FinalAwaiter>);

int g_alive = 0;  // counted objects of one test; tests of this file run one after the other

struct Counted {
    Counted() { ++g_alive; }
    Counted(const Counted&) { ++g_alive; }
    ~Counted() { --g_alive; }
    Counted& operator=(const Counted&) = default;
};

Task<std::string> fetchText(Context& context, Request request) {
    const Counted in_helper;
    auto response = co_await context.send(std::move(request));
    co_return std::string(response.body());
}

Task<int> immediate(int value) {
    co_return value;
}

Task<int> deep(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await deep(depth - 1);
}

class Probe : public Plugin {
  public:
    Task<TokenSet> refresh(Context& context, const AccountView& account, const TokenSet& tokens)
        const {
        const Counted in_frame;
        const std::string mode(account.config("mode"));
        if (mode == "throw") throw std::runtime_error("broken");
        if (mode == "error")
            co_return Error::rateLimited("slow down", std::chrono::milliseconds(7));
        if (mode == "alien") throw 42;
        if (mode == "stuck") co_await std::suspend_always();
        if (mode == "loop") {
            long sum = 0;
            for (int i = 0; i < 200'000; ++i)
                sum += co_await immediate(1);
            sum += co_await deep(20'000);
            TokenSet result;
            result.access_token = std::to_string(sum);
            co_return result;
        }
        // Two temporaries with owned strings inside one co_await expression, and a nested task.
        auto first = co_await fetchText(
            context, Request::post("https://a.example/1").body("text/plain", std::string(100, 'x'))
        );
        auto second = co_await context.send(
            Request::get("https://a.example/" + first).header("A", std::string(99, 'y'))
        );
        TokenSet result;
        result.access_token = tokens.refresh_token + "+" + std::string(second.body());
        co_return result;
    }
};

/// One refresh through the module's tables.
class Refresh {
  public:
    explicit Refresh(std::string mode) : mode_(std::move(mode)) {
        ferry_setup setup{};
        setup.struct_size = sizeof setup;
        EXPECT_EQ(module_.create(&host_, call.abi(), &setup, &self_), FERRY_OK);
        const ferry_field field{sizeof(ferry_field), 0, toStr("mode"), toStr(mode_)};
        ferry_account account{};
        account.struct_size = sizeof account;
        account.configuration = {&field, sizeof field, 1};
        ferry_token_set tokens{};
        tokens.struct_size = sizeof tokens;
        tokens.refresh_token = toStr("r");
        const auto* auth = static_cast<const ferry_auth_1*>(module_.get_extension(FERRY_EXT_AUTH));
        EXPECT_EQ(auth->refresh_start(self_, call.abi(), &account, &tokens, &op_), FERRY_OK);
    }
    ~Refresh() {
        if (op_ != nullptr) module_.drop(self_, op_);
        module_.destroy(self_);
    }
    Refresh(const Refresh&) = delete;
    Refresh& operator=(const Refresh&) = delete;

    ferry_status advance() { return module_.advance(self_, op_, call.abi(), nullptr, sink.abi()); }
    ferry_status answer(const char* body) {
        ferry_http_response response{};
        response.struct_size = sizeof response;
        response.status = 200;
        response.body = toBytes(body);
        return module_.advance(self_, op_, call.abi(), &response, sink.abi());
    }
    void drop() { module_.drop(self_, std::exchange(op_, nullptr)); }

    FakeCall call;
    FakeSink sink;

  private:
    std::string mode_;
    ferry_host host_ = fakeHost();
    ferry_module module_ = detail::Adapter<Probe>::module("probe", "1");
    void* self_ = nullptr;
    ferry_operation* op_ = nullptr;
};

TEST(Task, HandsOverEachRequestAndEndsWithTheResult) {
    Refresh run("two");

    EXPECT_EQ(run.advance(), FERRY_NEED_HTTP);
    EXPECT_EQ(run.answer("2"), FERRY_NEED_HTTP);
    EXPECT_EQ(run.answer("end"), FERRY_OK);

    EXPECT_EQ(
        run.sink.urls, (std::vector<std::string>{"https://a.example/1", "https://a.example/2"})
    );
    EXPECT_EQ(run.sink.access_token, "r+end");
}

TEST(Task, DroppingAtEveryStepDestroysAllFrames) {
    for (int steps = 0; steps <= 3; ++steps) {
        SCOPED_TRACE(steps);
        Refresh run("two");
        if (steps > 0) {
            EXPECT_EQ(run.advance(), FERRY_NEED_HTTP);
        }
        EXPECT_EQ(g_alive, steps == 0 ? 0 : 2);
        if (steps > 1) {
            EXPECT_EQ(run.answer("2"), FERRY_NEED_HTTP);
        }
        if (steps > 2) {
            EXPECT_EQ(run.answer("end"), FERRY_OK);
        }

        run.drop();

        EXPECT_EQ(g_alive, 0);
    }
}

TEST(Task, ManyAndDeepAwaitsNeedNoStack) {
    Refresh run("loop");
    EXPECT_EQ(run.advance(), FERRY_OK);
    EXPECT_EQ(run.sink.access_token, "220000");
}

TEST(Task, ThrownAndReturnedErrorsBecomeStatuses) {
    struct Case {
        const char* mode;
        ferry_status status;
        const char* message;
        std::int64_t retry_after_ms;
    };
    const Case cases[] = {
        {"throw", FERRY_ERROR_INTERNAL, "broken", -1},
        {"error", FERRY_ERROR_RATE_LIMITED, "slow down", 7},
        {"alien", FERRY_ERROR_INTERNAL, "unknown exception in the plugin", -1},
        {"stuck",
         FERRY_ERROR_INTERNAL,
         "the coroutine waits for something other than context.send",
         -1},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.mode);
        Refresh run(one.mode);
        EXPECT_EQ(run.advance(), one.status);
        EXPECT_EQ(run.call.message, one.message);
        EXPECT_EQ(run.call.retry_after_ms, one.retry_after_ms);
    }
    EXPECT_EQ(g_alive, 0);
}

TEST(Task, RefusalOfTheSinkEndsTheOperationWithItsCode) {
    Refresh run("two");
    run.sink.answer = FERRY_ERROR_LIMIT;
    EXPECT_EQ(run.advance(), FERRY_ERROR_LIMIT);
}

TEST(Task, AdvanceWithoutTheAnswerIsRefused) {
    Refresh run("two");
    EXPECT_EQ(run.advance(), FERRY_NEED_HTTP);
    EXPECT_EQ(run.advance(), FERRY_ERROR_INVALID);
}

}  // namespace
}  // namespace ferry::sdk::test
