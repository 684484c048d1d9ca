// ferry replay: events of a time again, with progress.

#include "app/signals.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "cli/hub_client.h"
#include "cli/instance_names.h"
#include "cli/number_option.h"
#include "cli/replay_watch.h"
#include "cli/time_option.h"
#include "pipeline/replay_worker.h"

#include <fmt/format.h>

#include <array>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

namespace ferry::cli {

namespace {

constexpr std::string_view kReplays = "/instances/events/replays";

struct ReplayOptions {
    std::string from;
    std::string until;
    bool is_since_failure = false;
    std::vector<std::string> instances;
    std::vector<std::string> types;
    std::vector<std::string> object_types;
    std::int64_t rate = 0;  ///< 0: the hub's
    bool is_dry_run = false;
    bool is_detached = false;
    bool is_json = false;
    std::int64_t id = 0;
    std::size_t count = 20;
};

void writeWords(JsonWriter& json, std::string_view name, const std::vector<std::string>& words) {
    if (words.empty()) return;
    json.key(name).beginArray();
    for (const std::string& word : words)
        json.string(word);
    json.endArray();
}

/// The body of the request that begins it.
Result<std::string> requestOf(store::Store& store, const ReplayOptions& options) {
    const SystemClock clock;
    const TimePoint now = clock.wallNow();
    TimePoint from;
    TimePoint until = now;
    if (!options.is_since_failure) {
        FERRY_TRY_ASSIGN(from, readTime("--from", options.from, now));
    }
    if (!options.until.empty()) {
        FERRY_TRY_ASSIGN(until, readTime("--until", options.until, now));
    }
    FERRY_TRY(checkOrder({"--from", from}, {options.until.empty() ? "now" : "--until", until}));
    JsonWriter json;
    json.beginObject();
    if (options.is_since_failure) {
        json.field("sinceFailure", true);
    } else {
        json.field("from", toEpochMilliseconds(from));
    }
    if (!options.until.empty()) json.field("to", toEpochMilliseconds(until));
    if (!options.instances.empty()) {
        json.key("instanceIds").beginArray();
        for (const std::string& name : options.instances) {
            FERRY_TRY_ASSIGN(const InstanceId id, instanceOf(store, name));
            json.number(id.value);
        }
        json.endArray();
    }
    writeWords(json, "eventTypes", options.types);
    writeWords(json, "objectTypes", options.object_types);
    if (options.rate > 0) json.field("rate", options.rate);
    if (options.is_dry_run) json.field("dryRun", true);
    json.endObject();
    return json.take();
}

/// What the hub says of a request, in the words of the command line.
std::string inOptions(std::string text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNames{
        {{"sinceFailure", "--since-failure"},
         {"instanceIds", "--instance"},
         {"eventTypes", "--types"},
         {"objectTypes", "--objects"},
         {"dryRun", "--dry-run"}}};
    for (const auto& [member, option] : kNames) {
        for (auto at = text.find(member); at != text.npos;
             at = text.find(member, at + option.size()))
            text.replace(at, member.size(), option);
    }
    return text;
}

Result<ReplayId> begin(HubClient& hub, const std::string& request) {
    auto called = hub.call("POST", std::string(kReplays), request);
    if (!called) return fail(called.error().code, inOptions(called.error().message));
    const HubAnswer& answer = *called;
    const auto id = answer.body.IsObject() ? answer.body.FindMember("id") : answer.body.MemberEnd();
    if (id == answer.body.MemberEnd() || !id->value.IsInt64()) {
        return fail(ErrorCode::Corrupt, "the hub's answer has no id of a replay");
    }
    return ReplayId(id->value.GetInt64());
}

int replay(const GlobalOptions& globals, const ReplayOptions& options) {
    if (options.from.empty() != options.is_since_failure) {
        failWith("say from when: --from TIME, or --since-failure with --instance; not both");
        return kExitUsage;
    }
    if (options.is_since_failure && options.instances.empty()) {
        failWith("--since-failure needs --instance: whose callback failed");
        return kExitUsage;
    }
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    app::Signals signals;  // before any thread starts
    const auto request = requestOf(*store, options);
    if (!request) return failWith(request.error().message);
    auto hub = HubClient::connect(*config);
    if (!hub) return failWith(hub.error().message);
    const auto id = begin(*hub, *request);
    if (!id) return failWith(id.error().message);
    if (!options.is_detached) return watchReplay(*config, *store, *id, options.is_json, signals);
    const auto view = readReplay(*store, *id);
    if (!view) return failWith(view.error().message);
    printReplay(*view, options.is_json);
    return kExitOk;
}

int listReplays(const GlobalOptions& globals, const ReplayOptions& options) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    const auto page = store->replays().page(ReplayId(), options.count);
    if (!page) return failWith(page.error().message);
    for (const Replay& one : *page) {
        const auto view = readReplay(*store, one.id);
        if (!view) return failWith(view.error().message);
        printReplay(*view, options.is_json);
    }
    if (page->empty() && !options.is_json) std::cout << "no replays\n";
    return kExitOk;
}

int showReplay(const GlobalOptions& globals, const ReplayOptions& options, bool is_watched) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    app::Signals signals;
    if (is_watched) {
        return watchReplay(*config, *store, ReplayId(options.id), options.is_json, signals);
    }
    const auto view = readReplay(*store, ReplayId(options.id));
    if (!view) return failWith(view.error().message);
    printReplay(*view, options.is_json);
    return kExitOk;
}

