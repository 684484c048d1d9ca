#pragma once
// A loaded plugin file: every check between a path and a module that may be called.

#include "plugin/call_guard.h"
#include "plugin/elf_note.h"
#include "plugin/host_services.h"
#include "plugin/loaded_plugin.h"
#include "plugin/plugin_image.h"
#include "plugin/plugin_probe.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

struct ferry_module;

namespace ferry::plugin {

/// What the manifest says the file is.
struct LoadRequest {
    std::filesystem::path path;
    std::string id;
    std::string version;          ///< empty: any, as connectors that share a library have their own
    std::uint32_t abi_major = 1;  ///< which minor it needs, the library alone knows
    /// Of a signed folder: the SHA-256 of the file, 64 small hex digits; empty: any.
    std::string sha256 = {};
};

/// A file that may be loaded: copied, checked, and tried in a process of its own.
struct PluginCandidate {
    LoadRequest request;
    PluginImage image;
    ElfNote note;
    std::filesystem::path untried_for;  ///< this program could not be started; empty: it was tried
};

/// Stays loaded until the process ends: code that once ran is never unmapped. A new version is
/// loaded beside the old one, even from the same path. Threads: all functions from any thread.
class PluginLibrary final : public LoadedPlugin,
                            public std::enable_shared_from_this<PluginLibrary> {
  public:
    /// All checks for which no code of the file has to run in this process. Blocks for the trial in
    /// a child process. The refusal's text begins with the path, as in all of these.
    static Loaded<PluginCandidate> examine(const LoadRequest& request, const ProbeOptions& probe);
    /// All of these but the trial: for a library that never runs in this process.
    static Loaded<PluginCandidate> inspect(const LoadRequest& request);
    /// Loads what was examined; each step that fails is undone. `log` outlives the library.
    static Loaded<std::shared_ptr<PluginLibrary>> load(
        PluginCandidate candidate, std::shared_ptr<const HostServices> services, PluginLog& log
    );
    /// Both of these.
    static Loaded<std::shared_ptr<PluginLibrary>> load(
        const LoadRequest& request,
        std::shared_ptr<const HostServices> services,
        PluginLog& log,
        const ProbeOptions& probe
    );
    /// The first of these checks, those for which no code of the file has to run at all.
    static Loaded<void> check(const LoadRequest& request);
    /// Calls the module's deinit. Every object of it is gone by then: they hold the library.
    ~PluginLibrary() override;

    const ElfNote& note() const noexcept override { return note_; }
    PluginHealth health() const override;
    Result<std::shared_ptr<pipeline::Provider>> serve(
        const ProviderDescription& description, const Setup& setup, const Clock& clock
    ) override;
    const std::filesystem::path& path() const noexcept { return path_; }
    const ferry_module& module() const noexcept { return *module_; }
    const HostServices& services() const noexcept { return *services_; }
    CallGuard& guard() noexcept { return guard_; }
    /// Held around every [control] call.
    std::mutex& control() noexcept { return control_; }

  private:
    struct Module;
    static Loaded<Module> open(PluginImage& image, const HostServices& services);
    PluginLibrary(
        const LoadRequest& request,
        ElfNote note,
        Module module,
        std::shared_ptr<const HostServices> services,
        PluginLog& log
    );

    std::filesystem::path path_;
    ElfNote note_;
    std::shared_ptr<const HostServices> services_;
    CallGuard guard_;
    std::mutex control_;
    std::shared_ptr<void> library_;  // boost::dll::shared_library
    const ferry_module* module_;
};

}  // namespace ferry::plugin
