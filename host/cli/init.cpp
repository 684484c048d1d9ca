#include "app/key_file.h"
#include "base/random.h"
#include "cli/command.h"
#include "config/default_config.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>

namespace ferry::cli {

namespace fs = std::filesystem;

namespace {

/// Writes a new file; an existing one is left as it is and said so.
bool writeNew(const fs::path& path, std::string_view text, std::string_view what) {
    std::error_code ignored;
    if (fs::exists(path, ignored)) {
        std::cout << fmt::format("kept     {} (it is there already)\n", path.string());
        return true;
    }
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), ignored);
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    if (!out) return false;
    std::cout << fmt::format("wrote    {} ({})\n", path.string(), what);
    return true;
}

int init(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return failWith(fmt::format("can't make {}: {}", folder.string(), error.message()));
    const fs::path files[] = {folder / "ferry.yaml", folder / "instances" / "example.yaml"};
    if (!writeNew(files[0], config::defaultConfigText(), "the hub's configuration, commented")) {
        return failWith("can't write " + files[0].string());
    }
    if (!writeNew(files[1], config::exampleInstanceText(), "an example instance")) {
        return failWith("can't write " + files[1].string());
    }
    for (const char* name : {"plugins", "connectors"}) {
        fs::create_directories(folder / name, error);
        if (error) {
            return failWith(
                fmt::format("can't make {}: {}", (folder / name).string(), error.message())
            );
        }
    }

    const fs::path key = folder / "data" / "master.key";
    SystemRandom random;
    const Status written = app::writeKeyFile(key, random);
    if (written) {
        std::cout << fmt::format("wrote    {} (the master key: back it up)\n", key.string());
    } else if (written.error().code == ErrorCode::Conflict) {
        std::cout << fmt::format("kept     {} (it is there already)\n", key.string());
    } else {
        return failWith(written.error().message);
    }
    const bool is_here = folder.lexically_normal() == fs::path(".") || folder.empty();
    std::cout << fmt::format(
        "\nNext: {}edit ferry.yaml and the example instance, run 'ferry lint', then 'ferry "
        "serve'.\n",
        is_here ? "" : fmt::format("'cd {}', ", folder.string())
    );
    return kExitOk;
}

}  // namespace

void addInit(CLI::App& app, const GlobalOptions&, Run& run) {
    CLI::App* command = app.add_subcommand(
        "init", "Write a commented ferry.yaml, a key file and an example instance"
    );
    const auto folder = std::make_shared<std::string>(".");
    command->add_option("folder", *folder, "Where to (default: here)");
    command->footer("Nothing that is there already is changed.");
    command->callback([&run, folder] { run = [folder] { return init(*folder); }; });
}

}  // namespace ferry::cli
