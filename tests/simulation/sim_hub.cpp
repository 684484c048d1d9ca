#include "simulation/sim_hub.h"

#include "app/instance_apply.h"

#include <utility>

namespace ferry::test {
namespace {

constexpr std::size_t kTokens = 0;
constexpr std::size_t kSync = 1;
constexpr std::size_t kDelivery = 2;
constexpr std::size_t kWriter = 3;

}  // namespace

SimHub::SimHub(const SimMachine& machine)
    : machine_(machine),
      clock_(machine.clock),
      script_(machine.store_fault),
      log_(clock_, observe::LogLevel::Debug, observe::LogFormat::Text, machine.log),
      writes_(clock_, machine.random, wakeOf(kWriter)) {
    workers_[kWriter].target = &writes_;
}

SimHub::~SimHub() = default;

Result<std::unique_ptr<SimHub>> SimHub::boot(const SimMachine& machine) {
    std::unique_ptr<SimHub> hub(new SimHub(machine));
    FERRY_TRY(hub->open());
    FERRY_TRY(hub->build());
    FERRY_TRY(hub->start());
    return hub;
}

Status SimHub::open() {
    store::sqlite::SqliteOptions options;
    options.inline_writes = true;
    options.fails_commit = machine_.fails_commit;
    FERRY_TRY_ASSIGN(store_, store::sqlite::SqliteStore::open(machine_.database, options));
    faulty_ = std::make_unique<FaultyStore>(*store_, script_, [this](std::function<void()> write) {
        writes_.post(std::move(write));
    });
    FERRY_TRY_ASSIGN(auto hub_id, faulty_->meta().get("hub.id"));
    if (!hub_id) {
        hub_id = machine_.random.token(16);
        FERRY_TRY(faulty_->meta().put("hub.id", *hub_id));
    }
    hub_id_ = std::move(*hub_id);
    return {};
}

Status SimHub::buildOauth() {
    const oauth::OauthParts parts{
        faulty_->instances(),
        faulty_->tokens(),
        *catalog_,
        machine_.network,
        machine_.key,
        machine_.random,
        clock_,
        log_,
        metrics_,
        machine_.config.public_url,
        wakeOf(kTokens)
    };
    tokens_ = std::make_unique<oauth::TokenRefresher>(parts);
    authorize_urls_ = std::make_unique<oauth::AuthorizeUrls>(machine_.key, faulty_->meta());
    FERRY_TRY(authorize_urls_->load());
    const auto authorized = [this](InstanceId id) {
        tokens_->forget(id);
        settings_->invalidate(id);
        workers_[kSync].is_woken = true;
    };
    authorizer_ = std::make_unique<oauth::AccountAuthorizer>(parts, *authorize_urls_, authorized);
    token_worker_ = std::make_unique<oauth::TokenWorker>(*authorizer_, *tokens_);
    return {};
}

Status SimHub::build() {
    catalog_ = std::make_unique<app::Catalog>(machine_.config, clock_, log_);
    catalog_->load();
    if (catalog_->find("dropbox") == nullptr) {
        return fail(ErrorCode::NotFound, "there is no dropbox plugin");
    }
    settings_ = std::make_unique<pipeline::SettingsCache>(faulty_->instances(), machine_.key, 2);
    FERRY_TRY(buildOauth());

    pipeline::SyncWorkerOptions sync_options;
    sync_options.hub_id = hub_id_;
    sync_options.drains_max = machine_.drains_max;
    sync_options.page_records = machine_.page_records;
    sync_ = std::make_unique<pipeline::SyncWorker>(
        pipeline::SyncWorkerParts{
            *faulty_,
            *catalog_,
            *settings_,
            *tokens_,
            machine_.network,
            clock_,
            machine_.random,
            log_,
            metrics_
        },
        sync_options,
        wakeOf(kSync),
        wakeOf(kDelivery)
    );
    pipeline::DeliveryOptions delivery_options;
    delivery_options.per_callback = kPerCallback;
    delivery_ = std::make_unique<pipeline::DeliveryWorker>(
        pipeline::DeliveryServices{
            faulty_->deliveries(),
            faulty_->events(),
            *settings_,
            machine_.network,
            clock_,
            machine_.random,
            metrics_,
            log_
        },
        delivery_options,
        wakeOf(kDelivery)
    );
    lookup_ = std::make_unique<pipeline::InstanceLookup>(faulty_->instances(), machine_.key);
    webhooks_ = std::make_unique<pipeline::WebhookReceiver>(pipeline::WebhookReceiver::Parts{
        *catalog_,
        *lookup_,
        faulty_->notices(),
        faulty_->inbox(),
        clock_,
        machine_.random,
        log_,
        metrics_,
        wakeOf(kSync)
    });
    workers_[kTokens].target = token_worker_.get();
    workers_[kSync].target = sync_.get();
    workers_[kDelivery].target = delivery_.get();
    return {};
}

Status SimHub::start() {
    FERRY_TRY(
        app::applyInstances(machine_.instances, {*faulty_, machine_.key, machine_.random, clock_})
    );
    FERRY_TRY(faulty_->notices().markAll(clock_.now(), Milliseconds(500)));
    FERRY_TRY(faulty_->deliveries().planAgain(clock_.now()));
    FERRY_TRY_ASSIGN(const auto instances, faulty_->instances().page(InstanceId(), 1'000));
    for (const Instance& instance : instances) {
        if (instance.state == InstanceState::AwaitingAuthorization) {
            authorizer_->enqueue(instance.id);
        }
    }
    return {};
}

bool SimHub::step() {
    bool has_stepped = false;
    const std::size_t first = machine_.random.below(workers_.size());
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        SteppedWorker& worker = workers_[(first + i) % workers_.size()];
        if (!worker.is_woken && clock_.now() < worker.next) continue;
        worker.is_woken = false;
        worker.next = worker.target->step();
        has_stepped = true;
    }
    return has_stepped;
}

TimePoint SimHub::nextDue() const {
    TimePoint next = TimePoint::max();
    for (const SteppedWorker& worker : workers_) {
        if (worker.is_woken) return machine_.clock.now();
        next = std::min(next, clock_.toSimulation(worker.next));
    }
    return next;
}

int SimHub::receive(const demo::Notice& notice) {
    http::Request request;
    request.method = "POST";
    request.path = "/elements/api-v2/events/dropbox";
    request.raw_path = request.path;
    request.body = notice.body;
    for (const auto& [name, value] : notice.headers)
        request.headers.add(name, value);
    int status = 0;
    // The store is stepped by hand and answers at once.
    webhooks_->receive("dropbox", std::nullopt, request, [&](const http::Response& response) {
        status = response.status;
    });
    return status;
}

void SimHub::shutDown() {
    sync_->shutDown();
    authorizer_->stop();
    tokens_->stop();
    delivery_->stop();
    delivery_->finish();
}

}  // namespace ferry::test
