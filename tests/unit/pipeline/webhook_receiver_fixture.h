#pragma once
// A webhook receiver with the fake provider and a store in memory that can fail.

#include "pipeline/webhook_receiver.h"
#include "support/fake_intake_store.h"
#include "support/fake_provider.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace ferry::pipeline {

class WebhookReceiverTest : public testing::Test {
  protected:
    WebhookReceiverTest() { directory_.providers["fake"] = provider_; }

    InstanceId instance(std::string account, std::string_view secret) {
        Instance instance;
        instance.name = fmt::format("i{}", ++names_);
        instance.connector_key = "fake";
        instance.account_id = std::move(account);
        instance.state = InstanceState::Running;
        if (!secret.empty()) {
            const auto sealed = sealWebhookSecret(Secret(std::string(secret)), key_, random_);
            instance.webhook_secret =
                *store_.internWebhookSecret(sealed.fingerprint, sealed.sealed);
        }
        return store_.add(instance);
    }

    static http::Request post(std::string body, std::string_view secret = {}) {
        http::Request request;
        request.method = "POST";
        if (!secret.empty()) {
            request.headers.add("X-Fake-Signature", test::FakeProvider::sign(body, secret));
        }
        request.body = std::move(body);
        return request;
    }

    http::Response receive(
        std::string_view key, std::optional<InstanceId> id, const http::Request& request
    ) {
        http::Response answer;
        answer.status = 0;  // the store of this test answers at once
        receiver_.receive(key, id, request, [&](http::Response response) {
            answer = std::move(response);
        });
        return answer;
    }
    int status(const http::Request& request, std::optional<InstanceId> id = std::nullopt) {
        return receive("fake", id, request).status;
    }
    std::string metrics() const { return metrics_.prometheusText(); }

    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(32, 'k'));
    test::FakeIntakeStore store_;
    std::shared_ptr<test::FakeProvider> provider_ = std::make_shared<test::FakeProvider>(clock_);
    test::FakeDirectory directory_;
    InstanceLookup lookup_{store_, key_};
    unsigned log_lines_ = 0;
    observe::Log log_{
        clock_,
        observe::LogLevel::Debug,
        observe::LogFormat::Text,
        [this](std::string_view) { ++log_lines_; },
    };
    observe::Metrics metrics_;
    unsigned wakes_ = 0;
    WebhookReceiver receiver_{
        {directory_, lookup_, store_, store_, clock_, random_, log_, metrics_, [this] {
             ++wakes_;
         }}};
    int names_ = 0;
};

}  // namespace ferry::pipeline
