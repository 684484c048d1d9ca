// Goal: operations can be dropped at any step and run in parallel, and each breach of the contract
// becomes an error and nothing worse. Method: the sample plugin for what is right, a rogue one in C
// for what is wrong.
#include "plugin/operation.h"

#include "base/utf8.h"
#include "plugin/auth_view.h"
#include "plugin/changes_view.h"
#include "plugin/limits.h"
#include "plugin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace ferry::plugin::test {
namespace {

using testing::HasSubstr;

class Operations : public PluginTest {
  protected:
    Result<Step<Page>> runRogue(const std::string& mode) {
        Account account = anAccount();
        account.account_id = mode;
        auto operation = ChangesView(rogue_).fetch(aCall(), account, TokenSet(), FetchRequest());
        if (!operation) return fail(operation.error());
        return operation->advance(aCall());
    }

    std::shared_ptr<PluginInstance> sample_ = make("sample", "1.2.3");
    std::shared_ptr<PluginInstance> rogue_ = make("rogue", "1.0.0");
    TokenSet tokens_{Secret("a"), Secret("r"), "", std::nullopt, "", "", Secret()};
};

TEST_F(Operations, MayBeDroppedAtEveryStep) {
    const HttpResponse answer = anAnswer("x");
    for (int steps = 0; steps <= 3; ++steps) {
        auto operation = AuthView(sample_).refresh(aCall(), anAccount(), tokens_);
        ASSERT_TRUE(operation);
        for (int i = 0; i < steps; ++i)
            ASSERT_TRUE(operation->advance(aCall(), i == 0 ? nullptr : &answer));
        // The leak checker of the sanitizer sees a frame that stays.
    }
}

TEST_F(Operations, OutliveTheArgumentsAndTheLastHandleOfTheInstance) {
    auto account = std::make_unique<Account>(anAccount());
    auto operation = AuthView(sample_).refresh(aCall(), *account, tokens_);
    account.reset();
    sample_.reset();

    auto step = operation->advance(aCall());
    EXPECT_EQ(std::get<NeedHttp>(step.value()).request.url, "https://api.example/one");
    const HttpResponse one = anAnswer("1");
    step = operation->advance(aCall(), &one);
    EXPECT_EQ(std::get<NeedHttp>(step.value()).request.url, "https://api.example/two?after=1");
    const HttpResponse two = anAnswer("2");
    step = operation->advance(aCall(), &two);
    EXPECT_EQ(std::get<TokenSet>(step.value()).access_token.reveal(), "r:2");
}

TEST_F(Operations, RevokedConsentIsNotAnOutage) {
    auto operation = AuthView(sample_).refresh(aCall(), anAccount(), tokens_);
    const HttpResponse one = anAnswer("1");
    const HttpResponse two = anAnswer("", 400);
    (void)operation->advance(aCall());
    (void)operation->advance(aCall(), &one);
    EXPECT_EQ(operation->advance(aCall(), &two).error().code, ErrorCode::AuthorizationRevoked);
}

TEST_F(Operations, RequestsWithoutEndAreStopped) {
    auto operation = AuthView(sample_).refresh(aCall(), anAccount("forever"), tokens_);
    const HttpResponse answer = anAnswer("x");
    auto step = operation->advance(aCall());
    for (int i = 1; i < kOperationRequestsMax; ++i) {
        ASSERT_TRUE(step) << i;
        step = operation->advance(aCall(), &answer);
    }
    ASSERT_TRUE(step);
    EXPECT_EQ(operation->advance(aCall(), &answer).error().code, ErrorCode::Internal);
}

struct Breach {
    const char* mode;
    ErrorCode code;
    const char* message;
    bool is_misbehaviour;
};

TEST_F(Operations, BreachesOfTheContractAreErrors) {
    const Breach breaches[] = {
        {"start-fails", ErrorCode::Internal, "unknown status -3000", true},
        {"start-gives-nothing", ErrorCode::Internal, "gave no operation", true},
        {"unknown-status", ErrorCode::Internal, "unknown status -77", true},
        {"positive-status", ErrorCode::Internal, "unknown status 55", true},
        {"internal", ErrorCode::Internal, "internal error", true},
        {"no-result", ErrorCode::Internal, "ended without a result", true},
        {"need-without-request", ErrorCode::Internal, "waits without a request", true},
        {"ok-with-request", ErrorCode::Internal, "ended with a request open", true},
        {"file-url", ErrorCode::Corrupt, "url is not an encoded http or https URL", false},
        {"header-injection", ErrorCode::Corrupt, "header has characters that HTTP forbids", false},
        {"two-requests", ErrorCode::InvalidArgument, "http request was given twice", false},
        {"page-twice", ErrorCode::InvalidArgument, "page was given twice", false},
        {"page-twice-ignored", ErrorCode::Internal, "went on after a refusal", true},
        {"change-after-page", ErrorCode::InvalidArgument, "a change came after its page", false},
        {"empty-cursor", ErrorCode::Corrupt, "next cursor is empty", false},
        {"cursor-not-utf8", ErrorCode::Corrupt, "next cursor is not UTF-8 text", false},
        {"change-too-large", ErrorCode::Corrupt, "change has more than 1048576 bytes", false},
        {"too-many-changes", ErrorCode::Corrupt, "page has too many changes", false},
        {"foreign-output", ErrorCode::InvalidArgument, "does not belong to the hook", false},
        {"null-record", ErrorCode::Corrupt, "page is NULL or too short", false},
        {"short-record", ErrorCode::Corrupt, "page is NULL or too short", false},
    };
    std::uint64_t misbehaviours = 0;
    for (const Breach& breach : breaches) {
        SCOPED_TRACE(breach.mode);
        const auto step = runRogue(breach.mode);
        ASSERT_FALSE(step);
        EXPECT_EQ(step.error().code, breach.code);
        EXPECT_THAT(step.error().message, HasSubstr(breach.message));
        misbehaviours += breach.is_misbehaviour ? 1 : 0;
        EXPECT_EQ(rogue_->guard().misbehaviours(), misbehaviours);
    }
}

TEST_F(Operations, LimitsAreInclusive) {
    EXPECT_EQ(std::get<Page>(runRogue("most-changes").value()).changes.size(), kPageChangesMax);
    EXPECT_EQ(
        std::get<Page>(runRogue("largest-change").value()).changes.at(0).size(), kChangeBytesMax
    );
}

TEST_F(Operations, MessagesAreCutAndCleaned) {
    const Error cut = runRogue("long-message").error();
    EXPECT_EQ(cut.code, ErrorCode::PermissionDenied);
    EXPECT_EQ(cut.retry_after, std::chrono::milliseconds(5));
    EXPECT_TRUE(isValidUtf8(cut.message));
    EXPECT_EQ(cut.message.size(), std::string("plugin rogue: fetch: ").size() + kMessageBytesMax);
    EXPECT_EQ(cut.message.find('\n'), std::string::npos);
    EXPECT_THAT(runRogue("bad-message").error().message, HasSubstr(": a?b"));
}

TEST_F(Operations, QuarantineAfterMisbehavioursInARowKeepsTheWork) {
    for (int i = 1; i < CallGuard::kStrikesMax; ++i)
        EXPECT_FALSE(runRogue("no-result"));
    EXPECT_TRUE(runRogue("good"));  // one good call in between, and the count begins again
    for (int i = 1; i < CallGuard::kStrikesMax; ++i)
        EXPECT_FALSE(runRogue("no-result"));
    EXPECT_FALSE(rogue_->guard().isQuarantined());

    EXPECT_FALSE(runRogue("no-result"));

    EXPECT_TRUE(rogue_->guard().isQuarantined());
    const auto refused = runRogue("good");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("quarantine"));
    // Another plugin is not touched, and neither is a fresh copy of this one.
    EXPECT_TRUE(AuthView(sample_).refresh(aCall(), anAccount(), tokens_));
    rogue_ = make("rogue", "1.0.0");
    EXPECT_TRUE(runRogue("good"));
}

TEST_F(Operations, RunInParallelOnOneInstance) {
    constexpr int kThreads = 2;
    constexpr int kRounds = 200;
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < kRounds; ++i) {
                const std::string mark = std::to_string(thread) + "-" + std::to_string(i);
                auto operation = AuthView(sample_).refresh(aCall(), anAccount(), tokens_);
                const HttpResponse answer = anAnswer(mark);
                (void)operation->advance(aCall());
                (void)operation->advance(aCall(), &answer);
                const auto step = operation->advance(aCall(), &answer);
                if (std::get<TokenSet>(*step).access_token.reveal() == "r:" + mark) ++good;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(good, kThreads * kRounds);
}

}  // namespace
}  // namespace ferry::plugin::test
