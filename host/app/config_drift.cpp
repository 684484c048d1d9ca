#include "app/config_drift.h"

#include "config/diagnostic.h"
#include "config/references.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ferry::app {

namespace {

constexpr std::string_view kComponent = "config";

}  // namespace

void tellConfigDrift(
    const std::filesystem::path& file, const config::HubConfig& running, observe::Log& log
) {
    config::Diagnostics found;
    const auto now = config::readHubConfigFile(file, config::ReferenceOptions{}, found);
    if (!now) {
        for (const config::Diagnostic& item : found.items())
            log.warning(kComponent, config::describe(item));
        log.warning(
            kComponent,
            "the hub goes on with what it started with, and would not start with this file again",
            {{"file", file.string()}}
        );
        return;
    }
    const std::vector<std::string> keys = config::changedKeys(running, *now);
    if (keys.empty()) return;
    log.warning(
        kComponent,
        "the file has changed since the hub started: these keys need a restart",
        {{"file", file.string()}, {"keys", fmt::format("{}", fmt::join(keys, ", "))}}
    );
}

}  // namespace ferry::app
