#pragma once
// Permissions of receivers with everything around them in memory: the clock stands, OPTIONS are
// answered by the test.

#include "pipeline/callback_permissions.h"
#include "support/fake_meta_store.h"
#include "support/fake_outbound.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ferry::pipeline {

inline constexpr CallbackId kAsking{1};

class CallbackPermissionsFixture : public testing::Test {
  protected:
    CallbackPermissionsFixture() {
        settings_.callback_url = "https://app.example.com/hook";
        settings_.delivery.asks_permission = true;
        restart();
    }
    void restart(const std::string& public_url = "https://Hub.example.com:8443/x") {
        permissions_.reset();
        PermissionOptions options;
        options.public_url = public_url;
        options.is_used = [this](CallbackId) { return Result<bool>(is_used_); };
        permissions_ = std::make_unique<CallbackPermissions>(
            meta_, outbound_, clock_, random_, key_, options, [this] { ++wakes_; }
        );
    }
    void limitTo(std::int64_t count, Milliseconds period) {
        settings_.delivery.limits.rate = RateLimit{count, period};
    }
    std::optional<CallbackPermission> find() {
        const auto found = permissions_->find(kAsking, settings_.delivery);
        EXPECT_TRUE(found);
        return found ? *found : std::nullopt;
    }
    void ask(std::uint64_t waiter = 1) {
        EXPECT_FALSE(find());
        permissions_->ask(kAsking, settings_, std::nullopt, Milliseconds(5'000), waiter);
    }
    static http::OutboundResponse answerOf(
        int status, const std::vector<std::pair<std::string, std::string>>& headers
    ) {
        http::OutboundResponse response = test::FakeOutbound::answer(status);
        for (const auto& [name, value] : headers)
            response.headers.add("WebHook-Allowed-" + name, value);
        return response;
    }
    PermissionAnswer answer(http::OutboundResponse response) {
        outbound_.complete(std::move(response));
        auto answers = permissions_->takeAnswers();
        EXPECT_TRUE(answers && answers->size() == 1);
        return answers && !answers->empty() ? answers->front() : PermissionAnswer{};
    }
    http::Response grant(
        const std::string& token,
        const std::vector<std::pair<std::string, std::string>>& headers = {},
        const std::string& method = "POST"
    ) {
        http::Request request;
        request.method = method;
        for (const auto& [name, value] : headers)
            request.headers.add(name, value);
        return permissions_->receiveGrant(token, request);
    }
    /// The token of the question that is on its way.
    std::string tokenAsked() const {
        const std::string url(outbound_.oldest().headers.get("WebHook-Request-Callback").value());
        return url.substr(url.rfind('/') + 1);
    }

    test::FakeMetaStore meta_;
    test::FakeOutbound outbound_;
    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    InstanceSettings settings_;
    int wakes_ = 0;
    bool is_used_ = true;  ///< the callback is an instance's still
    std::unique_ptr<CallbackPermissions> permissions_;
};

}  // namespace ferry::pipeline
