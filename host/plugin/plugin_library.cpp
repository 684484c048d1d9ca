#include "plugin/plugin_library.h"

#include "plugin/call_scope.h"
#include "plugin/folder_signature.h"
#include "plugin/plugin_provider.h"

#include <ferry/abi/entry.h>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>
#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace ferry::plugin {

/// The module and what keeps it loaded.
struct PluginLibrary::Module {
    std::shared_ptr<boost::dll::shared_library> library;
    const ferry_module* module = nullptr;
};

namespace {

constexpr std::string_view kRebuild = "rebuild the plugin with ferry_add_plugin()";

Loaded<void> checkNote(const ElfNote& note, const LoadRequest& request) {
    if (note.abi_major != FERRY_ABI_MAJOR)
        return refuse(
            "abi-major",
            fmt::format(
                "built for plugin ABI {}, this hub speaks {}; get a version of the plugin for this "
                "hub",
                note.abi_major,
                FERRY_ABI_MAJOR
            )
        );
    if (note.abi_minor > FERRY_ABI_MINOR)
        return refuse(
            "abi-minor",
            fmt::format(
                "needs plugin ABI {}.{}, this hub has {}.{}; update the hub",
                note.abi_major,
                note.abi_minor,
                FERRY_ABI_MAJOR,
                FERRY_ABI_MINOR
            )
        );
    if (note.id != request.id)
        return refuse(
            "id-mismatch",
            fmt::format(
                "the library is plugin \"{}\", the manifest says \"{}\"; put the right file beside "
                "the manifest",
                note.id,
                request.id
            )
        );
    if (!request.version.empty() && note.version != request.version)
        return refuse(
            "version-mismatch",
            fmt::format(
                "the library has version {}, the manifest {}; replace both together",
                note.version,
                request.version
            )
        );
    if (note.abi_major != request.abi_major)
        return refuse(
            "abi-mismatch",
            fmt::format(
                "the library needs plugin ABI {}, the manifest says {}; correct the manifest",
                note.abi_major,
                request.abi_major
            )
        );
    return {};
}

std::string_view view(ferry_str text) {
    return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

tl::unexpected<Refusal> withPath(const LoadRequest& request, Refusal refusal) {
    refusal.message = fmt::format("{}: {}", request.path.string(), refusal.message);
    return tl::unexpected<Refusal>(std::move(refusal));
}

Loaded<void> checkModule(const ferry_module& module, const ElfNote& note) {
    const auto malformed = [](std::string_view why) {
        return refuse("module-malformed", fmt::format("the module record {}; {}", why, kRebuild));
    };
    // Up to the last slot that a module of ABI 1.0 must have.
    if (!FERRY_HAS(&module, ferry_module, drop)) return malformed("is too short");
    if (module.create == nullptr || module.destroy == nullptr || module.get_extension == nullptr)
        return malformed("lacks create, destroy or get_extension");
    if ((module.advance == nullptr) != (module.drop == nullptr))
        return malformed("has only one of advance and drop");
    if (module.abi_major != note.abi_major || module.abi_minor != note.abi_minor ||
        view(module.id) != note.id || view(module.version) != note.version)
        return refuse(
            "module-mismatch",
            fmt::format("the module record and the note in the file disagree; {}", kRebuild)
        );
    return {};
}

}  // namespace

Loaded<PluginLibrary::Module> PluginLibrary::open(
    PluginImage& image, const HostServices& services
) {
    const std::string path = image.loadPath();
    Module loaded{std::make_shared<boost::dll::shared_library>(), nullptr};
    const auto mode = boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local;
    try {
        loaded.library->load(path, mode);
    } catch (const std::exception& error) {  // Boost.DLL tells the loader's text only this way
        const std::string_view text = error.what();
        return refuse(
            "load-failed", fmt::format("{}; {}", cleanMessage({text.data(), text.size()}), kRebuild)
        );
    }
    image.pin();
    if (!loaded.library->has(FERRY_PLUGIN_ENTRY_V1))
        return refuse(
            "entry-missing", fmt::format("no symbol {}; {}", FERRY_PLUGIN_ENTRY_V1, kRebuild)
        );
    const ferry_module* (*entry)(const ferry_host*) =
        loaded.library->get<const ferry_module*(const ferry_host*)>(FERRY_PLUGIN_ENTRY_V1);
    // The loader also finds the symbol in a dependency of the file.
    Dl_info origin{};
    if (::dladdr(reinterpret_cast<void*>(entry), &origin) == 0 || origin.dli_fname != path)
        return refuse(
            "entry-foreign",
            fmt::format(
                "{} is not defined by this file but by a library it needs; {}",
                FERRY_PLUGIN_ENTRY_V1,
                kRebuild
            )
        );
    loaded.module = entry(services.abi());
    if (loaded.module == nullptr)
        return refuse(
            "entry-refused",
            "the plugin does not want to work with this hub; get a version of it for this hub"
        );
    return loaded;
}

Loaded<PluginCandidate> PluginLibrary::examine(
    const LoadRequest& request, const ProbeOptions& probe
) {
    auto checked = inspect(request);
    if (!checked) return checked;
    ProbeResult trial = probePlugin(checked->image, probe);
    if (!trial.verdict) return withPath(request, std::move(trial.verdict.error()));
    if (!trial.was_run)
        checked->untried_for = probe.program.empty() ? "ferry-plugin-probe" : probe.program;
    return checked;
}

Loaded<std::shared_ptr<PluginLibrary>> PluginLibrary::load(
    PluginCandidate candidate, std::shared_ptr<const HostServices> services, PluginLog& log
) {
    const LoadRequest& request = candidate.request;
    if (!candidate.untried_for.empty())
        log.write(
            {LogLevel::Warning,
             request.id,
             "",
             "",
             fmt::format(
                 "{}: loaded without a trial, because {} could not be started",
                 request.path.string(),
                 candidate.untried_for.string()
             ),
             {},
             false}
        );
    auto module = open(candidate.image, *services);
    if (!module) return withPath(request, std::move(module.error()));
    if (auto good = checkModule(*module->module, candidate.note); !good)
        return withPath(request, std::move(good.error()));
    return std::shared_ptr<PluginLibrary>(new PluginLibrary(
        request, std::move(candidate.note), std::move(*module), std::move(services), log
    ));
}

Loaded<std::shared_ptr<PluginLibrary>> PluginLibrary::load(
    const LoadRequest& request,
    std::shared_ptr<const HostServices> services,
    PluginLog& log,
    const ProbeOptions& probe
) {
    auto candidate = examine(request, probe);
    if (!candidate) return tl::unexpected<Refusal>(std::move(candidate.error()));
    return load(std::move(*candidate), std::move(services), log);
}

Loaded<PluginCandidate> PluginLibrary::inspect(const LoadRequest& request) {
    auto image = PluginImage::open(request.path);
    if (!image) return tl::unexpected<Refusal>(std::move(image.error()));
    if (!request.sha256.empty())
        if (auto good = checkDigest(request.path, image->bytes(), request.sha256); !good)
            return tl::unexpected<Refusal>(std::move(good.error()));
    auto note = readElfNote(image->bytes());
    if (!note) return withPath(request, std::move(note.error()));
    if (auto good = checkNote(*note, request); !good)
        return withPath(request, std::move(good.error()));
    return PluginCandidate{request, std::move(*image), std::move(*note), {}};
}

Loaded<void> PluginLibrary::check(const LoadRequest& request) {
    auto checked = inspect(request);
    if (!checked) return tl::unexpected<Refusal>(std::move(checked.error()));
    return {};
}

PluginLibrary::PluginLibrary(
    const LoadRequest& request,
    ElfNote note,
    Module module,
    std::shared_ptr<const HostServices> services,
    PluginLog& log
)
    : path_(request.path),
      note_(std::move(note)),
      services_(std::move(services)),
      guard_(note_.id, log),
      library_(module.library),
      module_(module.module) {
    // Never unmapped from now on, even if the plugin was linked without -z nodelete: threads and
    // thread-local destructors of its runtime may outlive any count we keep.
    const std::string path = module.library->location().string();
    if (void* again = ::dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE))
        ::dlclose(again);
}

PluginHealth PluginLibrary::health() const {
    PluginHealth health;
    health.misbehaviours = guard_.misbehaviours();
    health.is_quarantined = guard_.isQuarantined();
    health.longest_call = guard_.calls().longest(std::chrono::steady_clock::now());
    return health;
}

Result<std::shared_ptr<pipeline::Provider>> PluginLibrary::serve(
    const ProviderDescription& description, const Setup& setup, const Clock& clock
) {
    CallInfo call;
    call.now = clock.wallNow();
    FERRY_TRY_ASSIGN(auto instance, PluginInstance::create(shared_from_this(), setup, call));
    return std::make_shared<PluginProvider>(description, std::move(instance), clock);
}

PluginLibrary::~PluginLibrary() {
    if (FERRY_HAS(module_, ferry_module, deinit) && module_->deinit != nullptr) module_->deinit();
    tellEnd(guard_.log());
}

void LoadedPlugin::tellEnd(PluginLog& log) const {
    if (!is_retired_) return;
    const std::string text =
        fmt::format("version {} has ended: nothing that began with it goes on", note().version);
    log.write({LogLevel::Info, note().id, "", "", text, {}, false});
}

}  // namespace ferry::plugin
