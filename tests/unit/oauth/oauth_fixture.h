#pragma once
// What the oauth tests share: a fake provider, a store in memory, a clock that stands still, and
// verbs that make instances and answer requests.

#include "oauth/authorize_urls.h"
#include "oauth/oauth_parts.h"
#include "pipeline/instance_settings.h"
#include "pipeline/token_vault.h"
#include "support/fake_intake_store.h"
#include "support/fake_meta_store.h"
#include "support/fake_outbound.h"
#include "support/fake_provider.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry::oauth {

inline constexpr auto kAwaiting = InstanceState::AwaitingAuthorization;

class OauthFixture : public testing::Test {
  protected:
    OauthFixture() { directory_.providers["fake"] = provider_; }

    OauthParts parts(http::Outbound& outbound) {
        return {
            store_,
            store_,
            directory_,
            outbound,
            key_,
            random_,
            clock_,
            log_,
            metrics_,
            "https://hub.test",
            [this] { ++wakes_; },
        };
    }

    InstanceId instance(
        std::string name,
        pipeline::Configuration configuration = {{"authentication.type", "oauth2"}},
        InstanceState state = InstanceState::Running
    ) {
        Instance instance;
        instance.name = std::move(name);
        instance.connector_key = "fake";
        instance.state = state;
        const InstanceId id = store_.add(instance);
        configure(id, std::move(configuration));
        return id;
    }
    void configure(InstanceId id, pipeline::Configuration configuration) {
        store_.change(id, [&](Instance& row) {
            row.sealed_configuration =
                pipeline::sealConfiguration(configuration, row.name, key_, random_);
            row.configuration_fingerprint = key_.fingerprint(row.sealed_configuration);
        });
    }
    std::shared_ptr<const pipeline::InstanceSettings> settings(InstanceId id) {
        return std::make_shared<const pipeline::InstanceSettings>(
            *pipeline::openSettings(store_.row(id), key_)
        );
    }

    void storeTokens(InstanceId id, std::string access, std::string refresh, int expires_in_s) {
        TokenSet tokens;
        tokens.access_token = Secret(std::move(access));
        tokens.refresh_token = Secret(std::move(refresh));
        tokens.expires_at = clock_.now() + Milliseconds(1000) * expires_in_s;
        tokens.scope = "files.read";
        ASSERT_TRUE(vault_.save(id, tokens));
    }
    TokenSet stored(InstanceId id) { return vault_.load(id)->value_or(TokenSet()); }

    void answer(int status, std::string body) {
        http::OutboundResponse response;
        response.status = status;
        response.body = std::move(body);
        outbound_.complete(std::move(response));
    }

    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(32, 'k'));
    test::FakeIntakeStore store_;
    test::FakeMetaStore meta_;
    AuthorizeUrls urls_{key_, meta_};
    pipeline::TokenVault vault_{key_, random_, store_};
    std::shared_ptr<test::FakeProvider> provider_ = std::make_shared<test::FakeProvider>(clock_);
    test::FakeDirectory directory_;
    test::FakeOutbound outbound_;
    std::string log_text_;
    std::mutex log_mutex_;
    observe::Log log_{
        clock_,
        observe::LogLevel::Debug,
        observe::LogFormat::Text,
        [this](std::string_view line) {
            const std::lock_guard lock(log_mutex_);
            log_text_ += line;
        },
    };
    observe::Metrics metrics_;
    std::atomic<unsigned> wakes_ = 0;
};

}  // namespace ferry::oauth
