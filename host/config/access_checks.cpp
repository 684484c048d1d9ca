#include "config/access_checks.h"

#include "config/manifest_checks.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace ferry::config {

namespace {

constexpr const char* kAppKey = "oauth.api.key";
constexpr const char* kAppSecret = "oauth.api.secret";
constexpr const char* kWebhookSecret = "webhook.secret";

/// The first text of a request in it that has the token.
const YamlNode* tokenIn(const YamlNode& node) {
    if (node.isScalar())
        return node.text.find("${access_token}") == node.text.npos ? nullptr : &node;
    for (const YamlNode& child : node.children)
        if (const YamlNode* found = tokenIn(child)) return found;
    return nullptr;
}

class AccessChecks {
  public:
    AccessChecks(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter)
        : root_(root), manifest_(manifest), reporter_(reporter) {}

    void run() {
        const YamlNode* notifications = given(root_, "notifications");
        if (areParametersKnown(root_)) {
            app();
            if (notifications != nullptr) webhookSecret(*notifications);
        }
        if (areProfilesKnown(root_)) token();
        if (notifications != nullptr) account(*notifications);
    }

  private:
    bool hasProfile(std::string_view key) const {
        return std::any_of(
            manifest_.profiles.begin(),
            manifest_.profiles.end(),
            [&](const auto& profile) { return profile.key == key; }
        );
    }
    bool hasParameter(std::string_view key) const {
        return manifest_.parameters.find(key) != nullptr;
    }

    /// Without it no instance can be declared: a parameter that nobody declares is refused.
    void app() {
        const YamlNode* key = root_.findKey("oauth2");
        if (key == nullptr || given(root_, "oauth2") == nullptr) return;
        if (areProfilesKnown(root_) && !hasProfile("oauth2")) return;  // told elsewhere
        if (!hasParameter(kAppKey))
            reporter_.atKey(
                *key,
                fmt::format("no instance can say which app it is: '{}' is no parameter", kAppKey),
                fmt::format(
                    "add {{key: {}, type: string, required: true, ...}} to 'parameters', and '{}' "
                    "with 'secret: true'",
                    kAppKey,
                    kAppSecret
                )
            );
        else if (!hasParameter(kAppSecret))
            reporter_.warnAtKey(
                *key,
                fmt::format("the app proves itself with nothing: '{}' is no parameter", kAppSecret),
                fmt::format(
                    "add {{key: {}, type: string, secret: true, ...}} to 'parameters'", kAppSecret
                )
            );
    }

    void webhookSecret(const YamlNode& notifications) {
        const YamlNode* ways = given(notifications, "verify");
        if (ways == nullptr || ways->children.empty()) return;
        const YamlNode* subscription = given(root_, "subscription");
        const bool is_given = isUnknown(root_, "subscription") ||
                              (subscription != nullptr && subscription->find("secret") != nullptr);
        if (is_given || hasParameter(kWebhookSecret) || hasParameter(kAppSecret)) return;
        reporter_.atKey(
            *notifications.findKey("verify"),
            "no instance has a secret, and each webhook would be refused",
            fmt::format(
                "add {{key: {}, type: string, secret: true, required: true, ...}} to 'parameters'",
                kWebhookSecret
            )
        );
    }

    /// `${access_token}`, where nothing gives one.
    void token() {
        const YamlNode* authorization = given(root_, "authorization");
        if (isUnknown(root_, "authorization")) return;
        const bool has_key = authorization != nullptr && authorization->find("api_key") != nullptr;
        const bool has_some = hasProfile("oauth2") || (hasProfile("apiKey") && has_key);
        const bool lacks_key = hasProfile("apiKey") && !has_key;
        if (has_some && !lacks_key) return;
        for (const char* section : {"authorization", "subscription", "polling"}) {
            const YamlNode* node = given(root_, section);
            const YamlNode* text = node == nullptr ? nullptr : tokenIn(*node);
            if (text == nullptr) continue;
            reporter_.atValue(
                *text,
                Visibility::Shown,
                lacks_key ? "with the profile 'apiKey' there is no '${access_token}' here"
                          : "there is no '${access_token}': 'authentication' has no profile that "
                            "gives one",
                lacks_key ? "say with 'api_key' of 'authorization' which parameter it is"
                          : "add the profile 'oauth2', or 'apiKey' with 'api_key' of "
                            "'authorization'; or write ${config:name of a parameter}"
            );
            return;
        }
    }

    void account(const YamlNode& notifications) {
        if (isUnknown(notifications, "account") || isUnknown(root_, "webhook")) return;
        const YamlNode* account = given(notifications, "account");
        if (account == nullptr) {
            if (manifest_.webhook == WebhookScope::App)
                reporter_.warnAtKey(
                    *root_.findKey("notifications"),
                    "all instances have one URL, and nothing says whose a webhook is",
                    "give 'account', or write 'webhook: instance'"
                );
            return;
        }
        const YamlNode* authorization = given(root_, "authorization");
        const bool is_known = !isUnknown(root_, "authorization") &&
                              (authorization == nullptr || !isUnknown(*authorization, "account"));
        if (!is_known || (authorization != nullptr && given(*authorization, "account") != nullptr))
            return;
        reporter_.warnAtValue(
            *account,
            Visibility::Shown,
            "no instance has this account: 'authorization' does not say which one it is of",
            "give 'authorization' an 'account'"
        );
    }

    const YamlNode& root_;
    const ConnectorManifest& manifest_;
    Reporter& reporter_;
};

}  // namespace

bool areParametersKnown(const YamlNode& root) {
    if (isUnknown(root, "parameters")) return false;
    const YamlNode* list = given(root, "parameters");
    return list == nullptr ||
           std::none_of(list->children.begin(), list->children.end(), [](const YamlNode& item) {
               return item.isGap() || isUnknown(item, "key");
           });
}

void checkAccess(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter) {
    AccessChecks(root, manifest, reporter).run();
}

}  // namespace ferry::config
