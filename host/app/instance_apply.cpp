#include "app/instance_apply.h"

#include "app/instance_configuration.h"
#include "pipeline/instance_lookup.h"
#include "pipeline/instance_settings.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ferry::app {
namespace {

using pipeline::Configuration;

/// Instances of one transaction.
constexpr std::size_t kBatch = 1'000;

/// Reasons that begin so were written here, and are taken back here.
constexpr std::string_view kKeptPrefix = "its new version in ";

bool isAboutKept(std::string_view reason) {
    return reason.starts_with(kKeptPrefix);
}

class Applier {
  public:
    explicit Applier(const ApplyParts& parts) : parts_(parts), now_(parts.clock.now()) {}

    Result<ApplyReport> apply(const config::InstanceLoad& load);

  private:
    Status loadStored();
    Status declare(const config::InstanceDefinition& definition);
    Status addNew(
        const config::InstanceDefinition& definition,
        Configuration configuration,
        const Digest256& fingerprint
    );
    Status addChanged(
        const config::InstanceDefinition& definition,
        Configuration configuration,
        const Digest256& fingerprint,
        InstanceId id
    );
    Status fill(
        Instance& instance,
        const config::InstanceDefinition& definition,
        const Configuration& configuration,
        const Digest256& fingerprint
    );
    Result<WebhookSecretId> webhookSecretOf(const Configuration& configuration);
    Result<CallbackId> callbackOf(const Configuration& configuration);
    Status flush();
    Status removeUndeclared(const config::InstanceLoad& load);
    Status tellKept(const config::InstanceLoad& load);

