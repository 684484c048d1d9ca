#include "app/connector_candidate.h"

#include "app/jq_mapper.h"
#include "config/source_text.h"

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

using Signature = std::optional<plugin::FolderSignature>;

/// A signed manifest is read once: what was hashed is what is parsed.
plugin::Loaded<config::ConnectorManifest> readManifest(
    const std::filesystem::path& path, const Signature& signature
) {
    config::Diagnostics diagnostics;
    std::optional<config::ConnectorManifest> manifest;
    if (signature) {
        auto content = config::readFileBounded(path, config::kFileBytesMax);
        if (!content) return plugin::refuse("manifest-invalid", content.error().message);
        if (auto good = plugin::checkSigned(*signature, path, *content); !good)
            return tl::unexpected<plugin::Refusal>(std::move(good.error()));
        manifest = config::readManifestText(path, std::move(*content), diagnostics);
    } else {
        manifest = config::readManifestFile(path, diagnostics);
    }
    if (!manifest) return plugin::refuse("manifest-invalid", describeErrors(diagnostics));
    return std::move(*manifest);
}

/// One look at one connector.
class Examination {
  public:
    Examination(
        const plugin::ScanResult& found,
        const plugin::PluginFolder& folder,
        const KnownConnector& before,
        const ExaminationOptions& options
    )
        : found_(found), folder_(folder), before_(before), options_(options) {}

    ConnectorCandidate run() {
        candidate_.key = folder_.folder.stem().string();
        if (auto done = examine(); !done) candidate_.refusal = std::move(done.error());
        return std::move(candidate_);
    }

  private:
    /// Files in a connectors folder have none around them that could be signed.
    bool isFolder() const { return folder_.folder != folder_.manifest; }

    plugin::Loaded<void> examine() {
        // Before the files are read: what is written meanwhile has another stamp.
        candidate_.stamps.manifest = stampOf(folder_.manifest);
        if (isFolder() && options_.signatures.isOn())
            candidate_.stamps.signature = stampOf(folder_.folder / plugin::kFolderManifest);
        const bool is_known = before_.stamps != nullptr &&
                              before_.stamps->manifest == candidate_.stamps.manifest &&
                              before_.stamps->signature == candidate_.stamps.signature;
        if (is_known && isUnchanged()) return {};
        return examineFiles();
    }

    /// The manifest is as it was; is the library?
    bool isUnchanged() {
        auto library = found_.library(folder_, before_.manifest->plugin);
        if (!library || stampOf(*library) != before_.stamps->library) return false;
        if (before_.manifest->uses_jq) {
            const auto mapper = found_.library(folder_, kJqPlugin);
            if (!mapper || stampOf(*mapper) != before_.stamps->mapper) return false;
        }
        candidate_.manifest = *before_.manifest;
        candidate_.key = candidate_.manifest->key;
        candidate_.library = std::move(*library);
        candidate_.stamps = *before_.stamps;
        candidate_.is_unchanged = true;
        return true;
    }

    plugin::Loaded<void> examineFiles() {
        Signature signature;
        if (isFolder()) {
            auto verified = plugin::verifyFolder(folder_.folder, options_.signatures);
            if (!verified) return tl::unexpected<plugin::Refusal>(std::move(verified.error()));
            signature = std::move(*verified);
        }
        auto manifest = readManifest(folder_.manifest, signature);
        if (!manifest) return tl::unexpected<plugin::Refusal>(std::move(manifest.error()));
        candidate_.manifest = std::move(*manifest);
        candidate_.key = candidate_.manifest->key;
        auto library = found_.library(folder_, candidate_.manifest->plugin);
        if (!library) return tl::unexpected<plugin::Refusal>(std::move(library.error()));
        candidate_.library = std::move(*library);
        candidate_.stamps.library = stampOf(candidate_.library);
        if (candidate_.manifest->uses_jq) {
            auto mapper = found_.library(folder_, kJqPlugin);
            if (!mapper) return tl::unexpected<plugin::Refusal>(std::move(mapper.error()));
            candidate_.mapper = std::move(*mapper);
            candidate_.stamps.mapper = stampOf(candidate_.mapper);
        }
        return examineLibrary(signature);
    }

    plugin::Loaded<void> examineLibrary(const Signature& signature) {
        if (before_.hung != nullptr && before_.hung->stamps == candidate_.stamps)
            return tl::unexpected<plugin::Refusal>(before_.hung->refusal);
        if (candidate_.manifest->isPluginShared()) return {};
        auto examined =
            options_.examine(loadRequest(*candidate_.manifest, candidate_.library, signature));
        if (!examined) return tl::unexpected<plugin::Refusal>(std::move(examined.error()));
        candidate_.plugin = std::move(*examined);
        return {};
    }

    const plugin::ScanResult& found_;
    const plugin::PluginFolder& folder_;
    const KnownConnector& before_;
    const ExaminationOptions& options_;
    ConnectorCandidate candidate_;
};

}  // namespace

plugin::Loaded<plugin::PluginCandidate> ExaminationOptions::examine(
    const plugin::LoadRequest& request
) const {
    if (is_isolated && is_isolated(request.id)) return plugin::PluginLibrary::inspect(request);
    return plugin::PluginLibrary::examine(request, probe);
}

plugin::SignaturePolicy signaturePolicy(const config::HubConfig& config) {
    return {
        config.plugin_signatures.trusted_keys,
        config.plugin_signatures.require_signed,
        config.own_plugins};
}

plugin::LoadRequest loadRequest(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const std::optional<plugin::FolderSignature>& signature
) {
    plugin::LoadRequest request;
    request.path = library;
    request.id = manifest.pluginId();
    if (!manifest.isPluginShared()) request.version = manifest.version;
    request.abi_major = static_cast<std::uint32_t>(manifest.abi);
    if (!signature) return request;
    // One that was added since the folder was looked at has no digest, and no file has this one.
    const auto digest = signature->digests.find(library.filename().string());
    request.sha256 = digest == signature->digests.end() ? "unlisted" : digest->second;
    return request;
}

plugin::Loaded<plugin::LoadRequest> sharedRequest(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const plugin::SignaturePolicy& policy
) {
    auto signature = plugin::verifyFolder(library.parent_path(), policy);
    if (!signature) return tl::unexpected<plugin::Refusal>(std::move(signature.error()));
    return loadRequest(manifest, library, *signature);
}

ConnectorCandidate examineConnector(
    const plugin::ScanResult& found,
    const plugin::PluginFolder& folder,
    const KnownConnector& before,
    const ExaminationOptions& options
) {
    return Examination(found, folder, before, options).run();
}

}  // namespace ferry::app