int cancelReplay(const GlobalOptions& globals, const ReplayOptions& options) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    auto hub = HubClient::connect(*config);
    if (!hub) return failWith(hub.error().message);
    const auto answer = hub->call("DELETE", fmt::format("{}/{}", kReplays, options.id));
    if (!answer) return failWith(answer.error().message);
    std::cout << fmt::format(
        "replay {} is cancelled; what was not sent by now is not sent\n", options.id
    );
    return kExitOk;
}

void addOptions(CLI::App& command, ReplayOptions& options) {
    command.add_option("--from", options.from, std::string("Recorded since ") + kTimeHelp);
    command.add_option(
        "--until", options.until, std::string("Recorded before ") + kTimeHelp + " (default: now)"
    );
    command.add_flag(
        "--since-failure",
        options.is_since_failure,
        "In place of --from: since the first event that the callback has not taken"
    );
    command.add_option("--instance", options.instances, "Of these instances (default: all)")
        ->delimiter(',');
    command.add_option("--types", options.types, "CREATED, UPDATED, MOVED, DELETED (default: all)")
        ->delimiter(',');
    command
        .add_option(
            "--objects",
            options.object_types,
            "file, folder, or what the connector names: issue (default: all)"
        )
        ->delimiter(',');
    command
        .add_option(
            "--rate",
            options.rate,
            "Events a second at most (default 1000). A callback has as many deliveries of it under "
            "way as half of its concurrency: events that are sent one by one come slower"
        )
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{pipeline::kReplayRateMax}));
    command.add_flag("--dry-run", options.is_dry_run, "Only count what would be delivered");
    command.add_flag("--detach", options.is_detached, "Do not wait for it");
    command.add_flag("--json", options.is_json, "Print JSON at the end");
}

}  // namespace

void addReplay(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand("replay", "Deliver events of the log again");
    const auto options = std::make_shared<ReplayOptions>();
    addOptions(*command, *options);
    command->footer(
        "Events keep their ids, and the callbacks say 'Ferry-Redelivery: replay ID'. The running "
        "hub\n"
        "does the work, beside live deliveries and at a bounded rate; this waits and shows how far "
        "it\n"
        "is. Ctrl-C ends the waiting alone: the replay goes on until it is through or cancelled, "
        "also\n"
        "after a restart of the hub."
    );
    command->require_subcommand(0, 1);
    command->callback([&run, &globals, options, command] {
        if (run) return refuseOptionsOf(*command);  // a subcommand was chosen
        run = [&globals, options] { return replay(globals, *options); };
    });

    CLI::App* list = command->add_subcommand("list", "List replays, newest first");
    list->add_option("-n,--count", options->count, "So many at most (default 20)")
        ->check(CLI::Range(std::size_t{0}, std::size_t{10'000}));
    list->add_flag("--json", options->is_json, "Print JSON, one replay a line");
    list->callback([&run, &globals, options] {
        run = [&globals, options] { return listReplays(globals, *options); };
    });
    const auto addId = [options](CLI::App* to) {
        to->add_option("ID", options->id, "Its number")
            ->required()
            ->check(idOf("ferry replay list"));
        return to;
    };
    CLI::App* status = addId(command->add_subcommand("status", "Show how far a replay is"));
    const auto is_watched = std::make_shared<bool>(false);
    status->add_flag("--watch", *is_watched, "Wait until it is through");
    status->add_flag("--json", options->is_json, "Print JSON");
    status->callback([&run, &globals, options, is_watched] {
        run = [&globals, options, is_watched] {
            return showReplay(globals, *options, *is_watched);
        };
    });
    addId(command->add_subcommand("cancel", "End a replay that runs"))
        ->callback([&run, &globals, options] {
            run = [&globals, options] { return cancelReplay(globals, *options); };
        });
}

}  // namespace ferry::cli
