#include "config/manifest_checks.h"

#include "config/declarative_reader.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

namespace {

class ManifestChecks {
  public:
    ManifestChecks(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter)
        : root_(root), manifest_(manifest), reporter_(reporter) {}

    void run() {
        checkDate();
        checkProfiles();
        checkEgress();
        checkEvents();
        checkSources();
        checkWebhook();
        warnOfRepeats();
    }

  private:
    void checkDate() {
        const YamlNode* page = given(root_, "documentation");
        const YamlNode* date = page == nullptr ? nullptr : page->find("date_read");
        if (date == nullptr || !date->isScalar() || date->isGap()) return;
        const auto number = [&](std::size_t at, std::size_t count) {
            return parseInteger(date->text.substr(at, count)).value_or(0);
        };
        const std::chrono::year_month_day day{
            std::chrono::year(static_cast<int>(number(0, 4))),
            std::chrono::month(static_cast<unsigned>(number(5, 2))),
            std::chrono::day(static_cast<unsigned>(number(8, 2)))};
        if (day.ok()) return;
        reporter_.atValue(
            *date, Visibility::Shown, "the calendar has no such day", "write YYYY-MM-DD"
        );
    }

    void checkProfiles() {
        const YamlNode* section = given(root_, "authentication");
        const bool is_oauth_known = !isUnknown(root_, "oauth2");
        std::set<std::string_view> keys;
        for (std::size_t at = 0; section != nullptr && at < manifest_.profiles.size(); ++at) {
            const YamlNode& key = *section->find("profiles")->children[at].find("key");
            const std::string& profile = manifest_.profiles[at].key;
            if (key.isGap()) continue;
            if (!keys.insert(profile).second) {
                reporter_.atValue(
                    key,
                    Visibility::Shown,
                    fmt::format("the profile '{}' stands here twice", profile),
                    "an instance chooses a profile by its key: there is one of each"
                );
            } else if (profile == "oauth2" && !manifest_.oauth2 && is_oauth_known) {
                const char* add = "add 'oauth2:' with 'authorize_url' and 'token_url'";
                if (manifest_.plugin == kDeclarativePlugin)
                    reporter_.atValue(
                        key,
                        Visibility::Shown,
                        "without a section 'oauth2' nobody gives a token",
                        add
                    );
                else
                    reporter_.warnAtValue(
                        key,
                        Visibility::Shown,
                        "without a section 'oauth2' the API gives no URL to consent at",
                        add
                    );
            }
        }
        if (manifest_.oauth2 && keys.count("oauth2") == 0 && areProfilesKnown(root_)) {
            reporter_.warnAtKey(
                *root_.findKey("oauth2"),
                "this has no effect: 'authentication' has no profile 'oauth2'",
                "add '- {key: oauth2, name: OAuth 2}' to its profiles"
            );
        }
    }

