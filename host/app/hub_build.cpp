// How the hub's parts are connected: which step wakes which.

#include "app/hub.h"
#include "oauth/oauth_links.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::app {

namespace {

constexpr std::string_view kUserAgent = "Ferry/" FERRY_VERSION;
/// Under load a step takes what came in this time: pages and outcomes share a commit then.
constexpr Milliseconds kPace{2};

}  // namespace

Status Hub::build() {
    FERRY_TRY(buildOutbound());
    settings_ = std::make_unique<pipeline::SettingsCache>(store_->instances(), *key_);
    account_ = std::make_unique<pipeline::AccountPolicy>(store_->meta());
    FERRY_TRY(buildOauth());
    buildSync();
    buildSubscriptions();
    buildDelivery();
    buildReplays();
    buildOperator();
    housekeeping_ = std::make_unique<Housekeeping>(
        *store_,
        clock_,
        log_,
        Retention{config_.retention.age, config_.retention.bytes_max, config_.retention.waiting}
    );
    store_watch_ = std::make_unique<StoreWatch>(store_->meta(), clock_, log_, config_.data_dir);

    constexpr auto kLow = ThreadPriority::Low;  // who sends a webhook waits; callbacks can
    token_thread_ = std::make_unique<Worker>("ferry-tokens", *token_worker_, clock_);
    sync_thread_ = std::make_unique<Worker>("ferry-sync", *sync_, clock_, kPace);
    subscription_thread_ = std::make_unique<Worker>("ferry-webhooks", *subscriptions_, clock_);
    delivery_thread_ = std::make_unique<Worker>("ferry-deliver", *delivery_, clock_, kPace, kLow);
    replay_thread_ = std::make_unique<Worker>("ferry-replay", *replays_, clock_, kPace, kLow);
    operator_thread_ = std::make_unique<Worker>("ferry-operator", *operator_, clock_);
    housekeeping_thread_ = std::make_unique<Worker>("ferry-prune", *housekeeping_, clock_);
    plugin_watch_ = std::make_unique<PluginWatch>(catalog_, clock_, log_);
    plugin_watch_thread_ = std::make_unique<Worker>("ferry-plugins", *plugin_watch_, clock_);
    store_watch_thread_ = std::make_unique<Worker>("ferry-store", *store_watch_, clock_);

    lookup_ = std::make_unique<pipeline::InstanceLookup>(store_->instances(), *key_);
    webhooks_ = std::make_unique<pipeline::WebhookReceiver>(pipeline::WebhookReceiver::Parts{
        catalog_,
        *lookup_,
        store_->notices(),
        store_->inbox(),
        clock_,
        random_,
        log_,
        metrics_,
        [this] { sync_thread_->wake(); }});
    buildApi();
    addRoutes();
    buildServer();
    addGauges();
    return {};
}

Status Hub::buildOutbound() {
    http::CurlOutboundOptions outbound_options;
    outbound_options.policy = http::EgressPolicy::standard(config_.delivery.allow_networks);
    outbound_options.callback_proxy = config_.delivery.proxy;
    outbound_options.user_agent = kUserAgent;
    FERRY_TRY_ASSIGN(outbound_, http::CurlOutbound::create(std::move(outbound_options)));
    return {};
}

Status Hub::buildOauth() {
    const oauth::OauthParts oauth_parts{
        store_->instances(),
        store_->tokens(),
        catalog_,
        *outbound_,
        *key_,
        random_,
        clock_,
        log_,
        metrics_,
        config_.public_url,
        [this] { token_thread_->wake(); }};
    tokens_ = std::make_unique<oauth::TokenRefresher>(oauth_parts);
    authorize_urls_ = std::make_unique<oauth::AuthorizeUrls>(*key_, store_->meta());
    FERRY_TRY(authorize_urls_->load());
    const auto authorized = [this](InstanceId id) {
        tokens_->forget(id);
        settings_->invalidate(id);
        sync_thread_->wake();
        subscriptions_->noteChange(id);
    };
    authorizer_ =
        std::make_unique<oauth::AccountAuthorizer>(oauth_parts, *authorize_urls_, authorized);
    browser_flow_ = std::make_unique<oauth::BrowserFlow>(oauth_parts, *authorizer_);
    token_worker_ = std::make_unique<oauth::TokenWorker>(*authorizer_, *tokens_);
    return {};
}

void Hub::buildSync() {
    pipeline::SyncWorkerOptions sync_options;
    sync_options.hub_id = hub_id_;
    sync_ = std::make_unique<pipeline::SyncWorker>(
        pipeline::SyncWorkerParts{
            *store_, catalog_, *settings_, *tokens_, *outbound_, clock_, random_, log_, metrics_},
        sync_options,
        [this] { sync_thread_->wake(); },
        [this] { delivery_thread_->wake(); }
    );
}

RetrySchedule Hub::retrySchedule() const {
    return {"ferry.yaml", retry_delays_.delays, retry_delays_.jitter, retry_delays_.is_exact};
}

void Hub::buildSubscriptions() {
    pipeline::SubscriptionWorkerOptions options;
    options.public_url = config_.public_url;
    subscriptions_ = std::make_unique<pipeline::SubscriptionWorker>(
        pipeline::SubscriptionWorkerParts{
            *store_,
            catalog_,
            *settings_,
            *tokens_,
            *outbound_,
            *key_,
            clock_,
            random_,
            log_,
            metrics_},
        std::move(options),
        [this] { subscription_thread_->wake(); }
    );
}