    const ApplyParts& parts_;
    const TimePoint now_;
    ApplyReport report_;
    std::unordered_map<std::string, store::FileInstance> stored_;  // by name
    std::set<std::string, std::less<>> declared_;
    std::vector<Instance> batch_;         // new ones, and those whose authorization is void
    std::vector<Instance> reconfigured_;  // those that keep it
    // Many instances share one app and one callback: intern each once.
    std::map<std::string, WebhookSecretId> secrets_;
    std::map<std::string, CallbackId> callbacks_;
};

Result<ApplyReport> Applier::apply(const config::InstanceLoad& load) {
    FERRY_TRY(loadStored());
    for (const config::InstanceDefinition& definition : load.instances) {
        FERRY_TRY(declare(definition));
    }
    FERRY_TRY(flush());
    FERRY_TRY(removeUndeclared(load));
    FERRY_TRY(tellKept(load));
    return std::move(report_);
}

Status Applier::loadStored() {
    FERRY_TRY_ASSIGN(auto instances, parts_.store.instances().fileInstances());
    stored_.reserve(instances.size());
    for (store::FileInstance& instance : instances) {
        std::string name = instance.name;
        stored_.emplace(std::move(name), std::move(instance));
    }
    return {};
}

Status Applier::declare(const config::InstanceDefinition& definition) {
    declared_.insert(definition.name);
    Configuration configuration = configurationOf(definition);
    const Digest256 fingerprint = fingerprintOf(definition, configuration, parts_.key);
    const auto found = stored_.find(definition.name);
    if (found == stored_.end()) {
        return addNew(definition, std::move(configuration), fingerprint);
    }
    const bool is_same = found->second.configuration_fingerprint == fingerprint;
    if (is_same && found->second.source == definition.source()) {
        ++report_.unchanged;
        if (!isAboutKept(found->second.state_reason)) return {};
        return parts_.store.instances().setReason(found->second.id, "");
    }
    return addChanged(definition, std::move(configuration), fingerprint, found->second.id);
}

Status Applier::addNew(
    const config::InstanceDefinition& definition,
    Configuration configuration,
    const Digest256& fingerprint
) {
    Instance instance;
    instance.created_at = now_;
    instance.state = InstanceState::AwaitingAuthorization;
    FERRY_TRY(fill(instance, definition, configuration, fingerprint));
    ++report_.created;
    batch_.push_back(std::move(instance));
    return batch_.size() >= kBatch ? flush() : Status();
}

Status Applier::addChanged(
    const config::InstanceDefinition& definition,
    Configuration configuration,
    const Digest256& fingerprint,
    InstanceId id
) {
    FERRY_TRY_ASSIGN(auto stored, parts_.store.instances().find(id));
    if (!stored) return addNew(definition, std::move(configuration), fingerprint);
    Instance instance = std::move(*stored);
    const bool is_same = instance.configuration_fingerprint == fingerprint;
    bool keeps_authorization = is_same;
    if (!is_same) {
        FERRY_TRY_ASSIGN(
            const Configuration before,
            pipeline::openConfiguration(instance.sealed_configuration, instance.name, parts_.key)
        );
        keeps_authorization =
            instance.connector_key == definition.key && sameCredentials(before, configuration);
        ++report_.changed;
    } else {
        ++report_.unchanged;  // it only moved to another line
    }
    // What it waits for may be what was changed: a corrected app secret, say.
    const bool is_awaiting =
        !keeps_authorization || instance.state == InstanceState::AwaitingAuthorization;
    const bool is_to_authorize = !is_same && is_awaiting;
    if (is_to_authorize || isAboutKept(instance.state_reason)) {
        FERRY_TRY(parts_.store.instances().setReason(id, ""));
        instance.state_reason.clear();
    }
    FERRY_TRY(fill(instance, definition, configuration, fingerprint));
    if (keeps_authorization) {
        reconfigured_.push_back(std::move(instance));
        if (is_to_authorize) report_.to_authorize.push_back(id);
        return reconfigured_.size() >= kBatch ? flush() : Status();
    }
    FERRY_TRY(parts_.store.tokens().remove(id));
    instance.state = InstanceState::AwaitingAuthorization;
    batch_.push_back(std::move(instance));
    return batch_.size() >= kBatch ? flush() : Status();
}

Status Applier::fill(
    Instance& instance,
    const config::InstanceDefinition& definition,
    const Configuration& configuration,
    const Digest256& fingerprint
) {
    instance.name = definition.name;
    instance.connector_key = definition.key;
    instance.tags = definition.tags;
    instance.source = definition.source();
    instance.sealed_configuration =
        pipeline::sealConfiguration(configuration, definition.name, parts_.key, parts_.random);
    instance.configuration_fingerprint = fingerprint;
    const auto enabled = configuration.find("event.notification.enabled");
    instance.events_enabled = enabled != configuration.end() && enabled->second == "true";
    instance.updated_at = now_;
    FERRY_TRY_ASSIGN(instance.webhook_secret, webhookSecretOf(configuration));
    FERRY_TRY_ASSIGN(instance.callback, callbackOf(configuration));
    return {};
}

Result<WebhookSecretId> Applier::webhookSecretOf(const Configuration& configuration) {
    // An instance that only polls has no webhooks that could be verified.
    const auto vendor = configuration.find("event.vendor.type");
    if (vendor != configuration.end() && vendor->second == "polling") return WebhookSecretId();
    const auto secret = configuration.find("oauth.api.secret");
    if (secret == configuration.end() || secret->second.empty()) return WebhookSecretId();
    const auto known = secrets_.find(secret->second);
    if (known != secrets_.end()) return known->second;
    const pipeline::SealedWebhookSecret sealed =
        pipeline::sealWebhookSecret(Secret(secret->second), parts_.key, parts_.random);
    FERRY_TRY_ASSIGN(
        const WebhookSecretId id,
        parts_.store.instances().internWebhookSecret(sealed.fingerprint, sealed.sealed)
    );
    secrets_.emplace(secret->second, id);
    return id;
}

Result<CallbackId> Applier::callbackOf(const Configuration& configuration) {
    const auto url = configuration.find("event.notification.callback.url");
    if (url == configuration.end() || url->second.empty()) return CallbackId();
    const auto known = callbacks_.find(url->second);
    if (known != callbacks_.end()) return known->second;
    FERRY_TRY_ASSIGN(
        const CallbackId id,
        parts_.store.instances().internCallback(parts_.key.fingerprint("callback\n" + url->second))
    );
    callbacks_.emplace(url->second, id);
    return id;
}

Status Applier::flush() {
    if (!batch_.empty()) {
        FERRY_TRY_ASSIGN(const auto ids, parts_.store.instances().put(batch_, now_));
        report_.touched.insert(report_.touched.end(), ids.begin(), ids.end());
        report_.to_authorize.insert(report_.to_authorize.end(), ids.begin(), ids.end());
        batch_.clear();
    }
    if (!reconfigured_.empty()) {
        FERRY_TRY(parts_.store.instances().reconfigure(reconfigured_));
        for (const Instance& instance : reconfigured_)
            report_.touched.push_back(instance.id);
        reconfigured_.clear();
    }
    return {};
}

Status Applier::removeUndeclared(const config::InstanceLoad& load) {
    std::set<std::string, std::less<>> rejected;
    for (const config::RejectedInstance& instance : load.rejected)
        rejected.insert(instance.name);
    const std::set<std::string, std::less<>> unreadable(
        load.unreadable_files.begin(), load.unreadable_files.end()
    );
    std::vector<InstanceId> gone;
    for (const auto& [name, instance] : stored_) {
        if (declared_.contains(name)) continue;
        const std::string file = instance.source.substr(0, instance.source.rfind(':'));
        // An instance without a readable name may be any of its file.
        const bool has_nameless =
            std::any_of(load.rejected.begin(), load.rejected.end(), [&](const auto& item) {
                return item.name.empty() && item.file == file;
            });
        const bool is_missing = std::any_of(
            load.missing_paths.begin(), load.missing_paths.end(), [&](const std::string& path) {
                const auto folder = (std::filesystem::path(path) / "").parent_path();
                return file == path || std::filesystem::path(file).parent_path() == folder;
            }
        );
        if (rejected.contains(name) || unreadable.contains(file) || has_nameless || is_missing) {
            ++report_.kept;
            continue;
        }
        gone.push_back(instance.id);
        report_.removed_names.push_back(name);
    }
    report_.touched.insert(report_.touched.end(), gone.begin(), gone.end());
    return gone.empty() ? Status() : parts_.store.instances().remove(gone);
}

Status Applier::tellKept(const config::InstanceLoad& load) {
    for (const config::RejectedInstance& rejected : load.rejected) {
        const auto found = stored_.find(rejected.name);
        // A second one of a name that is declared well elsewhere says nothing about that one.
        if (found == stored_.end() || declared_.contains(rejected.name)) continue;
        const std::string& before = found->second.state_reason;
        const std::string reason = std::string(kKeptPrefix) + rejected.file + ":" +
                                   std::to_string(rejected.line) +
                                   " has an error, so it runs on with the previous one; see "
                                   "'ferry lint'";
        // Why it does not run matters more.
        if (before == reason || (!before.empty() && !isAboutKept(before))) continue;
        FERRY_TRY(parts_.store.instances().setReason(found->second.id, reason));
    }
    return {};
}

}  // namespace

Result<ApplyReport> applyInstances(const config::InstanceLoad& load, const ApplyParts& parts) {
    return Applier(parts).apply(load);
}

}  // namespace ferry::app
