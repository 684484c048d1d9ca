#include "plugin_check/subject.h"

#include "config/plugin_abi.h"
#include "plugin/plugin_scan.h"

#include <ferry/abi/entry.h>

#include <sstream>

namespace ferry::plugin_check {
namespace fs = std::filesystem;
namespace {

static_assert(config::kPluginAbi == FERRY_ABI_MAJOR, "the manifest is told of the SDK's ABI");

plugin::Refusal refusalOf(std::string rule, config::Diagnostics& findings) {
    findings.sort();
    std::string text;
    for (const config::Diagnostic& finding : findings.items())
        if (finding.severity == config::Severity::Error)
            text += (text.empty() ? "" : "\n") + config::describe(finding);
    return {std::move(rule), std::move(text)};
}

/// The library that the manifest names.
plugin::Loaded<fs::path> libraryOf(const fs::path& folder, const std::string& name) {
    plugin::PluginFolder found{folder, folder / "connector.yaml", {}};
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
        if (entry.is_regular_file(ignored)) found.libraries.push_back(entry.path());
    return plugin::ScanResult().library(found, name);
}

}  // namespace

plugin::Loaded<Subject> Subject::open(const fs::path& folder, const fs::path& fixtures_file) {
    config::Diagnostics findings;
    auto manifest = config::readManifestFile(folder / "connector.yaml", findings);
    if (!manifest) return tl::unexpected<plugin::Refusal>(refusalOf("manifest-invalid", findings));
    auto library = libraryOf(folder, manifest->plugin);
    if (!library) return tl::unexpected<plugin::Refusal>(std::move(library.error()));
    auto image = plugin::PluginImage::open(*library);
    if (!image) return tl::unexpected<plugin::Refusal>(std::move(image.error()));

    std::error_code ignored;
    const fs::path file = fixtures_file.empty() ? folder / "check.yaml" : fixtures_file;
    Fixtures fixtures;
    if (!fixtures_file.empty() || fs::exists(file, ignored)) {
        config::Diagnostics of_fixtures;
        auto read = readFixtures(file, of_fixtures);
        if (!read)
            return tl::unexpected<plugin::Refusal>(refusalOf("fixtures-invalid", of_fixtures));
        fixtures = std::move(*read);
    }

    Subject subject(std::move(*manifest), std::move(fixtures), std::move(*image));
    subject.request_ = {
        *library,
        subject.manifest_.key,
        subject.manifest_.version,
        static_cast<std::uint32_t>(subject.manifest_.abi)};
    return subject;
}

}  // namespace ferry::plugin_check
