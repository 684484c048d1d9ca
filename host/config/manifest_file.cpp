// A manifest as a file, or as what was read of one.

#include "config/connector_manifest.h"

namespace ferry::config {

std::optional<ConnectorManifest> readManifestText(
    const std::filesystem::path& path, std::string content, Diagnostics& out
) {
    YamlDocument document;
    Diagnostics found;
    std::optional<ConnectorManifest> manifest;
    if (parseYaml(path.string(), std::move(content), document, found))
        manifest = readManifest(document, found);
    if (found.hasErrors()) manifest.reset();
    out.addAll(std::move(found));
    return manifest;
}

std::optional<ConnectorManifest> readManifestFile(
    const std::filesystem::path& path, Diagnostics& out
) {
    Result<std::string> content = readFileBounded(path, kFileBytesMax);
    if (content) return readManifestText(path, std::move(*content), out);
    out.add({.file = path.string(), .message = std::move(content.error().message)});
    return std::nullopt;
}

}  // namespace ferry::config
