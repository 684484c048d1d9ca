// ferry keys: who may use the REST API.

#include "api/authenticator.h"
#include "app/api_key_file.h"
#include "app/key_file.h"
#include "base/json_writer.h"
#include "base/random.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "store/sqlite/sqlite_api_key_store.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

namespace ferry::cli {

namespace {

struct KeysOptions {
    std::string name;
    std::string role = "read";
    bool is_json = false;
};

Result<std::unique_ptr<store::ApiKeyStore>> openKeys(const config::HubConfig& config) {
    if (const std::error_code error = app::makePrivateFolder(config.data_dir); error) {
        return fail(
            ErrorCode::Unavailable,
            fmt::format("can't make data_dir {}: {}", config.data_dir.string(), error.message())
        );
    }
    FERRY_TRY_ASSIGN(auto keys, store::sqlite::SqliteApiKeyStore::open(app::apiKeyFile(config)));
    return std::unique_ptr<store::ApiKeyStore>(std::move(keys));
}

/// What callers send as Organization. Before the first start there may be no master key yet, from
/// which the hub's own is derived: then it is made here, as the start would.
Result<std::string> organizationSecret(const config::HubConfig& config) {
    if (!config.api.organization_secret.empty()) {
        return std::string(config.api.organization_secret.reveal());
    }
    auto store = store::sqlite::SqliteStore::openReadOnly(storeFile(config));
    if (store) {
        FERRY_TRY_ASSIGN(const auto key, app::readKeyOfStore(config.key_file, (*store)->meta()));
        return api::ownOrganizationSecret(key);
    }
    if (store.error().code != ErrorCode::NotFound) return fail(std::move(store.error()));
    auto key = app::readKeyFile(config.key_file);
    if (!key && key.error().code == ErrorCode::NotFound) {
        SystemRandom random;
        FERRY_TRY(app::writeKeyFile(config.key_file, random));
        key = app::readKeyFile(config.key_file);
    }
    if (!key) return fail(std::move(key.error()));
    return api::ownOrganizationSecret(*key);
}

Status checkName(const std::string& name) {
    const bool has_bad = std::any_of(name.begin(), name.end(), [](unsigned char c) {
        return c <= 0x20 || c == 0x7F;
    });
    if (!name.empty() && name.size() <= ApiKey::kNameBytesMax && !has_bad &&
        name != api::kConfiguredKeyName && name != api::kCommandKeyName) {
        return {};
    }
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format(
            "the name of a key has 1 to {} bytes, no spaces, and is neither '{}', which stands "
            "for api.user_secret, nor '{}', which stands for the program's commands",
            ApiKey::kNameBytesMax,
            api::kConfiguredKeyName,
            api::kCommandKeyName
        )
    );
}

Status addKey(const config::HubConfig& config, const KeysOptions& options) {
    FERRY_TRY(checkName(options.name));
    // First: with a key file that is not the store's, no key must be made.
    FERRY_TRY_ASSIGN(const std::string organization, organizationSecret(config));
    FERRY_TRY_ASSIGN(const auto keys, openKeys(config));
    SystemRandom random;
    const SystemClock clock;
    const Secret secret = api::newApiSecret(random);
    const ApiRole role = options.role == "read" ? ApiRole::Read : ApiRole::Write;
    FERRY_TRY(keys->add({options.name, role, sha256(secret.reveal()), clock.wallNow()}));
    if (options.is_json) {
        JsonWriter json;
        json.beginObject().field("name", options.name).field("role", apiRoleName(role));
        json.field("secret", secret.reveal()).field("organizationSecret", organization).endObject();
        std::cout << json.view() << "\n";
        return {};
    }
    std::cout << fmt::format(
        "API key '{0}' ({1}), shown this once:\n"
        "  {2}\n"
        "Callers send one of these headers:\n"
        "  Authorization: User {2}, Organization {3}\n"
        "  Authorization: Bearer {2}\n",
        toPrintable(options.name),
        apiRoleName(role),
        secret.reveal(),
        organization
    );
    return {};
}

Status listKeys(const config::HubConfig& config, const KeysOptions& options) {
    FERRY_TRY_ASSIGN(const auto keys, openKeys(config));
    FERRY_TRY_ASSIGN(const auto found, keys->list());
    if (options.is_json) {
        JsonWriter json;
        json.beginArray();
        for (const ApiKey& key : found) {
            json.beginObject().field("name", key.name).field("role", apiRoleName(key.role));
            json.field("createdDate", formatRfc3339(key.created_at)).endObject();
        }
        json.endArray();
        std::cout << json.view() << "\n";
        return {};
    }
    if (found.empty()) std::cout << "no API keys: make one with 'ferry keys add NAME'\n";
    for (const ApiKey& key : found) {
        std::cout << fmt::format(
            "{:<24} {:<6} {}\n",
            toPrintable(key.name),
            apiRoleName(key.role),
            formatRfc3339(key.created_at)
        );
    }
    return {};
}

Status revokeKey(const config::HubConfig& config, const KeysOptions& options) {
    FERRY_TRY_ASSIGN(const auto keys, openKeys(config));
    FERRY_TRY(keys->remove(options.name));
    std::cout << fmt::format("API key '{}' is revoked; a running hub refuses it\n", options.name);
    return {};
}

using KeysAction = Status (*)(const config::HubConfig& config, const KeysOptions& options);

int runKeys(const GlobalOptions& globals, const KeysOptions& options, KeysAction action) {
    const auto config = readConfig(globals);
    if (!config) return kExitFailed;
    const Status done = action(*config, options);
    return done ? kExitOk : failWith(done.error().message);
}

}  // namespace

void addKeys(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand("keys", "Make, list and revoke keys of the REST API");
    command->require_subcommand(1);
    const auto options = std::make_shared<KeysOptions>();
    const auto make = [&](const char* name, const char* help, KeysAction action) {
        CLI::App* made = command->add_subcommand(name, help);
        made->callback([&run, &globals, options, action] {
            run = [&globals, options, action] { return runKeys(globals, *options, action); };
        });
        return made;
    };
    CLI::App* add = make("add", "Make a key and print it, this once", addKey);
    add->add_option("NAME", options->name, "What the key is for")->required();
    add->add_option("--role", options->role, "read or write")
        ->check(CLI::IsMember({"read", "write"}))
        ->capture_default_str();
    add->add_flag("--json", options->is_json, "Print JSON");
    CLI::App* list = make("list", "List the keys, without their secrets", listKeys);
    list->add_flag("--json", options->is_json, "Print JSON");
    CLI::App* revoke =
        make("revoke", "Make a key worthless; a running hub knows at once", revokeKey);
    revoke->add_option("NAME", options->name, "Of the key")->required();
}

}  // namespace ferry::cli
