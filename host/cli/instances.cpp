#include "base/json_writer.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/instance_advice.h"
#include "cli/instance_list.h"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

namespace ferry::cli {

namespace {

/// In place of a state, of one that is declared and not in the store.
constexpr const char* kRejected = "rejected";
constexpr const char* kMend =
    "mend it; the hub applies changed files within two seconds, and its environment at a restart";
constexpr const char* kInstanceRow = "{:>6}  {:<24} {:<12} {:<22} {}\n";

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
    if (const store::CallbackSwitchedOff* off = context.offOf(instance)) {
        json.key("switchedOffCallback").beginObject().field("since", formatRfc3339(off->since));
        json.field("reason", off->reason).field("whatToDo", askAgainCommand(instance)).endObject();
    }
    if (const pipeline::WaitingPermission* waiting = context.unpermittedOf(instance)) {
        json.key("unpermittedCallback").beginObject();
        json.field("since", formatRfc3339(waiting->since)).field("reason", waiting->reason);
        json.endObject();
    }
    if (const store::FailingDeliveries* failing = context.failingOf(instance)) {
        json.key("failingCallback")
            .beginObject()
            .field("since", formatRfc3339(context.sinceOf(instance, *failing)));
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
    const auto [first, last] = context.rejected.equal_range(instance.name);
    if (first != last) json.key("rejected").beginArray();
    for (auto entry = first; entry != last; ++entry) {
        json.beginObject().field("reason", entry->second.why).field("whatToDo", kMend);
        json.field("source", entry->second.source).endObject();
    }
    if (first != last) json.endArray();
    json.endObject();
}

void printHeading() {
    std::cout << fmt::format(kInstanceRow, "ID", "NAME", "CONNECTOR", "STATE", "ACCOUNT");
}

void printInstance(const Instance& instance, const ListContext& context) {
    std::cout << fmt::format(
        kInstanceRow,
        instance.id.value,
        toPrintable(instance.name),
        toPrintable(instance.connector_key),
        instanceStateName(instance.state),
        instance.account_id.empty() ? "-" : toPrintable(instance.account_id)
    );
    const std::string& why = instance.state_reason;
    if (!why.empty()) std::cout << "        why: " << toPrintable(why) << "\n";
    const std::string action = whatToDo(instance, context);
    if (!action.empty()) std::cout << "        do:  " << toPrintable(action) << "\n";
    if (const store::CallbackSwitchedOff* off = context.offOf(instance)) {
        std::cout << fmt::format(
            "        callback: switched off since {}, what comes for it waits: {}\n        do:  "
            "{}\n",
            formatRfc3339(off->since),
            toPrintable(off->reason),
            askAgainCommand(instance)
        );
    }
    if (const pipeline::WaitingPermission* waiting = context.unpermittedOf(instance)) {
        std::cout << fmt::format(
            "        callback: waits for its receiver's permission since {}: {}\n",
            formatRfc3339(waiting->since),
            toPrintable(waiting->reason)
        );
    }
    if (const store::FailingDeliveries* failing = context.failingOf(instance)) {
        std::cout << fmt::format(
            "        callback: {} waiting, tried in vain since {}, last: {}\n",
            failing->waiting,
            formatRfc3339(context.sinceOf(instance, *failing)),
            toPrintable(failing->last_error)
        );
    }
    if (const store::DeadDeliveries* dead = context.deadOf(instance)) {
        std::cout << fmt::format(
            "        callback: {} dead, not tried again, the last one at {}: {}\n",
            dead->count,
            formatRfc3339(dead->last_attempt_at),
            toPrintable(dead->last_error)
        );
        if (context.offOf(instance) == nullptr) {
            std::cout << "        do:  " << askAgainCommand(instance) << "\n";
        }
    }
    const auto [first, last] = context.rejected.equal_range(instance.name);
    for (auto entry = first; entry != last; ++entry) {
        std::cout << "        declared with an error: " << toPrintable(entry->second.why)
                  << "\n        do:  " << kMend << "\n";
    }
}

void writeRejected(JsonWriter& json, const app::RejectedEntry& entry) {
    json.beginObject().field("name", entry.name).field("connector", entry.connector);
    json.field("state", kRejected);
    json.field("reason", entry.why).field("whatToDo", kMend).field("source", entry.source);
    json.endObject();
}

void printRejected(const app::RejectedEntry& entry) {
    std::cout << fmt::format(
        kInstanceRow,
        "-",
        toPrintable(entry.name.empty() ? entry.source : entry.name),
        entry.connector.empty() ? "-" : toPrintable(entry.connector),
        kRejected,
        "-"
    );
    std::cout << "        why: " << toPrintable(entry.why) << "\n        do:  " << kMend << "\n";
}

/// Prints one after another, as an array of JSON or as a table.
class ListPrinter {
  public:
    explicit ListPrinter(bool is_json) : is_json_(is_json) {
        if (is_json_) std::cout << "[";
    }

    void print(const Instance& instance, const ListContext& context) {
        begin();
        if (!is_json_) return printInstance(instance, context);
        JsonWriter json;
        writeInstance(json, instance, context);
        std::cout << json.view();
    }
    void print(const app::RejectedEntry& entry) {
        begin();
        if (!is_json_) return printRejected(entry);
        JsonWriter json;
        writeRejected(json, entry);
        std::cout << json.view();
    }
    /// With what `note` says about the whole list, if it says anything.
    void end(std::string_view note) {
        if (is_json_) std::cout << "\n]\n";
        if (!is_json_ && count_ == 0) {
            std::cout << "no instances: declare them in the instance files of ferry.yaml\n";
        }
        if (!note.empty()) (is_json_ ? std::cerr : std::cout) << note << "\n";
    }

  private:
    void begin() {
        if (is_json_) std::cout << (count_ == 0 ? "\n" : ",\n");
        if (!is_json_ && count_ == 0) printHeading();
        ++count_;
    }

    const bool is_json_;
    std::size_t count_ = 0;
};

Status list(const config::HubConfig& config, store::Store& store, bool is_json) {
    FERRY_TRY_ASSIGN(const ListContext context, listContext(config, store));
    constexpr std::size_t kPage = 500;
    ListPrinter printer(is_json);
    InstanceId after;
    for (;;) {
        FERRY_TRY_ASSIGN(const auto page, store.instances().page(after, kPage));
        for (const Instance& instance : page) {
            after = instance.id;
            printer.print(instance, context);
        }
        if (page.size() < kPage) break;
    }
    for (const auto& [name, entry] : context.rejected) {
        FERRY_TRY_ASSIGN(const auto stored, store.instances().findByName(name));
        if (!stored) printer.print(entry);
    }
    const auto is_running = isHubRunning(config);
    const bool is_stopped = is_running && !*is_running;
    std::string note = is_stopped ? "no hub is running: this is how the last one left them" : "";
    for (const std::filesystem::path& path : config.instances) {
        std::error_code ignored;
        if (std::filesystem::exists(path, ignored)) continue;
        if (!note.empty()) note += '\n';
        note += fmt::format(
            "'instances' of ferry.yaml names {}, which is not there: make it, or correct the name",
            path.string()
        );
    }
    printer.end(note);
    return {};
}

int listInstances(const GlobalOptions& globals, bool is_json) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    const Status listed = list(*config, *store, is_json);
    return listed ? kExitOk : failWith(listed.error().message);
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
