#pragma once
// Verbs of the token refresher's tests.

#include "oauth/token_refresher.h"
#include "oauth_fixture.h"

namespace ferry::oauth {

class TokenRefresherTest : public OauthFixture {
  protected:
    using Answer = std::shared_ptr<std::optional<Result<TokenSet>>>;

    Answer get(InstanceId id, std::optional<std::string> rejected = std::nullopt) {
        auto answer = std::make_shared<std::optional<Result<TokenSet>>>();
        std::optional<Secret> rejected_secret;
        if (rejected) rejected_secret = Secret(*rejected);
        refresher_.get(settings(id), provider_, rejected_secret, [answer](Result<TokenSet> result) {
            EXPECT_FALSE(*answer) << "completed twice";
            *answer = std::move(result);
        });
        return answer;
    }
    /// Steps, gives the provider's answer to the one request, and steps again.
    void refreshWith(int status, std::string body) {
        refresher_.step();
        ASSERT_EQ(outbound_.pendingCount(), 1U);
        answer(status, std::move(body));
        refresher_.step();
    }
    static std::string accessOf(const Answer& answer) {
        if (!*answer) return "(no answer)";
        return **answer ? (**answer)->access_token.reveal() : (**answer).error().message;
    }
    static ErrorCode codeOf(const Answer& answer) {
        EXPECT_TRUE(*answer && !**answer);
        return *answer && !**answer ? (**answer).error().code : ErrorCode::Conflict;
    }

    TokenRefresher refresher_{parts(outbound_)};
};

}  // namespace ferry::oauth
