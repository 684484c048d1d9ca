#include "app/jq_mapper.h"

#include "app/catalog.h"
#include "app/connector_candidate.h"
#include "plugin/plugin_provider.h"
#include "plugin/plugin_scan.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::app {
namespace {

/// Of one record; records take microseconds.
constexpr Milliseconds kCallLimit{2'000};
constexpr std::uint64_t kMemoryBytes = 256U << 20U;

/// For checks, whose result says all.
class NoLines final : public plugin::PluginLog {
  public:
    void write(const plugin::LogLine&) override {}
};

/// Where the loader does not find it, no new build helps.
plugin::Refusal withAdvice(plugin::Refusal refusal) {
    if (refusal.message.find("libjq.so") != std::string::npos)
        refusal.message = "the connector has 'jq', and libjq is not there: install it (libjq1); " +
                          refusal.message;
    return refusal;
}

}  // namespace

plugin::Loaded<JqMapper> startJqMapper(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const plugin::SignaturePolicy& policy,
    const isolation::IsolationOptions& isolation,
    plugin::PluginLog& log,
    const Clock& clock
) {
    auto request = sharedRequest(manifest, library, policy);
    if (!request) return tl::unexpected<plugin::Refusal>(std::move(request.error()));
    request->id = kJqPlugin;
    auto candidate = plugin::PluginLibrary::inspect(*request);
    if (!candidate) return tl::unexpected<plugin::Refusal>(std::move(candidate.error()));
    auto options = std::make_shared<isolation::IsolationOptions>(isolation);
    options->name = fmt::format("{} of connector {}", kJqPlugin, manifest.key);
    options->call_limit = kCallLimit;
    options->memory_bytes = kMemoryBytes;
    auto process =
        isolation::IsolatedPlugin::load(std::move(*candidate), std::move(options), log, clock);
    if (!process) return tl::unexpected<plugin::Refusal>(withAdvice(std::move(process.error())));
    plugin::ProviderDescription description;
    description.key = manifest.key;
    description.hub = manifest.hub;
    plugin::Setup setup;
    setup.connector = manifest.key;
    for (const auto& [name, value] : manifest.settings)
        if (name == "jq" || name == "polling") setup.settings.push_back({name, value});
    auto provider = (*process)->serve(description, setup, clock);
    if (!provider) return plugin::refuse("create-failed", provider.error().message);
    return JqMapper{std::move(*process), std::move(*provider)};
}

config::ProgramCheck jqCheck(const config::HubConfig& config) {
    return [&config](const config::ConnectorManifest& manifest) -> config::ProgramVerdict {
        const plugin::ScanResult found = plugin::scanConnectors(config.plugins, {});
        const auto library = found.shared.find(kJqPlugin);
        if (library == found.shared.end())
            return {false, fmt::format("plugin '{}' is in no plugins folder", kJqPlugin)};
        NoLines log;
        const SystemClock clock;
        isolation::IsolationOptions isolation;
        isolation.program = Catalog::ownProgram("ferry-plugin-host");
        const auto mapper = startJqMapper(
            manifest, library->second, signaturePolicy(config), isolation, log, clock
        );
        if (mapper) return {true, {}};
        return {mapper.error().rule == "create-failed", mapper.error().message};
    };
}

}  // namespace ferry::app
