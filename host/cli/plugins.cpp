// ferry plugins: what the running hub has loaded.

#include "app/signals.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/hub_client.h"
#include "cli/text_layout.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <iostream>
#include <string>

namespace ferry::cli {

namespace {

constexpr const char* kRow = "{:<24} {:<10} {:<20} {}";

std::string textOf(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    const bool is_text = found != object.MemberEnd() && found->value.IsString();
    return is_text ? std::string(found->value.GetString(), found->value.GetStringLength()) : "";
}

bool isTrue(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsBool() && found->value.GetBool();
}

/// "in a process of its own", and how that has fared.
std::string restartsOf(const rapidjson::Value& served) {
    const auto found = served.FindMember("restarts");
    const bool is_number = found != served.MemberEnd() && found->value.IsUint64();
    const std::uint64_t count = is_number ? found->value.GetUint64() : 0;
    std::string text = "in a process of its own";
    if (count > 0)
        text += fmt::format(", which was started again {} time{}", count, count == 1 ? "" : "s");
    const std::string last_end = textOf(served, "lastEnd");
    if (last_end.empty()) return text;
    text += fmt::format("; the last that is gone {}", last_end);
    const std::string next_start = textOf(served, "nextStartDate");
    if (!next_start.empty()) text += fmt::format("; its work waits until {}", next_start);
    return text;
}

/// The items of a list; none if it is missing.
const rapidjson::Value& listOf(const rapidjson::Value& object, const char* name) {
    static const rapidjson::Value kNone(rapidjson::kArrayType);
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsArray() ? found->value : kNone;
}

void print(std::size_t indent, const std::string& text) {
    std::cout << wrapped(std::string(indent, ' ') + text, indent, outputColumns());
}

/// If a call into the plugin does not come back: since when, and what to do.
void printHanging(const rapidjson::Value& plugin, std::string_view what_to_do) {
    const auto hangs = plugin.FindMember("hangsForMs");
    if (hangs == plugin.MemberEnd() || !hangs->value.IsInt64() || hangs->value.GetInt64() <= 0)
        return;
    print(
        4,
        fmt::format(
            "hangs: a call has not come back for {} s; {}",
            hangs->value.GetInt64() / 1'000,
            what_to_do
        )
    );
}

void printStates(const rapidjson::Value& states) {
    std::cout << fmt::format(kRow, "CONNECTOR", "VERSION", "PLUGIN", "FROM") << "\n";
    for (const rapidjson::Value& served : listOf(states, "connectors").GetArray()) {
        const std::string plugin = textOf(served, "plugin") + " " + textOf(served, "pluginVersion");
        const std::string row = fmt::format(
            kRow, textOf(served, "key"), textOf(served, "version"), plugin, textOf(served, "source")
        );
        std::cout << toPrintable(row) << "\n";
        if (isTrue(served, "isolated") || isTrue(served, "jq"))
            print(4, (isTrue(served, "isolated") ? "isolated: " : "jq: ") + restartsOf(served));
        printHanging(
            served,
            "restart the hub, with the plugin removed or in 'plugin_isolation' of ferry.yaml"
        );
        if (isTrue(served, "quarantined"))
            print(4, "in quarantine: it misbehaved again and again; replace it, its work waits");
    }
    for (const rapidjson::Value& ending : listOf(states, "ending").GetArray()) {
        print(
            0,
            fmt::format(
                "ending: {} {} was replaced or removed, and goes on until what began with it is "
                "over",
                textOf(ending, "plugin"),
                textOf(ending, "version")
            )
        );
        printHanging(ending, "only a restart of the hub ends it");
    }
    for (const rapidjson::Value& refused : listOf(states, "refused").GetArray()) {
        print(0, "refused: " + textOf(refused, "path"));
        print(4, fmt::format("why: {} ({})", textOf(refused, "message"), textOf(refused, "rule")));
    }
}

int listPlugins(const GlobalOptions& globals, bool is_json) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    app::Signals signals;  // before any thread starts
    auto hub = HubClient::connect(*config);
    if (!hub) return failWith(hub.error().message + "; 'ferry connectors' says what it would load");
    const auto answer = hub->call("GET", "/plugins");
    if (!answer) return failWith(answer.error().message);
    if (!answer->body.IsObject()) return failWith("the hub's answer is no list of plugins");
    if (is_json) {
        rapidjson::StringBuffer text;
        rapidjson::Writer<rapidjson::StringBuffer> writer(text);
        answer->body.Accept(writer);
        std::cout << text.GetString() << "\n";
    } else {
        printStates(answer->body);
    }
    return kExitOk;
}

}  // namespace

void addPlugins(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand("plugins", "What the running hub has loaded");
    const auto is_json = std::make_shared<bool>(false);
    command->add_flag("--json", *is_json, "One JSON object");
    command->footer(
        "Connectors in use, versions that were replaced and have not ended yet, and folders that\n"
        "the hub refuses, with the rule that they break. 'ferry connectors' looks at the folders\n"
        "by itself, without a hub."
    );
    command->callback([&run, &globals, is_json] {
        run = [&globals, is_json] { return listPlugins(globals, *is_json); };
    });
}

}  // namespace ferry::cli
