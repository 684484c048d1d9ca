#pragma once
// The plugin that is checked: its folder, what its manifest says, and a sealed copy of its library.

#include "config/connector_manifest.h"
#include "plugin/plugin_image.h"
#include "plugin/plugin_library.h"
#include "plugin_check/fixtures.h"

#include <filesystem>

namespace ferry::plugin_check {

/// Read from the files; no code of the plugin runs. Stays where it is.
class Subject {
  public:
    /// `fixtures_file`: empty for check.yaml in the folder, which may be missing. The refusal's
    /// text names file and line of all that is wrong.
    static plugin::Loaded<Subject> open(
        const std::filesystem::path& folder, const std::filesystem::path& fixtures_file
    );

    const config::ConnectorManifest& manifest() const noexcept { return manifest_; }
    const Fixtures& fixtures() const noexcept { return fixtures_; }
    const plugin::PluginImage& image() const noexcept { return image_; }
    /// What the hub's loader is asked for.
    const plugin::LoadRequest& request() const noexcept { return request_; }

  private:
    Subject(config::ConnectorManifest manifest, Fixtures fixtures, plugin::PluginImage image)
        : manifest_(std::move(manifest)),
          fixtures_(std::move(fixtures)),
          image_(std::move(image)) {}

    config::ConnectorManifest manifest_;
    Fixtures fixtures_;
    plugin::PluginImage image_;
    plugin::LoadRequest request_;
};

}  // namespace ferry::plugin_check
