#include "app/hub.h"

#include "app/api_key_file.h"
#include "app/connector_changes.h"
#include "app/control_file.h"
#include "app/key_file.h"
#include "app/rejected_instances.h"
#include "base/free_memory.h"
#include "config/own_address.h"
#include "config/references.h"
#include "http/listen_check.h"
#include "store/sqlite/sqlite_api_key_store.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace ferry::app {

namespace {

constexpr std::string_view kComponent = "hub";
constexpr std::string_view kMetaHubId = "hub.id";
/// After a start every instance is drained once; many are spread, about so many a second.
constexpr std::int64_t kCatchUpPerSecond = 200;

}  // namespace

Hub::Hub(
    config::HubConfig config,
    const Clock& clock,
    Random& random,
    observe::Log& log,
    std::function<bool()> is_stopping
)
    : config_(std::move(config)),
      clock_(clock),
      random_(random),
      log_(log),
      is_stopping_(std::move(is_stopping)),
      command_secret_(api::newApiSecret(random)),
      catalog_(
          config_,
          clock,
          log,
          is_stopping_,
          [this](std::string_view plugin, std::uint64_t count) {
              metrics_
                  .counter(
                      "ferry_plugin_restarts_total",
                      "Times that the process of an isolated plugin was started again",
                      fmt::format("plugin=\"{}\"", plugin)
                  )
                  .add(count == 0 ? 0 : 1);
          }
      ) {}

Hub::~Hub() {
    stop(Milliseconds(0));
}

Result<std::unique_ptr<Hub>> Hub::create(
    config::HubConfig config,
    const Clock& clock,
    Random& random,
    observe::Log& log,
    std::function<bool()> is_stopping
) {
    std::unique_ptr<Hub> hub(new Hub(std::move(config), clock, random, log, std::move(is_stopping))
    );
    FERRY_TRY(hub->openStore());
    // Before instances are changed for a hub that then can't serve them.
    FERRY_TRY(http::checkListen(hub->config_.listen_host, hub->config_.listen_port));
    FERRY_TRY(hub->build());
    FERRY_TRY(hub->account_->load());
    FERRY_TRY(hub->api_->asyncCalls().load());
    return hub;
}

Status Hub::openStore() {
    if (const std::error_code error = makePrivateFolder(config_.data_dir); error) {
        return fail(
            ErrorCode::Unavailable,
            fmt::format("can't make data_dir {}: {}", config_.data_dir.string(), error.message())
        );
    }
    const std::filesystem::path file = config_.data_dir / "ferry.db";
    std::error_code is_missing;
    const bool is_empty = std::filesystem::file_size(file, is_missing) == 0 && !is_missing;
    FERRY_TRY_ASSIGN(auto store, store::sqlite::SqliteStore::open(file.string()));
    store_ = std::move(store);
    if (is_missing) log_.info(kComponent, "a new store is made", {{"file", file.string()}});
    removeControlFile(controlFilePath(config_));  // of one that was killed
    // Made beforehand, or left by a first start that was cut short: good; or all that is left.
    if (is_empty) {
        log_.warning(
            kComponent,
            "the store file was there and empty: it is a new store now; if it held something "
            "before, stop the hub and put the file back from a backup",
            {{"file", file.string()}}
        );
    }
    FERRY_TRY_ASSIGN(SealingKey key, keyForStore(config_.key_file, store_->meta(), random_));
    key_.emplace(std::move(key));

    FERRY_TRY_ASSIGN(api_keys_, store::sqlite::SqliteApiKeyStore::open(apiKeyFile(config_)));

    FERRY_TRY_ASSIGN(auto hub_id, store_->meta().get(kMetaHubId));
    if (!hub_id) {
        hub_id = random_.token(16);
        FERRY_TRY(store_->meta().put(kMetaHubId, *hub_id));
    }
    hub_id_ = std::move(*hub_id);
    return {};
}

Status Hub::start() {
    FERRY_TRY_ASSIGN(const auto counts, store_->instances().countByState());
    const auto running = counts.find(InstanceState::Running);
    const std::int64_t count = running == counts.end() ? 0 : running->second;
    FERRY_TRY(
        store_->notices().markAll(clock_.now(), Milliseconds(count * 1000 / kCatchUpPerSecond))
    );
    FERRY_TRY(store_->deliveries().planAgain(clock_.now()));
    FERRY_TRY(server_->start());
    token_thread_->start();
    sync_thread_->start();
    subscription_thread_->start();
    delivery_thread_->start();
    replay_thread_->start();
    operator_thread_->start();
    for (const auto& thread : async_threads_)
        thread->start();
    topic_thread_->start();
    housekeeping_thread_->start();
    store_watch_thread_->start();
    plugin_watch_thread_->start();
    is_running_ = true;
    tellCommands();
    FERRY_TRY(enqueueAuthorizations());
    log_.info(
        kComponent,
        "listening",
        {{"address", config::listenAddress(config_.listen_host, server_->port())},
         {"public_url", config_.public_url},
         {"connectors", static_cast<std::int64_t>(catalog_.snapshot()->providers.size())},
         {"instances_running", count}}
    );
    return {};
}

