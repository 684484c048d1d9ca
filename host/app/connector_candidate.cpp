#include "app/connector_candidate.h"

#include <utility>

namespace ferry::app {
namespace {

std::string describeErrors(const config::Diagnostics& diagnostics) {
    std::string text;
    for (const config::Diagnostic& item : diagnostics.items()) {
        if (item.severity != config::Severity::Error) continue;
        if (!text.empty()) text += "; ";
        text += config::describe(item);
    }
    return text;
}

/// True if it could be read, or is known.
bool readManifest(
    const plugin::PluginFolder& folder, const KnownConnector& before, ConnectorCandidate& candidate
) {
    // Before the file is read: what is written meanwhile has another stamp.
    candidate.stamps.manifest = stampOf(folder.manifest);
    if (before.stamps != nullptr && before.stamps->manifest == candidate.stamps.manifest) {
        candidate.manifest = *before.manifest;
        return true;
    }
    config::Diagnostics diagnostics;
    candidate.manifest = config::readManifestFile(folder.manifest, diagnostics);
    if (candidate.manifest) return true;
    candidate.refusal.emplace("manifest-invalid", describeErrors(diagnostics));
    return false;
}

}  // namespace

plugin::LoadRequest loadRequest(
    const config::ConnectorManifest& manifest, const std::filesystem::path& library
) {
    plugin::LoadRequest request;
    request.path = library;
    const bool is_shared = plugin::namesSharedLibrary(manifest.plugin);
    request.id = is_shared ? manifest.plugin : manifest.key;
    if (!is_shared) request.version = manifest.version;
    request.abi_major = static_cast<std::uint32_t>(manifest.abi);
    return request;
}

ConnectorCandidate examineConnector(
    const plugin::ScanResult& found,
    const plugin::PluginFolder& folder,
    const KnownConnector& before,
    const plugin::ProbeOptions& probe
) {
    ConnectorCandidate candidate;
    candidate.key = folder.folder.stem().string();
    if (!readManifest(folder, before, candidate)) return candidate;
    candidate.key = candidate.manifest->key;
    auto library = found.library(folder, candidate.manifest->plugin);
    if (!library) {
        candidate.refusal = std::move(library.error());
        return candidate;
    }
    candidate.library = std::move(*library);
    candidate.stamps.library = stampOf(candidate.library);
    if (before.stamps != nullptr && *before.stamps == candidate.stamps) {
        candidate.is_unchanged = true;
        return candidate;
    }
    if (before.hung != nullptr && before.hung->stamps == candidate.stamps) {
        candidate.refusal = before.hung->refusal;
        return candidate;
    }
    if (plugin::namesSharedLibrary(candidate.manifest->plugin)) return candidate;
    auto examined =
        plugin::PluginLibrary::examine(loadRequest(*candidate.manifest, candidate.library), probe);
    if (examined) {
        candidate.plugin = std::move(*examined);
    } else {
        candidate.refusal = std::move(examined.error());
    }
    return candidate;
}

}  // namespace ferry::app
