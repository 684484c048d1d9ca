// Of CatalogLoader: from a candidate to the library and the provider that serve it.

#include "app/catalog_loader.h"
#include "app/jq_mapper.h"
#include "app/provider_description.h"
#include "isolation/mapped_provider.h"

#include <utility>

namespace ferry::app {

/// Here and not when it is taken: this is done on all processors, and a plugin makes one object at
/// a time, while others are read and tried.
void CatalogLoader::serveShared(ConnectorCandidate& candidate) {
    if (!candidate.manifest || candidate.refusal || candidate.plugin || candidate.is_unchanged)
        return;
    auto library = [&] {
        const std::lock_guard lock(shared_mutex_);
        return loadShared(candidate);
    }();
    if (library) candidate.provider = serve(**library, *candidate.manifest);
}

Result<std::shared_ptr<pipeline::Provider>> CatalogLoader::serve(
    plugin::LoadedPlugin& library, const config::ConnectorManifest& manifest
) const {
    plugin::Setup setup;
    setup.connector = manifest.key;
    for (const auto& [name, value] : manifest.settings)
        setup.settings.push_back({name, value});
    return library.serve(describeProvider(manifest, config_), setup, clock_);
}

plugin::Loaded<CatalogLoader::LoadedFolder> CatalogLoader::loadCandidate(
    ConnectorCandidate& candidate
) {
    config::ConnectorManifest& manifest = *candidate.manifest;
    auto library =
        candidate.plugin ? loadPlugin(std::move(*candidate.plugin)) : loadShared(candidate);
    if (!library) return tl::unexpected<plugin::Refusal>(library.error());

    auto provider =
        candidate.provider ? std::move(*candidate.provider) : serve(**library, manifest);
    if (!provider) return plugin::refuse("create-failed", provider.error().message);
    *provider = isolation::guardRecords(*library, std::move(*provider));
    std::shared_ptr<plugin::LoadedPlugin> mapper;
    if (manifest.uses_jq) {
        auto started = startJqMapper(
            manifest, candidate.mapper, options_.signatures, *isolation_, lines_, clock_
        );
        if (!started) return tl::unexpected<plugin::Refusal>(std::move(started.error()));
        mapper = started->process;
        *provider = std::make_shared<isolation::MappedProvider>(
            std::move(*provider), std::move(started->provider), std::move(started->process)
        );
    }
    return LoadedFolder{
        candidate.stamps,
        std::move(manifest),
        std::move(*library),
        std::move(*provider),
        std::move(mapper)};
}

/// Into this process, or into one of its own.
plugin::Loaded<std::shared_ptr<plugin::LoadedPlugin>> CatalogLoader::loadPlugin(
    plugin::PluginCandidate candidate
) {
    if (config_.isIsolated(candidate.note.id))
        return isolation::IsolatedPlugin::load(std::move(candidate), isolation_, lines_, clock_);
    return plugin::PluginLibrary::load(std::move(candidate), services_, lines_);
}

/// Loaded once for all connectors that name it, and refused once.
plugin::Loaded<std::shared_ptr<plugin::LoadedPlugin>> CatalogLoader::loadShared(
    const ConnectorCandidate& candidate
) {
    const FileStamp& stamp = candidate.stamps.library;
    const auto before = shared_.find(candidate.library.string());
    if (before != shared_.end() && before->second.stamp == stamp) return before->second.library;
    auto library = [&]() -> plugin::Loaded<std::shared_ptr<plugin::LoadedPlugin>> {
        auto request = sharedRequest(*candidate.manifest, candidate.library, options_.signatures);
        if (!request) return tl::unexpected<plugin::Refusal>(std::move(request.error()));
        auto examined = options_.examine(*request);
        if (!examined) return tl::unexpected<plugin::Refusal>(std::move(examined.error()));
        return loadPlugin(std::move(*examined));
    }();
    shared_.insert_or_assign(candidate.library.string(), SharedLibrary{stamp, library});
    return library;
}

}  // namespace ferry::app