void Hub::buildDelivery() {
    pipeline::DeliveryOptions delivery_options;
    retry_delays_ = config_.delivery.retry_schedule;
    delivery_options.schedule = retrySchedule();
    delivery_options.per_callback =
        static_cast<std::size_t>(config_.delivery.concurrency_per_callback);
    delivery_options.breaker.failures = static_cast<unsigned>(config_.delivery.breaker_failures);
    delivery_options.request.timeout = config_.delivery.timeout;
    delivery_options.request.user_agent = kUserAgent;
    delivery_options.request.hub.hub_id = hub_id_;
    delivery_options.request.origin = pipeline::originOf(config_.public_url);
    pipeline::PermissionOptions permission_options;
    permission_options.public_url = config_.public_url;
    permission_options.user_agent = kUserAgent;
    permission_options.is_used = [this](CallbackId callback) -> Result<bool> {
        FERRY_TRY_ASSIGN(const auto instances, store_->instances().ofCallback(callback, 100));
        for (const Instance& instance : instances) {
            const auto settings = settings_->get(instance.id);
            // One that can't be read now may ask.
            if (!settings || (*settings)->delivery.asks_permission) return true;
        }
        return false;
    };
    permissions_ = std::make_unique<pipeline::CallbackPermissions>(
        store_->meta(),
        *outbound_,
        clock_,
        random_,
        *key_,
        permission_options,
        [this] { delivery_thread_->wake(); }
    );
    delivery_ = std::make_unique<pipeline::DeliveryWorker>(
        pipeline::DeliveryServices{
            store_->deliveries(),
            store_->events(),
            *settings_,
            *outbound_,
            clock_,
            random_,
            metrics_,
            log_,
            permissions_.get(),
            account_.get(),
            [this] { replay_thread_->wake(); }},
        delivery_options,
        [this] { delivery_thread_->wake(); }
    );
}

void Hub::buildReplays() {
    pipeline::ReplayOptions options;
    options.per_callback = static_cast<std::size_t>(config_.delivery.concurrency_per_callback);
    replays_ = std::make_unique<pipeline::ReplayWorker>(
        pipeline::ReplayServices{
            store_->replays(),
            store_->eventSearch(),
            store_->deliverySearch(),
            store_->instances(),
            *settings_,
            clock_,
            metrics_,
            log_,
            [this] { delivery_thread_->wake(); }},
        options
    );
}

void Hub::buildOperator() {
    const config::OperatorConfig& config = config_.operator_notices;
    pipeline::ConditionWatchOptions watch;
    watch.failing_after = config.failing_after;
    watch.authorize_url = [this](const Instance& instance) {
        const auto settings = settings_->get(instance.id);
        return settings ? oauth::consentUrl(**settings, config_.public_url)
                        : oauth::startLink(config_.public_url, instance.name);
    };
    pipeline::OperatorOptions options;
    options.url = config.callback_url;
    if (!config.signature_key.empty()) {
        options.keys = readSigningKeys(config.signature_key.reveal());
    }
    options.hub_id = hub_id_;
    options.user_agent = kUserAgent;
    operator_ = std::make_unique<pipeline::OperatorWorker>(
        pipeline::OperatorServices{
            store_->conditions(), *outbound_, clock_, random_, metrics_, log_},
        pipeline::ConditionWatch(*store_, delivery_->health(), std::move(watch)),
        std::move(options),
        [this] { operator_thread_->wake(); }
    );
}

/// Half of the threads, less those for health, remain for webhooks and for calls that wait for
/// nobody.
std::size_t Hub::connectorCallsMax() const {
    return static_cast<std::size_t>(
        std::max<std::int64_t>(config_.http.threads / 2 - kThreadsSpare, 1)
    );
}

void Hub::buildApi() {
    api::ApiParts parts{
        *store_,
        *api_keys_,
        catalog_,
        [this] {
            auto snapshot = catalog_.snapshot();
            const config::ManifestSet* const manifests = &snapshot->manifests;
            return std::shared_ptr<const config::ManifestSet>(std::move(snapshot), manifests);
        },
        [this] { return catalog_.states(); },
        *settings_,
        *account_,
        [this] { delivery_thread_->wake(); },
        [this] { replay_thread_->wake(); },
        [this] {
            for (const auto& thread : async_threads_)
                thread->wake();
        },
        [this] { topic_thread_->wake(); },
        [this](InstanceId id) { sync_->interrupt(id); },
        *key_,
        random_,
        clock_,
        log_,
        metrics_,
        *authorizer_,
        *authorize_urls_,
        [this](InstanceId id) {
            settings_->invalidate(id);
            sync_thread_->wake();
            delivery_thread_->wake();
            subscriptions_->noteChange(id);
        },
        config_.public_url,
        hub_id_,
        config_.api.user_secret,
        config_.api.organization_secret,
        command_secret_,
        *tokens_,
        *outbound_,
        {{config_.api.requests_per_second, config_.api.requests_burst},
         static_cast<std::size_t>(config_.api.requests_in_flight),
         connectorCallsMax()}};
    parts.retry_schedule = retrySchedule();
    parts.egress = http::EgressPolicy::standard(config_.delivery.allow_networks);
    api_ = std::make_unique<api::Api>(std::move(parts));
    topic_thread_ = std::make_unique<Worker>("ferry-topics", api_->topicSender(), clock_);
    api::AsyncCalls& async = api_->asyncCalls();
    async_threads_.push_back(std::make_unique<Worker>("ferry-answers", async.sender(), clock_));
    for (std::size_t i = 0; i < api::AsyncCalls::kCallers; ++i) {
        async_threads_.push_back(
            std::make_unique<Worker>(fmt::format("ferry-async-{}", i), async.caller(i), clock_)
        );
    }
}

}  // namespace ferry::app
