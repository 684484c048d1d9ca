// ferry plugin: help for those who write one.

#include "cli/command.h"
#include "cli/plugin_signing.h"
#include "cli/plugin_template.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace ferry::cli {

namespace fs = std::filesystem;

namespace {

struct PluginOptions {
    std::string name;
    std::string folder;  ///< of `new`: where the folder of the plugin is made
    bool updates_golden = false;
};

bool isPluginName(std::string_view name) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !name.empty() && name.size() <= 63 && name.front() >= 'a' && name.front() <= 'z' &&
           std::all_of(name.begin(), name.end(), is_good);
}

int makePlugin(const PluginOptions& options) {
    if (!isPluginName(options.name)) {
        return failWith(fmt::format(
            "'{}' is no name for a plugin: small letters, digits and '-', a letter first, at most "
            "63",
            options.name
        ));
    }
    const fs::path folder = fs::path(options.folder) / options.name;
    std::error_code error;
    if (fs::exists(folder, error)) {
        return failWith(
            folder.string() + " is there already; choose another name, or another folder with --in"
        );
    }
    fs::create_directories(folder, error);
    for (const TemplateFile& file : pluginTemplate(options.name)) {
        const fs::path path = folder / file.path;
        std::ofstream out(path, std::ios::binary);
        out << file.text;
        out.close();
        if (!out) return failWith("can't write " + path.string());
        std::cout << fmt::format("wrote    {} ({})\n", path.string(), file.what);
    }
    std::cout << fmt::format(
        "\nNext: 'ferry plugin test {}' builds and tries it as it is. Then put the real provider "
        "in "
        "its\nplace; sdk/README.md is the guide (installed below share/doc/ferry).\n",
        folder.string()
    );
    return kExitOk;
}

/// Runs a program, found as a shell would, with our output. Its exit status; -1 if it did not run.
int runProgram(const std::vector<std::string>& words) {
    std::cout.flush();
    std::vector<char*> arguments;
    for (const std::string& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t child = -1;
    if (::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) {
        return -1;
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Says what failed; the program itself has said why.
int stepFailed(const std::string& program, int status) {
    if (status < 0) return failWith(program + " could not be run; is it installed?");
    return failWith(fmt::format("{} failed with status {}; see above", program, status));
}

/// The checker beside this program.
fs::path checkerPath() {
    return programFolder() / "ferry-plugin-check";
}

int updateGolden(const fs::path& folder, const fs::path& build) {
    config::Diagnostics findings;
    const auto manifest = config::readManifestFile(folder / "connector.yaml", findings);
    if (!manifest) {
        printFindings(std::cerr, std::move(findings));
        return kExitFailed;
    }
    const int status = runProgram(
        {checkerPath().string(),
         (build / "plugins" / manifest->key).string(),
         "--golden",
         (folder / "golden").string(),
         "--update-golden",
         "--only",
         "golden-exchanges,golden-results"}
    );
    return status == 0 ? kExitOk : stepFailed("ferry-plugin-check", status);
}

int testPlugin(const PluginOptions& options) {
    const fs::path folder(options.folder);
    std::error_code ignored;
    if (!fs::exists(folder / "CMakeLists.txt", ignored)) {
        return failWith(fmt::format(
            "{} has no CMakeLists.txt; 'ferry plugin new NAME' makes a folder that has",
            folder.string()
        ));
    }
    const fs::path build = folder / "build";
    const std::vector<std::vector<std::string>> steps{
        {"cmake",
         "-S",
         folder.string(),
         "-B",
         build.string(),
         "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
         // The SDK that belongs to this program, before any other.
         "-DCMAKE_PREFIX_PATH=" + programFolder().parent_path().string()},
        {"cmake", "--build", build.string()}};
    for (const std::vector<std::string>& step : steps)
        if (const int status = runProgram(step); status != 0) return stepFailed("cmake", status);
    if (options.updates_golden) {
        if (const int status = updateGolden(folder, build); status != kExitOk) return status;
    }
    const int status = runProgram(
        {"ctest", "--test-dir", build.string(), "--output-on-failure", "--no-tests=error"}
    );
    return status == 0 ? kExitOk : stepFailed("ctest", status);
}

}  // namespace

void addPlugin(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command =
        app.add_subcommand("plugin", "Write a plugin for a provider, test it, and sign it");
    command->require_subcommand(1);
    const auto options = std::make_shared<PluginOptions>();

    CLI::App* make = command->add_subcommand("new", "Write a plugin that compiles and passes");
    make->add_option("NAME", options->name, "Its key: small letters, digits and '-'")->required();
    options->folder = ".";
    make->add_option("--in", options->folder, "Where its folder is made (default: here)");
    make->callback([&run, options] { run = [options] { return makePlugin(*options); }; });

    CLI::App* test = command->add_subcommand("test", "Build a plugin and run its tests");
    test->add_option("DIR", options->folder, "Its sources (default: here)");
    test->add_flag(
        "--update-golden", options->updates_golden, "Write its golden files before, to be looked at"
    );
    test->footer(
        "Builds in DIR/build with cmake, and runs ctest there: ferry-plugin-check with all "
        "that\ncheck.yaml and golden/ have, and whatever tests the plugin adds."
    );
    test->callback([&run, options] { run = [options] { return testPlugin(*options); }; });
    addPluginSigning(*command, globals, run);
}

}  // namespace ferry::cli
