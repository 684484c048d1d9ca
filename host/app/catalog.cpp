#include "app/catalog.h"

#include "app/catalog_loader.h"
#include "app/plugin_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::app {

namespace {

constexpr std::string_view kComponent = "plugins";
/// Calls take milliseconds; one that takes longer is not worth a longer stop.
constexpr Milliseconds kCallsAtTheEnd{500};

/// For how long a call has not come back, if that is longer than any should take.
Milliseconds hangsFor(const plugin::PluginHealth& health) {
    return health.longest_call >= PluginWatch::kTooLong ? health.longest_call : Milliseconds(0);
}

}  // namespace

plugin::Refusal duplicateKey(const std::string& key, const std::string& source, bool is_replaced) {
    if (is_replaced)
        return {
            "key-duplicate",
            fmt::format("{} is used in its place; this one came with the program", source)};
    return {
        "key-duplicate",
        fmt::format(
            "connector '{}' is already served from {}; remove one of the two, or give this one "
            "another key",
            key,
            source
        )};
}

plugin::Refusal duplicateAlias(const config::SharedAlias& shared) {
    return {
        "alias-duplicate",
        fmt::format("{}; remove it from one of the two", config::describe(shared))};
}

Catalog::Catalog(
    const config::HubConfig& config,
    const Clock& clock,
    observe::Log& log,
    std::function<bool()> is_stopping,
    std::function<void(std::string_view plugin, std::uint64_t count)> on_restart
)
    : log_(log),
      loader_(std::make_unique<CatalogLoader>(
          config,
          clock,
          log,
          plugin::ProbeOptions{
              .program = ownProgram("ferry-plugin-probe"), .is_cancelled = std::move(is_stopping)},
          isolation::IsolationOptions{
              .program = ownProgram("ferry-plugin-host"),
              .on_restart = std::move(on_restart),
              .stops_at = [this] { return callsEndAt(); }}
      )),
      snapshot_(std::make_shared<const CatalogSnapshot>()) {}

Catalog::~Catalog() = default;

void Catalog::endCalls() noexcept {
    const auto end = std::chrono::steady_clock::now() + kCallsAtTheEnd;
    const std::chrono::nanoseconds since_start = end.time_since_epoch();
    calls_end_at_ = since_start.count();
}

std::optional<std::chrono::steady_clock::time_point> Catalog::callsEndAt() const {
    const std::chrono::nanoseconds end_at(calls_end_at_.load());
    if (end_at.count() == 0) return std::nullopt;
    return std::chrono::steady_clock::time_point(end_at);
}

void Catalog::load() {
    std::shared_ptr<const CatalogSnapshot> fresh = loader_->load();
    const auto before = snapshot();
    for (const RefusedConnector& refused : fresh->refused) {
        // Once, and not again at each reload for another reason.
        if (std::find(before->refused.begin(), before->refused.end(), refused) !=
            before->refused.end()) {
            continue;
        }
        log_.warning(kComponent, refused.message, {{"path", refused.path}, {"rule", refused.rule}});
    }
    has_webhooks_apart_ =
        std::any_of(fresh->providers.begin(), fresh->providers.end(), [](const auto& entry) {
            return entry.second->takesWebhooksApart();
        });
    const std::lock_guard lock(mutex_);
    snapshot_ = std::move(fresh);
}

std::shared_ptr<const CatalogSnapshot> Catalog::snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

std::shared_ptr<pipeline::Provider> Catalog::find(std::string_view connector_key) const {
    const auto current = snapshot();
    const auto found = current->providers.find(connector_key);
    return found == current->providers.end() ? nullptr : found->second;
}

bool Catalog::takesWebhooksApart(const std::string& name) const {
    if (!has_webhooks_apart_) return false;
    const auto provider = find(keyOf(name));
    return provider && provider->takesWebhooksApart();
}

std::string Catalog::keyOf(const std::string& name) const {
    const auto current = snapshot();
    const config::ConnectorManifest* found = config::findConnector(current->manifests, name);
    return found == nullptr ? name : found->key;
}

PluginStates Catalog::states() const {
    const auto current = snapshot();
    PluginStates states;
    for (const auto& [key, library] : current->libraries) {
        const config::ConnectorManifest& manifest = current->manifests.at(key);
        ServedConnector served;
        served.key = key;
        served.version = manifest.version;
        served.plugin = library->note().id;
        served.plugin_version = library->note().version;
        served.source = manifest.source;
        const plugin::PluginHealth health = library->health();
        served.misbehaviours = health.misbehaviours;
        served.is_quarantined = health.is_quarantined;
        served.is_isolated = health.is_isolated;
        served.restarts = health.restarts;
        served.last_end = health.last_end;
        served.starts_again_at = health.starts_again_at;
        if (const auto mapper = current->mappers.find(key); mapper != current->mappers.end()) {
            const plugin::PluginHealth mapping = mapper->second->health();
            served.has_mapper = true;
            served.misbehaviours += mapping.misbehaviours;
            served.restarts += mapping.restarts;
            if (served.last_end.empty()) served.last_end = mapping.last_end;
            if (!served.starts_again_at) served.starts_again_at = mapping.starts_again_at;
            served.is_quarantined = served.is_quarantined || mapping.is_quarantined;
        }
        served.hangs_for = hangsFor(health);
        states.served.push_back(std::move(served));
    }
    states.refused = current->refused;
    for (const FormerLibrary& former : current->former) {
        const auto library = former.library.lock();
        if (!library) continue;
        states.ending.push_back({former.id, former.version, hangsFor(library->health())});
    }
    return states;
}

std::filesystem::path Catalog::ownProgram(const std::string& name) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) return {};
    for (const char* place : {".", "../bin"}) {
        const std::filesystem::path candidate =
            (self.parent_path() / place / name).lexically_normal();
        if (std::filesystem::exists(candidate, error)) return candidate;
    }
    return {};
}

}  // namespace ferry::app
