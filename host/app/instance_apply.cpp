#include "app/instance_apply.h"

#include "app/kept_instances.h"
#include "pipeline/instance_record.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ferry::app {
namespace {

using pipeline::Configuration;
using pipeline::InstanceDraft;

/// Instances of one transaction.
constexpr std::size_t kBatch = 1'000;

/// Every parameter with a value, the grant code included.
InstanceDraft draftOf(const config::InstanceDefinition& definition) {
    InstanceDraft draft{
        definition.name,
        definition.key,
        definition.tags,
        {definition.configuration.begin(), definition.configuration.end()},
        definition.source()};
    if (!definition.code.empty()) draft.configuration["code"] = definition.code.reveal();
    return draft;
}

class Applier {
  public:
    explicit Applier(const ApplyParts& parts) : parts_(parts), now_(parts.clock.now()) {}

    Result<ApplyReport> apply(const config::InstanceLoad& load);

  private:
    Status loadStored();
    Status declare(const config::InstanceDefinition& definition);
    Status addNew(const InstanceDraft& draft);
    Status addChanged(const InstanceDraft& draft, const Digest256& fingerprint, InstanceId id);
    Status flush();
    Status settleUndeclared(const config::InstanceLoad& load);
    Status tellKept(const store::FileInstance& instance, const std::string& why);

    const ApplyParts& parts_;
    const TimePoint now_;
    ApplyReport report_;
    std::unordered_map<std::string, store::FileInstance> stored_;  // by name
    std::set<std::string, std::less<>> declared_;
    std::vector<Instance> batch_;         // new ones, and those whose authorization is void
    std::vector<Instance> reconfigured_;  // those that keep it
    /// Those that take callbacks now, and did not.
    std::vector<std::pair<CallbackId, InstanceId>> awake_;
    std::vector<InstanceId> refetched_;  // of these, those whose provider is asked otherwise
    pipeline::InstanceRecords records_{parts_.store.instances(), parts_.key, parts_.random};
};

Result<ApplyReport> Applier::apply(const config::InstanceLoad& load) {
    FERRY_TRY(loadStored());
    for (const config::InstanceDefinition& definition : load.instances) {
        FERRY_TRY(declare(definition));
    }
    FERRY_TRY(flush());
    FERRY_TRY(settleUndeclared(load));
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
    const InstanceDraft draft = draftOf(definition);
    const Digest256 fingerprint = pipeline::fingerprintOf(draft, parts_.key);
    const auto found = stored_.find(draft.name);
    if (found == stored_.end()) return addNew(draft);
    const bool is_same = found->second.configuration_fingerprint == fingerprint;
    if (is_same && found->second.source == draft.source) {
        ++report_.unchanged;
        if (!isAboutKept(found->second.state_reason)) return {};
        return parts_.store.instances().setReason(found->second.id, "");
    }
    return addChanged(draft, fingerprint, found->second.id);
}

Status Applier::addNew(const InstanceDraft& draft) {
    FERRY_TRY_ASSIGN(const auto other, parts_.store.instances().findByName(draft.name));
    if (other) {
        report_.taken_names.push_back(draft.name);
        return {};
    }
    Instance instance;
    instance.created_at = now_;
    instance.state = InstanceState::AwaitingAuthorization;
    FERRY_TRY(records_.fill(instance, draft, now_));
    ++report_.created;
    batch_.push_back(std::move(instance));
    return batch_.size() >= kBatch ? flush() : Status();
}

Status Applier::addChanged(
    const InstanceDraft& draft, const Digest256& fingerprint, InstanceId id
) {
    FERRY_TRY_ASSIGN(auto stored, parts_.store.instances().find(id));
    if (!stored) return addNew(draft);
    Instance instance = std::move(*stored);
    const bool was_taking = pipeline::takesCallbacks(instance);
    const bool is_same = instance.configuration_fingerprint == fingerprint;
    bool keeps_authorization = is_same;
    if (!is_same) {
        FERRY_TRY_ASSIGN(
            const Configuration before,
            pipeline::openConfiguration(instance.sealed_configuration, instance.name, parts_.key)
        );
        const bool is_mended = instance.state == InstanceState::NeedsReauthorization &&
                               pipeline::mayBeMended(before, draft.configuration);
        keeps_authorization = instance.connector_key == draft.connector_key && !is_mended &&
                              pipeline::sameCredentials(before, draft.configuration);
        const bool is_running = instance.state == InstanceState::Running;
        if (is_running && keeps_authorization &&
            !pipeline::sameFetching(before, draft.configuration))
            refetched_.push_back(id);
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
    FERRY_TRY(records_.fill(instance, draft, now_));
    if (!was_taking && pipeline::takesCallbacks(instance))
        awake_.emplace_back(instance.callback, id);
    if (keeps_authorization) {
        reconfigured_.push_back(std::move(instance));
        if (is_to_authorize) report_.to_authorize.push_back(id);
        return reconfigured_.size() >= kBatch ? flush() : Status();
    }
    FERRY_TRY(parts_.store.tokens().remove(id));
    if (instance.state != InstanceState::AwaitingAuthorization) {
        instance.state_reason =
            "its app, its account or its way of authorizing was changed, which ended what it was "
            "authorized with";
    }
    instance.state = InstanceState::AwaitingAuthorization;
    batch_.push_back(std::move(instance));
    return batch_.size() >= kBatch ? flush() : Status();
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
    for (const auto& [callback, instance] : std::exchange(awake_, {})) {
        const auto count = parts_.store.deliveries().bringInstanceForward(callback, instance, now_);
        if (!count) return fail(count.error());
    }
    if (!refetched_.empty()) {
        FERRY_TRY(parts_.store.notices().mark(refetched_, now_));
        refetched_.clear();
    }
    return {};
}

Status Applier::settleUndeclared(const config::InstanceLoad& load) {
    const KeptInstances kept(load, parts_.connector_places);
    std::vector<InstanceId> gone;
    for (const auto& [name, instance] : stored_) {
        // A second one of a name that is declared well elsewhere says nothing about that one.
        if (declared_.contains(name)) continue;
        const std::string why = kept.whyKept(name, instance.source);
        if (why.empty()) {
            gone.push_back(instance.id);
            report_.removed_names.push_back(name);
            continue;
        }
        ++report_.kept;
        if (!kept.isRejected(name)) ++report_.kept_undeclared[why];
        FERRY_TRY(tellKept(instance, why));
    }
    report_.touched.insert(report_.touched.end(), gone.begin(), gone.end());
    return gone.empty() ? Status() : parts_.store.instances().remove(gone);
}

Status Applier::tellKept(const store::FileInstance& instance, const std::string& why) {
    const std::string& before = instance.state_reason;
    // Why it does not run matters more.
    if (before == why || (!before.empty() && !isAboutKept(before))) return {};
    return parts_.store.instances().setReason(instance.id, why);
}

}  // namespace

Result<ApplyReport> applyInstances(const config::InstanceLoad& load, const ApplyParts& parts) {
    return Applier(parts).apply(load);
}

}  // namespace ferry::app
