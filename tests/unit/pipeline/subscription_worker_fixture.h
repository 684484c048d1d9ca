#pragma once
// The worker that registers webhooks, on a real database; a provider whose two operations make one
// request each, an outbound service that a test answers, and a clock that stands.

#include "pipeline/instance_lookup.h"
#include "pipeline/subscription_worker.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fake_outbound.h"
#include "support/fake_provider.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ferry::pipeline {

/// Answers: "state=S;lives_s=SECONDS;secret=TEXT" to subscribe, the latter two optional.
class RegisteringProvider final : public test::FakeProvider, public Subscriptions {
  public:
    using FakeProvider::FakeProvider;

    Subscriptions* subscriptions() override { return registers ? this : nullptr; }
    Result<OperationPtr> startSubscribe(
        const ProviderAccount&, const TokenSet& tokens, const SubscriptionRequest& request
    ) override {
        last = request;
        return started("subscribe", tokens, request, [this](const auto& fields) {
            OperationResult result;
            result.registration.emplace();
            result.registration->state = fields.at("state");
            if (fields.contains("lives_s"))
                result.registration->expires_at =
                    clock->wallNow() + Milliseconds(std::stol(fields.at("lives_s")) * 1000);
            if (fields.contains("secret"))
                result.registration->secret = Secret(fields.at("secret"));
            return result;
        });
    }
    Result<OperationPtr> startUnsubscribe(
        const ProviderAccount&, const TokenSet& tokens, const SubscriptionRequest& request
    ) override {
        return started("unsubscribe", tokens, request, [](const auto&) {
            return OperationResult();
        });
    }

    bool registers = true;
    const Clock* clock = nullptr;
    SubscriptionRequest last;

  private:
    static Result<OperationPtr> started(
        const char* what,
        const TokenSet& tokens,
        const SubscriptionRequest& request,
        test::FakeOperation::Finish finish
    ) {
        std::string body = fmt::format("{} {}", tokens.access_token.reveal(), request.state);
        return OperationPtr(
            std::make_unique<test::FakeOperation>(what, std::move(body), std::move(finish))
        );
    }
};

/// "token", and after it was refused "another".
class TwoTokens final : public TokenSource {
  public:
    void get(
        std::shared_ptr<const InstanceSettings>,
        std::shared_ptr<Provider>,
        std::optional<Secret> rejected,
        Completion completion
    ) override {
        TokenSet tokens;
        tokens.access_token = Secret(rejected ? "another" : "token");
        completion(tokens);
    }
};

class SubscriptionWorkerTest : public testing::Test {
  protected:
    SubscriptionWorkerTest() {
        store::sqlite::SqliteOptions options;
        options.inline_writes = true;
        store_ = *store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        provider_ = std::make_shared<RegisteringProvider>(clock_);
        provider_->clock = &clock_;
        directory_.providers["fake"] = provider_;
        settings_ = std::make_unique<SettingsCache>(store_->instances(), key_);
        start();
    }
    ~SubscriptionWorkerTest() override { worker_.reset(); }

    /// A new worker, as after a restart.
    void start(std::string public_url = "https://hub.example") {
        worker_ = std::make_unique<SubscriptionWorker>(
            SubscriptionWorkerParts{
                *store_,
                directory_,
                *settings_,
                tokens_,
                outbound_,
                key_,
                clock_,
                random_,
                log_,
                metrics_},
            SubscriptionWorkerOptions{std::move(public_url), 4},
            [this] { is_woken_ = true; }
        );
    }

    Instance made(const std::string& name, const Configuration& configuration = {}) {
        Instance instance;
        instance.name = name;
        instance.connector_key = "fake";
        instance.account_id = "account";
        instance.state = InstanceState::Running;
        instance.events_enabled = true;
        Configuration all = configuration;
        all.emplace("webhook.secret", "the secret");
        instance.sealed_configuration = sealConfiguration(all, name, key_, random_);
        const SealedWebhookSecret own =
            sealWebhookSecret(Secret(all.at("webhook.secret")), key_, random_);
        instance.webhook_secret =
            *store_->instances().internWebhookSecret(own.fingerprint, own.sealed);
        return instance;
    }
    InstanceId put(Instance instance) {
        instance.updated_at = clock_.now();
        const InstanceId id = store_->instances().put({&instance, 1}, clock_.now())->front();
        worker_->noteChange(id);
        return id;
    }
    InstanceId add(const std::string& name, const Configuration& configuration = {}) {
        return put(made(name, configuration));
    }
    void change(InstanceId id, const std::function<void(Instance&)>& change) {
        clock_.advance(Milliseconds(1));
        Instance instance = **store_->instances().find(id);
        change(instance);
        put(instance);
    }
    void remove(InstanceId id) {
        ASSERT_TRUE(store_->instances().remove({&id, 1}));
        worker_->noteChange(id);
    }

    /// Steps until there is nothing to do at this moment; every request is answered so. Gives what
    /// was asked, as "what token state".
    std::vector<std::string> settle(int status = 200, std::string body = "state=s1;lives_s=900") {
        std::vector<std::string> asked;
        for (int i = 0; i < 100; ++i) {
            is_woken_ = false;
            wanted_at_ = worker_->step();
            if (outbound_.pendingCount() == 0) {
                if (!is_woken_ && wanted_at_ > clock_.now()) return asked;
                continue;
            }
            const http::OutboundRequest request = outbound_.oldest();
            asked.push_back(request.url.substr(22) + ' ' + request.body);
            http::OutboundResponse response = test::FakeOutbound::answer(status);
            response.body = body;
            outbound_.complete(std::move(response));
        }
        ADD_FAILURE() << "the worker asks again and again";
        return asked;
    }
    /// The same, from the time on when there is something to do again; within a day.
    std::vector<std::string> settleLater(int status) {
        std::vector<std::string> asked;
        const TimePoint end = clock_.now() + Milliseconds(86'400'000);
        while (asked.empty() && clock_.now() < end) {
            clock_.advance(untilNextStep());
            asked = settle(status);
        }
        return asked;
    }
    Milliseconds untilNextStep() const {
        return std::chrono::duration_cast<Milliseconds>(wanted_at_ - clock_.now());
    }
    std::string reasonOf(InstanceId id) { return (*store_->instances().find(id))->state_reason; }
    std::optional<WebhookSubscription> rowOf(InstanceId id) {
        return *store_->subscriptions().find(id);
    }

    /// What webhooks to the instance's URL are verified with; empty: nothing.
    std::string verifiedWith(InstanceId id) {
        InstanceLookup lookup(store_->instances(), key_);
        const auto found = lookup.byInstance("fake", id, {});
        const auto secret = lookup.webhookSecret(found->matches.at(0).webhook_secret);
        return secret ? std::string((*secret)->reveal()) : std::string();
    }

    test::TempDir folder_;
    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    observe::Metrics metrics_;
    std::vector<std::string> lines_;
    observe::Log log_{
        clock_,
        observe::LogLevel::Warning,
        observe::LogFormat::Text,
        [this](std::string_view line) { lines_.emplace_back(line); }};
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    std::shared_ptr<RegisteringProvider> provider_;
    test::FakeDirectory directory_;
    TwoTokens tokens_;
    test::FakeOutbound outbound_;
    std::unique_ptr<SettingsCache> settings_;
    std::unique_ptr<SubscriptionWorker> worker_;
    TimePoint wanted_at_{};
    bool is_woken_ = false;
};

}  // namespace ferry::pipeline
