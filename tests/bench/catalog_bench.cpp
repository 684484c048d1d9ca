// Goal: a hub with many plugins and connectors starts and reloads at once. Method: copies of the
// Dropbox plugin, each with a key of its own, and of the connectors that Ferry ships; loaded by the
// hub's own catalog, with the trial of each library in a process. The bound is what can't be left
// out: the dynamic loader for each library, and the YAML library for each manifest, on one thread.

#include "app/catalog.h"
#include "base/check.h"
#include "base/clock.h"
#include "bench/benches.h"
#include "bench/hub_process.h"
#include "bench/process.h"
#include "observe/log.h"
#include "support/temp_dir.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>

namespace ferry::bench {
namespace {

namespace fs = std::filesystem;

void writeFile(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// Folders as an operator has them.
class ManyConnectors {
  public:
    ManyConnectors(std::size_t plugins, std::size_t connectors) {
        std::string manifest = readFile(built_ / "dropbox/connector.yaml");
        const std::size_t aliases = manifest.find("\naliases:") + 1;  // which no two can have
        manifest.erase(aliases, manifest.find('\n', aliases) + 1 - aliases);
        const std::string library = readFile(built_ / "dropbox/libdropbox.so");
        for (std::size_t i = 0; i < plugins; ++i) {
            const std::string key = fmt::format("p{:06}", i);  // as long as the one it replaces
            const fs::path place = this->plugins() / key;
            fs::create_directories(place);
            writeFile(
                place / "connector.yaml", replaced(manifest, "key: dropbox\n", "key: " + key + "\n")
            );
            writeFile(place / "libdropbox.so", replaced(library, "dropbox", key));
            libraries_.push_back(place / "libdropbox.so");
            manifests_.push_back(place / "connector.yaml");
        }
        fs::create_directories(this->plugins() / "declarative");
        fs::copy(
            built_ / "declarative/libdeclarative.so",
            this->plugins() / "declarative/libdeclarative.so"
        );
        fs::create_directories(this->connectors());
        std::vector<fs::path> shipped;
        for (const auto& entry : fs::directory_iterator(buildFolder() / "connectors"))
            if (entry.path().extension() == ".yaml") shipped.push_back(entry.path());
        FERRY_CHECK(!shipped.empty(), "the build has connectors");
        std::sort(shipped.begin(), shipped.end());
        for (std::size_t i = 0; i < connectors; ++i) {
            const fs::path& from = shipped[i % shipped.size()];
            const std::string key = from.stem().string();
            const std::string name = fmt::format("{}-{}", key, i);
            manifests_.push_back(this->connectors() / (name + ".yaml"));
            writeFile(
                manifests_.back(),
                replaced(readFile(from), "key: " + key + "\n", "key: " + name + "\n")
            );
        }
    }

    fs::path plugins() const { return folder_.path() / "plugins"; }
    fs::path connectors() const { return folder_.path() / "connectors"; }
    const std::vector<fs::path>& libraries() const { return libraries_; }
    const std::vector<fs::path>& manifests() const { return manifests_; }

  private:
    const test::TempDir folder_;
    const fs::path built_ = buildFolder() / "plugins";
    std::vector<fs::path> libraries_;
    std::vector<fs::path> manifests_;
};

template <typename Body>
double secondsOf(Body body) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// dlopen of each library, and a parse of each manifest.
double bareSeconds(const ManyConnectors& many) {
    return secondsOf([&] {
        for (const fs::path& library : many.libraries())
            FERRY_CHECK(::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr, "it loads");
        std::size_t nodes = 0;
        for (const fs::path& manifest : many.manifests())
            nodes += YAML::LoadFile(manifest.string()).size();
        FERRY_CHECK(nodes > 0, "manifests have content");
    });
}

Status run(Report& report) {
    const std::size_t plugins = report.isQuick() ? 10 : 200;
    const std::size_t connectors = report.isQuick() ? 50 : 1'000;
    const ManyConnectors many(plugins, connectors);
    config::HubConfig config;
    config.plugins = {many.plugins()};
    config.connectors = {many.connectors()};
    const SystemClock clock;
    std::string errors;
    observe::Log log(
        clock,
        observe::LogLevel::Warning,
        observe::LogFormat::Text,
        [&](std::string_view line) { errors.append(line).append("\n"); }
    );
    // Several times over, each with libraries that the process does not have yet.
    std::vector<double> loads;
    std::vector<double> reloads;
    for (int i = 0; i < (report.isQuick() ? 1 : 5); ++i) {
        app::Catalog catalog(config, clock, log);
        loads.push_back(secondsOf([&] { catalog.load(); }));
        const std::size_t served = catalog.snapshot()->providers.size();
        if (served != plugins + connectors)
            return fail(
                ErrorCode::Internal, fmt::format("{} loaded: {}", served, errors.substr(0, 500))
            );
        reloads.push_back(secondsOf([&] { catalog.load(); }));
    }
    std::sort(loads.begin(), loads.end());
    std::sort(reloads.begin(), reloads.end());
    report.add(
        {"catalog.load",
         loads[loads.size() / 2],
         "s",
         Target::Below,
         1,
         bareSeconds(many),
         fmt::format(
             "{} plugins, each tried in a process, and {} connectors (median; {:.2f} to {:.2f}); "
             "bound: dlopen and yaml-cpp on one thread",
             plugins,
             connectors,
             loads.front(),
             loads.back()
         )}
    );
    report.add(
        {"catalog.reload",
         reloads[reloads.size() / 2],
         "s",
         Target::Below,
         0.2,
         0,
         "of the same, with nothing changed"}
    );
    return {};
}

}  // namespace

void benchCatalog(Report& report) {
    report.heading("what many connectors cost at a start");
    if (const Status status = run(report); !status)
        report.fail("catalog: " + status.error().message);
}

}  // namespace ferry::bench
