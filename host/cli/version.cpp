#include "base/json_writer.h"
#include "cli/command.h"
#include "config/plugin_abi.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <iostream>
#include <memory>

#include <sqlite3.h>

namespace ferry::cli {

namespace {

int printVersion(bool is_json) {
    if (is_json) {
        JsonWriter json;
        json.beginObject().field("version", FERRY_VERSION).field("pluginAbi", config::kPluginAbi);
        json.field("compiler", __VERSION__)
            .field("openssl", OpenSSL_version(OPENSSL_VERSION_STRING));
        json.field("sqlite", sqlite3_libversion()).endObject();
        std::cout << json.view() << "\n";
        return kExitOk;
    }
    std::cout << versionText() << "\n";
    return kExitOk;
}

}  // namespace

std::string versionText() {
    return fmt::format(
        "ferry {} (plugin ABI {}; compiled by GCC {}; OpenSSL {}; SQLite {})",
        FERRY_VERSION,
        config::kPluginAbi,
        __VERSION__,
        OpenSSL_version(OPENSSL_VERSION_STRING),
        sqlite3_libversion()
    );
}

void addVersion(CLI::App& app, const GlobalOptions&, Run& run) {
    CLI::App* command =
        app.add_subcommand("version", "Print versions of the program and its parts");
    const auto is_json = std::make_shared<bool>(false);
    command->add_flag("--json", *is_json, "Print JSON");
    command->callback([&run, is_json] { run = [is_json] { return printVersion(*is_json); }; });
}

}  // namespace ferry::cli