    void checkEgress() {
        const auto good = Pattern::compile("([*][.])?[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*(:[0-9]+)?");
        for (const auto& [node, host] : itemsOf(root_, "egress")) {
            const bool is_host = good && good->matches(host);
            const std::size_t colon = host.find(':');
            const std::int64_t port =
                colon == host.npos ? 443 : parseInteger(host.substr(colon + 1)).value_or(0);
            if (is_host && port >= 1 && port <= 65'535) continue;
            reporter_.atValue(
                *node,
                Visibility::Shown,
                fmt::format(
                    "'{}' in 'egress' {}",
                    host.substr(0, 80),
                    is_host ? "has a port that is none" : "is not a host name"
                ),
                is_host ? "a port is a number from 1 to 65535"
                        : "write for example api.example.com or *.example.com"
            );
        }
    }

    void checkEvents() {
        const YamlNode& events = *root_.find("events");
        for (const char* key : {"object_types", "event_types", "methods"}) {
            const YamlNode* list = events.find(key);
            if (list == nullptr || list->is_unresolved || !listOf(events, key).empty()) continue;
            reporter_.atKey(
                *events.findKey(key),
                fmt::format("'{}' is empty: the connector would have no events", key),
                "name one at least"
            );
        }
    }

    bool hasMethod(std::string_view method) const {
        const auto& methods = manifest_.event_methods;
        return std::find(methods.begin(), methods.end(), method) != methods.end();
    }

    /// Records and the map that they go through need each other.
    void checkSources() {
        if (manifest_.plugin != kDeclarativePlugin && !isUnknown(root_, "plugin")) return;
        const bool is_map_unknown = isUnknown(root_, "map") || isUnknown(root_, "jq");
        const bool is_polling_unknown = isUnknown(root_, "polling");
        const YamlNode* notifications = given(root_, "notifications");
        const YamlNode* polling = given(root_, "polling");
        const char* mapped_by = given(root_, "jq") != nullptr ? "jq" : "map";
        const bool has_map = given(root_, mapped_by) != nullptr;
        const bool has_source = notifications != nullptr || polling != nullptr;
        if (has_source && !has_map && !is_map_unknown) {
            reporter_.atKey(
                *root_.findKey(notifications == nullptr ? "polling" : "notifications"),
                "there is no 'map' and no 'jq' that says which events these are"
            );
        }
        if (!has_source && has_map && !is_polling_unknown && !isUnknown(root_, "notifications")) {
            reporter_.atKey(
                *root_.findKey(mapped_by),
                fmt::format("'{}' has no records without 'notifications' or 'polling'", mapped_by)
            );
        }
        if (notifications == nullptr || textOf(*notifications, "marks") != "true") return;
        if (given(*notifications, "each") != nullptr && notifications->find("account") == nullptr)
            reporter_.warnAtKey(
                *notifications->findKey("each"),
                "of a webhook that only marks, 'each' tells nothing but its accounts",
                "give 'account', or leave 'each' out"
            );
        if (polling != nullptr || is_polling_unknown) return;
        reporter_.atKey(
            *notifications->findKey("marks"), "without 'polling' nobody would ask what has changed"
        );
    }

    void checkWebhook() {
        const YamlNode& events = *root_.find("events");
        const YamlNode& methods = *events.findKey("methods");
        if (isUnknown(events, "methods") || isUnknown(root_, "webhook")) return;
        // One that is misspelt is told, and may be meant for it.
        for (const std::string& method : manifest_.event_methods)
            if (method != "webhook" && method != "polling") return;
        const bool takes_webhooks = manifest_.webhook != WebhookScope::None;
        if (hasMethod("webhook") && !takes_webhooks) {
            reporter_.warnAtKey(
                methods,
                "no webhook is taken: 'webhook' does not say whose URL it comes to",
                "add 'webhook: app' or 'webhook: instance', or remove 'webhook' from 'methods'"
            );
        }
        if (takes_webhooks && !hasMethod("webhook")) {
            reporter_.warnAtKey(
                *root_.findKey("webhook"),
                "no instance takes webhooks: 'methods' of 'events' does not name them",
                "add 'webhook' to 'methods', or remove this"
            );
        }
        if (manifest_.plugin == kDeclarativePlugin) checkMethods();
        const bool has_source =
            root_.findKey("notifications") != nullptr || root_.findKey("polling") != nullptr;
        if (manifest_.plugin == kDeclarativePlugin && !has_source) {
            reporter_.warnAtKey(
                methods,
                "a connector without code hears of nothing unless it is told how",
                "add 'notifications:' and 'map:', or 'polling:' and 'map:'"
            );
        }
    }

    /// What a section says is there, and `methods` does not.
    void checkMethods() {
        const bool takes_webhooks = manifest_.webhook != WebhookScope::None;
        if (given(root_, "notifications") != nullptr && !takes_webhooks && !hasMethod("webhook")) {
            reporter_.warnAtKey(
                *root_.findKey("notifications"),
                "no webhook is taken: 'methods' of 'events' does not name them",
                "add 'webhook' to 'methods', and 'webhook: app' or 'webhook: instance'"
            );
        }
        if (given(root_, "polling") != nullptr && !hasMethod("polling")) {
            reporter_.warnAtKey(
                *root_.findKey("polling"),
                "the connector polls, and 'methods' of 'events' does not say so",
                "add 'polling' to 'methods'"
            );
        }
    }

    void warnOfRepeats(const YamlNode& mapping, std::string_view key) {
        std::set<std::string> seen;
        for (const auto& [node, text] : itemsOf(mapping, key)) {
            if (seen.insert(text).second) continue;
            reporter_.warnAtValue(
                *node,
                Visibility::Shown,
                fmt::format("'{}' stands in '{}' twice", text.substr(0, 80), key),
                "remove one of them"
            );
        }
    }

    void warnOfRepeats() {
        warnOfRepeats(root_, "egress");
        if (const YamlNode* oauth = given(root_, "oauth2")) warnOfRepeats(*oauth, "scopes");
        for (const char* key : {"object_types", "event_types", "methods"})
            warnOfRepeats(*root_.find("events"), key);
        const YamlNode* parameters = given(root_, "parameters");
        if (parameters == nullptr) return;
        for (const YamlNode& parameter : parameters->children) {
            warnOfRepeats(parameter, "values");
            warnOfRepeats(parameter, "profile");
        }
    }

    const YamlNode& root_;
    const ConnectorManifest& manifest_;
    Reporter& reporter_;
};

}  // namespace

bool areProfilesKnown(const YamlNode& root) {
    if (isUnknown(root, "authentication")) return false;
    const YamlNode* section = given(root, "authentication");
    if (section == nullptr) return true;
    const std::vector<YamlNode>& profiles = section->find("profiles")->children;
    return !isUnknown(*section, "profiles") &&
           std::none_of(profiles.begin(), profiles.end(), [](const YamlNode& profile) {
               return isUnknown(profile, "key");
           });
}

void checkManifest(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter) {
    ManifestChecks(root, manifest, reporter).run();
}

}  // namespace ferry::config
