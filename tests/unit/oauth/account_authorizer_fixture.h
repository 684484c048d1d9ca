#pragma once
// Verbs of the account authorizer's tests.

#include "oauth/account_authorizer.h"
#include "oauth_fixture.h"

namespace ferry::oauth {

class AccountAuthorizerTest : public OauthFixture {
  protected:
    InstanceId awaiting(pipeline::Configuration configuration) {
        return instance("marketing", std::move(configuration), kAwaiting);
    }
    void begin(InstanceId id) {
        authorizer_.enqueue(id);
        authorizer_.step();
    }
    void answerNext(std::string_view path, int status, std::string body) {
        ASSERT_EQ(outbound_.pendingCount(), 1U);
        EXPECT_EQ(outbound_.oldest().url, "https://provider.test/" + std::string(path));
        last_body_ = outbound_.oldest().body;
        answer(status, std::move(body));
        authorizer_.step();
    }
    /// Moves on to the next retry.
    void waitOut() {
        const TimePoint next = authorizer_.step();
        ASSERT_NE(next, TimePoint::max());
        ASSERT_LE(next - clock_.now(), Milliseconds(300'000));
        clock_.advanceTo(next);
        authorizer_.step();
    }
    std::string reason(InstanceId id) { return store_.row(id).state_reason; }
    InstanceState state(InstanceId id) { return store_.row(id).state; }

    std::vector<InstanceId> authorized_;
    std::string last_body_;
    AccountAuthorizer authorizer_{parts(outbound_), urls_, [this](InstanceId id) {
                                      authorized_.push_back(id);
                                  }};
};

}  // namespace ferry::oauth