/// A hub that can't write it does everything else.
void Hub::tellCommands() {
    const Status written = writeControlFile(
        controlFilePath(config_),
        {config::localUrl(config_.listen_host, server_->port()), command_secret_}
    );
    if (written) return;
    log_.warning(
        kComponent,
        "commands that change something (ferry replay) can't reach this hub",
        {{"error", written.error().message}}
    );
}

Status Hub::enqueueAuthorizations() {
    InstanceId after;
    for (;;) {
        FERRY_TRY_ASSIGN(const auto page, store_->instances().page(after, 1'000));
        for (const Instance& instance : page) {
            if (instance.state == InstanceState::AwaitingAuthorization) {
                authorizer_->enqueue(instance.id);
            }
            after = instance.id;
        }
        if (page.size() < 1'000) return {};
    }
}

Result<ReloadReport> Hub::reload() {
    const auto before = catalog_.snapshot();
    catalog_.load();
    // Not all plugins may have been looked at, and their instances are not to be taken for wrong.
    if (is_stopping_ && is_stopping_()) return fail(ErrorCode::Cancelled, "the hub is stopping");
    ReloadReport report;
    const config::ReferenceOptions references;
    config::InstanceLoad load = config::loadInstances(
        config_.instances,
        catalog_.snapshot()->manifests,
        references,
        report.diagnostics,
        [this](const std::string& name) {
            const auto found = store_->instances().findByName(name);
            return found && *found ? (*found)->source : std::string();
        }
    );
    FERRY_TRY_ASSIGN(
        auto places, rememberConnectors(catalog_.snapshot()->manifests, store_->meta())
    );
    FERRY_TRY_ASSIGN(
        report.applied, applyInstances(load, {*store_, *key_, random_, clock_, std::move(places)})
    );
    config::rejectTakenNames(load, report.applied.taken_names, report.diagnostics);
    FERRY_TRY(rememberRejected(load, report.diagnostics, store_->meta()));
    for (const InstanceId id : report.applied.touched)
        settings_->invalidate(id);
    // At a start there is nothing that served them before, and all are drained.
    if (is_running_) {
        FERRY_TRY(followConnectors(*before, *catalog_.snapshot(), *store_, clock_.now(), log_));
        // At a start all that wait are taken, these among them: a code is good for one try.
        for (const InstanceId id : report.applied.to_authorize)
            authorizer_->enqueue(id);
        token_thread_->wake();
        sync_thread_->wake();
        delivery_thread_->wake();
        subscriptions_->noteChanges();
    }
    for (const config::Diagnostic& item : report.diagnostics.items()) {
        log_.warning("config", config::describe(item));
    }
    for (const std::string& name : report.applied.removed_names) {
        log_.warning(
            kComponent,
            "no file declares this instance any more: it was removed with its tokens and events",
            {{"instance", name}}
        );
    }
    for (const auto& [reason, count] : report.applied.kept_undeclared) {
        log_.warning(
            kComponent,
            "instances are kept that no file declares",
            {{"count", static_cast<std::int64_t>(count)}, {"reason", reason}}
        );
    }
    log_.info(
        kComponent,
        "instance files applied",
        {{"created", static_cast<std::int64_t>(report.applied.created)},
         {"changed", static_cast<std::int64_t>(report.applied.changed)},
         {"unchanged", static_cast<std::int64_t>(report.applied.unchanged)},
         {"removed", static_cast<std::int64_t>(report.applied.removed_names.size())},
         {"kept", static_cast<std::int64_t>(report.applied.kept)},
         {"rejected", static_cast<std::int64_t>(load.rejected.size())},
         {"errors", static_cast<std::int64_t>(report.diagnostics.errorCount())}}
    );
    load = {};  // of 10,000 instances some 50 MiB
    returnFreeMemory();
    return report;
}

void Hub::stop(Milliseconds grace) {
    if (!server_) return;
    const auto deadline = std::chrono::steady_clock::now() + grace;
    if (is_running_) removeControlFile(controlFilePath(config_));
    stopDrains();
    delivery_->stop();
    // Half of the time: callbacks under way need the rest.
    server_->stop(grace / 2);
    while (is_running_ && !delivery_->isIdle() && std::chrono::steady_clock::now() < deadline) {
        delivery_thread_->wake();
        std::this_thread::sleep_for(Milliseconds(10));
    }
    delivery_thread_->stop();
    delivery_->finish();
    outbound_->stop();
    is_running_ = false;
}

void Hub::stopDrains() {
    // These do not wait for plugins in processes of their own; what does, waits no longer.
    sync_thread_->stop();
    subscription_thread_->stop();
    catalog_.endCalls();
    api_->asyncCalls().stop();
    for (const auto& thread : async_threads_)
        thread->stop();
    topic_thread_->stop();
    // Before the server, which waits for its handlers: a browser that waits for a provider's answer
    // is told that the hub stops. What drains commit makes deliveries, which wait in the store for
    // the next start.
    sync_->shutDown();
    subscriptions_->shutDown();
    replay_thread_->stop();
    operator_thread_->stop();
    token_thread_->stop();
    authorizer_->stop();
    tokens_->stop();
    housekeeping_thread_->stop();
    store_watch_thread_->stop();
    plugin_watch_thread_->stop();
}

}  // namespace ferry::app
