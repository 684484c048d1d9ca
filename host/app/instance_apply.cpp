#include "app/instance_apply.h"

#include "pipeline/instance_record.h"

#include <fmt/format.h>

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
using pipeline::InstanceDraft;

/// Instances of one transaction.
constexpr std::size_t kBatch = 1'000;

/// Reasons that begin so were written here, and are taken back here.
constexpr std::string_view kKeptPrefix = "its new version in ";

bool isAboutKept(std::string_view reason) {
    return reason.starts_with(kKeptPrefix);
}

/// The path that is the file, or a folder that it lies in; null if none is.
const std::string* findOrigin(const std::vector<std::string>& paths, const std::string& file) {
    const auto found = std::ranges::find_if(paths, [&](const std::string& path) {
        const auto folder = (std::filesystem::path(path) / "").parent_path();
        return file == path || std::filesystem::path(file).parent_path() == folder;
    });
    return found == paths.end() ? nullptr : &*found;
}

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
    Status removeUndeclared(const config::InstanceLoad& load);
    Status tellKept(const config::InstanceLoad& load);
    Status tellEmpty(const config::InstanceLoad& load);

    const ApplyParts& parts_;
    const TimePoint now_;
    ApplyReport report_;
    std::unordered_map<std::string, store::FileInstance> stored_;  // by name
    std::set<std::string, std::less<>> declared_;
    std::vector<Instance> batch_;         // new ones, and those whose authorization is void
    std::vector<Instance> reconfigured_;  // those that keep it
    std::vector<InstanceId> refetched_;   // of these, those whose provider is asked otherwise
    pipeline::InstanceRecords records_{parts_.store.instances(), parts_.key, parts_.random};
};

Result<ApplyReport> Applier::apply(const config::InstanceLoad& load) {
    FERRY_TRY(loadStored());
    for (const config::InstanceDefinition& definition : load.instances) {
        FERRY_TRY(declare(definition));
    }
    FERRY_TRY(flush());
    FERRY_TRY(removeUndeclared(load));
    FERRY_TRY(tellKept(load));
    FERRY_TRY(tellEmpty(load));
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
    const bool is_same = instance.configuration_fingerprint == fingerprint;
    bool keeps_authorization = is_same;
    if (!is_same) {
        FERRY_TRY_ASSIGN(
            const Configuration before,
            pipeline::openConfiguration(instance.sealed_configuration, instance.name, parts_.key)
        );
        keeps_authorization = instance.connector_key == draft.connector_key &&
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
    if (!refetched_.empty()) {
        FERRY_TRY(parts_.store.notices().mark(refetched_, now_));
        refetched_.clear();
    }
    return {};
}

Status Applier::removeUndeclared(const config::InstanceLoad& load) {
    std::set<std::string, std::less<>> rejected;
    std::set<std::string, std::less<>> faulty_files;
    for (const config::RejectedInstance& instance : load.rejected) {
        rejected.insert(instance.name);
        faulty_files.insert(instance.file);
    }
    faulty_files.insert(load.empty_files.begin(), load.empty_files.end());
    // What can't be read may declare any of them, whatever file they came from: files are renamed.
    const bool is_unsure =
        !load.unreadable_files.empty() ||
        std::any_of(load.rejected.begin(), load.rejected.end(), [](const auto& item) {
            return item.name.empty();
        });
    std::vector<InstanceId> gone;
    for (const auto& [name, instance] : stored_) {
        if (declared_.contains(name)) continue;
        const std::string file = config::fileOfSource(instance.source);
        const bool is_missing =
            findOrigin(load.missing_paths, file) || findOrigin(load.empty_folders, file);
        // A file that is cut off, or written again just now, has an error where it ends so far.
        const bool is_in_faulty_file = faulty_files.contains(file);
        if (is_unsure || rejected.contains(name) || is_in_faulty_file || is_missing) {
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

Status Applier::tellEmpty(const config::InstanceLoad& load) {
    if (load.empty_files.empty() && load.empty_folders.empty()) return {};
    for (const auto& [name, instance] : stored_) {
        const std::string file = config::fileOfSource(instance.source);
        const std::string* const folder = findOrigin(load.empty_folders, file);
        const bool is_empty = findOrigin(load.empty_files, file) != nullptr;
        if ((!is_empty && folder == nullptr) || declared_.contains(name)) continue;
        if (!instance.state_reason.empty() && !isAboutKept(instance.state_reason)) continue;
        const std::string reason =
            folder != nullptr
                ? fmt::format(
                      "{}{} is missing: the folder {} has no file; write 'instances: []' into one "
                      "to have it removed",
                      kKeptPrefix,
                      file,
                      *folder
                  )
                : fmt::format(
                      "{}{} is missing: nothing stands there behind 'instances:'; write "
                      "'instances: []' to have it removed",
                      kKeptPrefix,
                      file
                  );
        FERRY_TRY(parts_.store.instances().setReason(instance.id, reason));
    }
    return {};
}

}  // namespace

Result<ApplyReport> applyInstances(const config::InstanceLoad& load, const ApplyParts& parts) {
    return Applier(parts).apply(load);
}

}  // namespace ferry::app
