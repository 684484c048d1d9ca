// ferry connector: writes connectors without code, checks them, and runs them against their
// samples.

#include "app/catalog.h"
#include "app/jq_mapper.h"
#include "cli/command.h"
#include "cli/connector_samples.h"
#include "config/lint.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>

namespace ferry::cli {

namespace fs = std::filesystem;

namespace {

struct ConnectorOptions {
    std::string name;
    std::string folder = "connectors";
    std::vector<std::string> files;
};

/// A whole connector of a made-up provider, for people to change.
constexpr std::string_view kTemplate = R"(# What every key means: sdk/declarative.md
key: {0}
name: {0}
description: What it tells of.
hub: general
version: 1.0.0
plugin: declarative
abi: 1
documentation:
  url: https://docs.example.com/webhooks

webhook: instance
events:
  object_types: [order]
  event_types: [CREATED, UPDATED, DELETED]
  methods: [webhook]

notifications:
  verify:
    - method: hmac
      header: X-Signature-256
      prefix: sha256=
  id: /id

map:
  - event:
      from: /event
      lookup: {{order.created: created, order.updated: updated, order.deleted: deleted}}
    type: order
    id: /order/id
    name: Order ${{/order/number}}
    occurred: /time
    properties: {{event: /event, total: /order/total}}

parameters:
  - key: webhook.secret
    name: Webhook secret
    description: What its webhooks are signed with.
    type: string
    secret: true
    required: true
)";

constexpr std::string_view kSample = R"({
  "body": {"id": "n-1", "event": "order.created", "time": "2026-01-02T03:04:05Z",
           "order": {"id": "o-1", "number": 7, "total": 19.5}},
  "events": [{"objectType": "order", "objectId": "o-1", "eventType": "CREATED",
              "object": {"name": "Order 7", "properties": {"total": 19.5}}}]
}
)";

/// A webhook byte for byte, whose signature is verified: HMAC-SHA256 of "text" with "secret".
constexpr std::string_view kSignedSample = R"({
  "headers": {"X-Signature-256": "sha256=180ef9432978523b180bae2752c7c55b39bf095d1db5a22e444eb1ea8d517785"},
  "text": "{\"id\":\"n-2\",\"event\":\"order.updated\",\"time\":\"2026-01-02T03:04:05Z\",\"order\":{\"id\":\"o-1\",\"number\":7,\"total\":21}}",
  "secret": "a-secret", "signed": true,
  "events": [{"objectType": "order", "objectId": "o-1", "eventType": "UPDATED"}]
}
)";

/// A connector of one's own comes before those of the program: whoever means another is told.
void warnIfShipped(const std::string& key) {
    config::Diagnostics ignored;
    const config::ManifestSet shipped = knownConnectors(withOwnFolders({}), ignored);
    const auto found = shipped.find(key);
    if (found == shipped.end()) return;
    std::cerr << fmt::format(
        "note: Ferry has a connector '{}' already ({}); where the hub reads this one it takes the "
        "place of that\n",
        key,
        found->second.source
    );
}

int makeConnector(const ConnectorOptions& options) {
    const auto key = config::Pattern::compile("[a-z][a-z0-9-]{0,63}");
    if (!key || !key->matches(options.name))
        return failWith("a connector's key is small letters, digits and '-'");
    const fs::path file = fs::path(options.folder) / (options.name + ".yaml");
    const fs::path samples = fs::path(options.folder) / options.name / "samples";
    const fs::path sample = samples / "created.json";
    const fs::path with_signature = samples / "signed.json";
    std::error_code error;
    if (fs::exists(file, error)) return failWith(file.string() + " is there already");
    warnIfShipped(options.name);
    fs::create_directories(samples, error);
    std::ofstream(file) << fmt::format(kTemplate, options.name);
    std::ofstream(sample) << kSample;
    std::ofstream(with_signature) << kSignedSample;
    if (!fs::exists(file, error) || !fs::exists(with_signature, error))
        return failWith(file.string() + " can't be written; is the folder yours?");
    std::cout << file.string() << "\n"
              << sample.string() << "\n"
              << with_signature.string() << "\nnext: ferry connector test " << file.string()
              << "\n";
    return kExitOk;
}

