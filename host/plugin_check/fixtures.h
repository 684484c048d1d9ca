#pragma once
// What an author gives to the checker: webhooks as the provider sends them, raw changes, answers to
// operations. They stand in check.yaml, beside the manifest in the plugin's sources.

#include "config/diagnostic.h"
#include "plugin/records.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::plugin_check {

/// A webhook with texts of its own.
struct OwnedWebhook {
    std::string method;
    std::string path;
    std::string query;
    plugin::Fields headers;  ///< names in lower case
    std::string body;
};

/// A webhook that the provider signed.
struct WebhookFixture {
    std::string name;
    OwnedWebhook request;
    std::string secret;
    std::vector<std::string> accounts;  ///< that it names, in its order
};

/// A question of the provider whether the webhook address is ours.
struct ChallengeFixture {
    std::string name;
    OwnedWebhook request;
    plugin::WebhookReply reply;
};

/// An operation with the answers of the provider.
struct OperationFixture {
    std::string name;
    std::string hook;  ///< as in the SDK: "fetch", "refresh", ...
    std::string cursor;
    std::string document;          ///< an id, or a path if it begins with '/'
    std::string text;              ///< to search for
    std::string state;             ///< of the webhook that is registered; empty: none
    std::optional<TimePoint> now;  ///< what the clock shows; nullopt: that of the other calls
    std::vector<plugin::HttpResponse> answers;
    std::string result;  ///< "ok", or the name of a status in small letters
};

struct Fixtures {
    std::optional<TimePoint> now;  ///< what the clock of all calls shows
    std::string account_id;
    std::string account_state;
    plugin::Fields configuration;  ///< in place of what is made up from the manifest
    std::vector<WebhookFixture> webhooks;
    std::vector<ChallengeFixture> challenges;
    std::vector<std::string> changes;  ///< raw, as the provider sends them
    std::vector<OperationFixture> operations;
};

/// Reads check.yaml. nullopt if `out` got an error.
std::optional<Fixtures> readFixtures(const std::filesystem::path& path, config::Diagnostics& out);

}  // namespace ferry::plugin_check
