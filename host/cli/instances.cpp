#include "app/key_file.h"
#include "app/rejected_instances.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "oauth/oauth_links.h"
#include "pipeline/instance_settings.h"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>
#include <optional>

namespace ferry::cli {

namespace {

/// In place of a state, of one that is declared and not in the store.
constexpr const char* kRejected = "rejected";
constexpr const char* kRow = "{:>6}  {:<24} {:<12} {:<22} {}\n";

/// What the list is made with.
struct ListContext {
    std::string public_url;
    std::optional<SealingKey> key;  ///< none if it can't be read by who asks
    std::map<InstanceId, store::FailingDeliveries> failing;
    std::map<InstanceId, store::DeadDeliveries> dead;

    const store::FailingDeliveries* failingOf(const Instance& instance) const {
        const auto found = failing.find(instance.id);
        return found == failing.end() ? nullptr : &found->second;
    }
    const store::DeadDeliveries* deadOf(const Instance& instance) const {
        const auto found = dead.find(instance.id);
        return found == dead.end() ? nullptr : &found->second;
    }
};

/// True if a browser is of no use to the instance; false if nobody can tell.
bool hasOwnKey(const Instance& instance, const ListContext& context) {
    if (!context.key) return false;
    const auto settings = pipeline::openSettings(instance, *context.key);
    return settings && oauth::usesApiKey(*settings);
}

/// What a person does about the instance's state; empty if nothing is needed.
std::string whatToDo(const Instance& instance, const ListContext& context) {
    switch (instance.state) {
        case InstanceState::Running:
            return {};
        case InstanceState::AwaitingAuthorization:
        case InstanceState::NeedsReauthorization:
            if (hasOwnKey(instance, context)) {
                return "put a valid access key into its configuration at " + instance.source;
            }
            return "open " + oauth::startLink(context.public_url, instance.name);
        case InstanceState::Disabled:
            return "enable it again";
    }
    return {};
}

/// The reason without what to do, which has a line of its own here.
std::string reasonAlone(const Instance& instance, const ListContext& context) {
    std::string reason = instance.state_reason;
    for (const std::string& hint :
         {oauth::authorizeAgainHint(context.public_url, instance.name),
          oauth::authorizeHint(context.public_url, instance.name)}) {
        if (!reason.ends_with(hint)) continue;
        reason.resize(reason.size() - hint.size());
        while (reason.ends_with(' ') || reason.ends_with(':'))
            reason.pop_back();
    }
    return reason;
}

void writeInstance(JsonWriter& json, const Instance& instance, const ListContext& context) {
    json.beginObject();
    json.field("id", instance.id.value).field("name", instance.name);
    json.field("connector", instance.connector_key).field("account", instance.account_id);
    json.field("state", instanceStateName(instance.state)).field("reason", instance.state_reason);
    json.field("whatToDo", whatToDo(instance, context));
    json.field("eventsEnabled", instance.events_enabled).field("source", instance.source);
    json.key("tags").beginArray();
    for (const std::string& tag : instance.tags)
        json.string(tag);
    json.endArray();
    json.field("updatedDate", formatRfc3339(instance.updated_at));
    if (const store::FailingDeliveries* failing = context.failingOf(instance)) {
        json.key("failingCallback").beginObject().field("since", formatRfc3339(failing->since));
        json.field("waiting", failing->waiting);
        json.field("lastAttemptDate", formatRfc3339(failing->last_attempt_at));
        json.field("lastStatus", std::int64_t{failing->last_status});
        json.field("lastError", failing->last_error).endObject();
    }
    if (const store::DeadDeliveries* dead = context.deadOf(instance)) {
        json.key("deadDeliveries").beginObject().field("count", dead->count);
        json.field("lastAttemptDate", formatRfc3339(dead->last_attempt_at));
        json.field("lastStatus", std::int64_t{dead->last_status});
        json.field("lastError", dead->last_error).endObject();
    }
    json.endObject();
}

void printHeading() {
    std::cout << fmt::format(kRow, "ID", "NAME", "CONNECTOR", "STATE", "ACCOUNT");
}

void printInstance(const Instance& instance, const ListContext& context) {
    std::cout << fmt::format(
        kRow,
        instance.id.value,
        instance.name,
        instance.connector_key,
        instanceStateName(instance.state),
        instance.account_id.empty() ? "-" : instance.account_id
    );
    const std::string why = reasonAlone(instance, context);
    if (!why.empty()) std::cout << "        why: " << why << "\n";
    const std::string action = whatToDo(instance, context);
    if (!action.empty()) std::cout << "        do:  " << action << "\n";
    if (const store::FailingDeliveries* failing = context.failingOf(instance)) {
        std::cout << fmt::format(
            "        callback: failing since {}, {} waiting, last: {}\n",
            formatRfc3339(failing->since),
            failing->waiting,
            failing->last_error
        );
    }
    if (const store::DeadDeliveries* dead = context.deadOf(instance)) {
        std::cout << fmt::format(
            "        callback: {} dead, not tried again, the last one at {}: {}\n"
            "        do:  PUT /elements/api-v2/notifications/subscriptions/deliveries"
            "?where=status='queued' and instanceId='{}' once it works again\n",
            dead->count,
            formatRfc3339(dead->last_attempt_at),
            dead->last_error,
            instance.id.value
        );
    }
}

constexpr const char* kMend = "mend it; the hub applies it within two seconds";

/// Those that are declared with an error and never ran; the others are among the stored ones.
Result<std::vector<app::RejectedEntry>> rejectedNewOnes(store::Store& store) {
    FERRY_TRY_ASSIGN(std::vector<app::RejectedEntry> found, app::rejectedInstances(store.meta()));
    std::vector<app::RejectedEntry> fresh;
    for (app::RejectedEntry& entry : found) {
        FERRY_TRY_ASSIGN(const auto stored, store.instances().findByName(entry.name));
        if (!stored) fresh.push_back(std::move(entry));
    }
    return fresh;
}

void writeRejected(JsonWriter& json, const app::RejectedEntry& entry) {
    json.beginObject().field("name", entry.name).field("state", kRejected);
    json.field("reason", entry.why).field("whatToDo", kMend).field("source", entry.source);
    json.endObject();
}

void printRejected(const app::RejectedEntry& entry) {
    std::cout << fmt::format(
        kRow, "-", entry.name.empty() ? entry.source : entry.name, "-", kRejected, "-"
    );
    std::cout << "        why: " << entry.why << "\n        do:  " << kMend << "\n";
}

/// Callbacks that do not take what is brought to them.
Status readTroubles(store::Store& store, ListContext& context) {
    FERRY_TRY_ASSIGN(auto failing, store.deliveries().failing());
    for (store::FailingDeliveries& found : failing)
        context.failing.emplace(found.instance, std::move(found));
    FERRY_TRY_ASSIGN(auto dead, store.deliverySearch().dead());
    for (store::DeadDeliveries& found : dead)
        context.dead.emplace(found.instance, std::move(found));
    return {};
}

int listInstances(const GlobalOptions& globals, bool is_json) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    ListContext context{config->public_url, std::nullopt, {}, {}};
    if (const Status read = readTroubles(*store, context); !read) {
        return failWith(read.error().message);
    }
    if (auto key = app::readKeyFile(config->key_file)) context.key = std::move(*key);
    constexpr std::size_t kPage = 500;
    std::size_t count = 0;
    InstanceId after;
    if (is_json) std::cout << "[";
    for (;;) {
        const auto page = store->instances().page(after, kPage);
        if (!page) return failWith(page.error().message);
        for (const Instance& instance : *page) {
            after = instance.id;
            if (is_json) {
                JsonWriter json;
                writeInstance(json, instance, context);
                std::cout << (count == 0 ? "\n" : ",\n") << json.view();
            } else {
                if (count == 0) printHeading();
                printInstance(instance, context);
            }
            ++count;
        }
        if (page->size() < kPage) break;
    }
    const auto rejected = rejectedNewOnes(*store);
    if (!rejected) return failWith(rejected.error().message);
    for (const app::RejectedEntry& entry : *rejected) {
        if (is_json) {
            JsonWriter json;
            writeRejected(json, entry);
            std::cout << (count == 0 ? "\n" : ",\n") << json.view();
        } else {
            if (count == 0) printHeading();
            printRejected(entry);
        }
        ++count;
    }
    if (is_json) {
        std::cout << "\n]\n";
    } else if (count == 0) {
        std::cout << "no instances: declare them in the instance files of ferry.yaml\n";
    }
    return kExitOk;
}

}  // namespace

void addInstances(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand(
        "instances", "List the instances: state, reason, and what to do about it"
    );
    const auto is_json = std::make_shared<bool>(false);
    command->add_flag("--json", *is_json, "Print JSON");
    command->callback([&run, &globals, is_json] {
        run = [&globals, is_json] { return listInstances(globals, *is_json); };
    });
}

}  // namespace ferry::cli