int lintConnectors(const ConnectorOptions& options) {
    const std::vector<fs::path> files(options.files.begin(), options.files.end());
    const config::HubConfig own = withOwnFolders({});
    config::Diagnostics found = config::lintConnectors(files, app::jqCheck(own));
    const bool is_bad = found.hasErrors();
    printFindings(std::cout, std::move(found));
    return is_bad ? kExitFailed : kExitOk;
}

/// Prints what a sample gives; false if that is not what it says.
bool testSample(pipeline::Provider& provider, SampleClock& clock, const fs::path& sample) {
    const auto outcome = runSample(provider, clock, sample);
    const std::string name = sample.filename().string();
    if (!outcome) {
        std::cout << fmt::format("FAIL {}: {}\n", name, outcome.error().message);
        return false;
    }
    std::cout << fmt::format("{} {}\n", outcome->problems.empty() ? "ok  " : "FAIL", name);
    for (const auto* lines : {&outcome->problems, &outcome->notes, &outcome->events})
        for (const std::string& line : *lines)
            std::cout << "     " << line << "\n";
    return outcome->problems.empty();
}

int testConnector(const fs::path& file) {
    config::Diagnostics findings;
    const auto manifest = config::readManifestFile(file, findings);
    if (!findings.items().empty()) printFindings(std::cout, std::move(findings));
    if (!manifest) return kExitFailed;
    config::HubConfig hub;
    hub.plugins = {ownPlugins()};
    hub.connectors = {file.parent_path().empty() ? fs::path(".") : file.parent_path()};
    SampleClock clock;
    observe::Log log(
        clock, observe::LogLevel::Error, observe::LogFormat::Text, observe::Log::standardError()
    );
    app::Catalog catalog(hub, clock, log);
    catalog.load();
    const auto provider = catalog.find(manifest->key);
    if (provider == nullptr) {
        const auto snapshot = catalog.snapshot();
        for (const RefusedConnector& refused : snapshot->refused)
            if (refused.key == manifest->key || fs::path(refused.path) == file)
                return failWith(refused.message);
        return failWith(file.string() + " names a plugin that is not beside this program");
    }
    const fs::path folder = hub.connectors.front() / manifest->key / "samples";
    const std::vector<fs::path> samples = sampleFiles(folder);
    if (samples.empty()) return failWith("there are no samples in " + folder.string());
    bool is_good = true;
    for (const fs::path& sample : samples)
        is_good = testSample(*provider, clock, sample) && is_good;
    return is_good ? kExitOk : kExitFailed;
}

}  // namespace

void addConnector(CLI::App& app, const GlobalOptions&, Run& run) {
    CLI::App* command =
        app.add_subcommand("connector", "Write a connector without code, check it, and try it");
    command->require_subcommand(1);
    const auto options = std::make_shared<ConnectorOptions>();

    CLI::App* make = command->add_subcommand("new", "Write a connector and samples that pass");
    make->add_option("KEY", options->name, "Small letters, digits and '-'")->required();
    make->add_option("--in", options->folder, "The folder of connectors (default: connectors)");
    make->callback([&run, options] { run = [options] { return makeConnector(*options); }; });

    CLI::App* lint = command->add_subcommand("lint", "Check connectors; all errors at once");
    lint->add_option("FILE", options->files, "Their files")->required();
    lint->callback([&run, options] { run = [options] { return lintConnectors(*options); }; });

    CLI::App* test =
        command->add_subcommand("test", "Show the events that the samples of a connector give");
    test->add_option("FILE", options->name, "Its file; samples are in KEY/samples beside it")
        ->required();
    test->callback([&run, options] { run = [options] { return testConnector(options->name); }; });
    test->footer(
        "The signature of a sample is verified if it says \"signed\": true, with its \"secret\". "
        "Exit "
        "status: 0 if each sample gives what it says, else 1."
    );
}

}  // namespace ferry::cli
