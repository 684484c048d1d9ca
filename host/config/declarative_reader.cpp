#include "config/declarative_reader.h"

#include "base/json_writer.h"
#include "config/challenge_reader.h"
#include "config/constant_checks.h"
#include "config/expression_reader.h"
#include "config/jq_reader.h"
#include "config/node_reader.h"
#include "config/verify_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

namespace {

class SectionReader {
  public:
    explicit SectionReader(Reporter& reporter) : reporter_(reporter) {}

    std::string notifications(const YamlNode& node) {
        json_.clear();
        const NotificationBody body{textOf(node, "body"), !isUnknown(node, "body")};
        json_.beginObject();
        copyText(json_, node, "body", "json");
        json_.key("verify").beginArray();
        const YamlNode& ways = *node.find("verify");
        for (const YamlNode& way : ways.children)
            writeVerification(way, body, reporter_, json_);
        if (ways.children.empty() && !isUnknown(node, "verify"))
            say(ways, "nothing proves that the provider is the sender");
        json_.endArray().key("challenges").beginArray();
        if (const YamlNode* list = node.find("challenges")) {
            for (const YamlNode& challenge : list->children)
                needs_secret_ = writeChallenge(challenge, reporter_, json_) || needs_secret_;
        }
        json_.endArray();
        for (const char* key : {"account", "id"}) {
            const YamlNode* value = node.find(key);
            if (value == nullptr || value->isNull()) continue;
            json_.key(key);
            expression().read(*value);
            refuseConstants(
                *value,
                {.sources = SourceSet::Webhook,
                 .every = "webhook",
                 .may_be_meant = key == std::string_view("account"),
                 .is_never_good = key == std::string_view("id")},
                reporter_
            );
        }
        if (const YamlNode* each = node.find("each"); each != nullptr && !each->isNull()) {
            if (!each->isGap() && (body.form == "form" || body.form == "query"))
                say(*each,
                    "a " + body.form + " has no list",
                    "leave 'each' out, or write 'body: json'");
            json_.key("each");
            expression().readPointer(*each);
        }
        json_.field("marks", textOf(node, "marks") == "true");
        return json_.endObject().take();
    }

    std::string map(const YamlNode& node) {
        json_.clear();
        json_.beginArray();
        if (!node.isSequence() || node.children.empty())
            say(node, "'map' takes a list of rules", "write each as '- event: ...'");
        if (node.children.size() > kMapRulesMax)
            say(node, fmt::format("'map' has more than {} rules", kMapRulesMax));
        for (const YamlNode& item : node.children) {
            if (!node.isSequence()) break;
            if (item.isMapping())
                rule(item);
            else
                say(item, "a rule is a mapping", "write '- event: ...'");
        }
        return json_.endArray().take();
    }

    /// A challenge is signed, or has to be.
    bool needsSecret() const { return needs_secret_; }

  private:
    ExpressionReader expression(SourceSet sources = SourceSet::Webhook) {
        return {reporter_, json_, sources};
    }
    void say(const YamlNode& at, std::string message, std::string suggestion = {}) {
        reporter_.atValue(at, Visibility::Shown, std::move(message), std::move(suggestion));
    }

    void rule(const YamlNode& node) {
        const std::size_t before = reporter_.errorCount();
        validateMapping(node, mapRuleFields(), reporter_);
        // What is missing may be what an unknown key means.
        const bool are_keys_known = reporter_.errorCount() == before;
        json_.beginObject();
        if (const YamlNode* when = node.find("when"); when != nullptr && !when->isNull()) {
            json_.key("when");
            expression().readCondition(*when);
        }
        const YamlNode* ignore = node.find("ignore");
        const YamlNode* event = node.find("event");
        if ((ignore == nullptr) == (event == nullptr) && (are_keys_known || ignore != nullptr))
            reporter_.atKey(node, "a rule has either 'event' or 'ignore'");
        if (event != nullptr && ignore == nullptr && are_keys_known && node.find("id") == nullptr)
            reporter_.atKey(*node.findKey("event"), "an event needs the 'id' of its object");
        if (ignore != nullptr && !ignore->isScalar() && !ignore->isNull())
            say(*ignore, "'ignore' takes one text, which says why");
        if (ignore != nullptr)
            json_.field("ignore", ignore->text);
        else
            values(node);
        json_.endObject();
    }

    void values(const YamlNode& node) {
        const std::vector<std::string>& events = mapRuleFields().find("event")->values;
        for (std::size_t entry = 0; entry < node.entryCount(); ++entry) {
            const std::string& key = node.key(entry).text;
            const YamlNode& value = node.value(entry);
            const bool is_known = mapRuleFields().find(key) != nullptr;
            if (!is_known || key == "when" || key == "ignore" || value.isNull()) continue;
            json_.key(key);
            if (key == "properties") {
                properties(value);
            } else if (key == "event") {
                expression().read(value, events);
            } else {
                expression().read(value);
            }
        }
    }

    void properties(const YamlNode& node) {
        json_.beginObject();
        if (!node.isMapping()) say(node, "'properties' takes a mapping of names to expressions");
        for (std::size_t entry = 0; entry < node.entryCount(); ++entry) {
            json_.key(node.key(entry).text);
            expression().read(node.value(entry));
        }
        json_.endObject();
    }

    Reporter& reporter_;
    JsonWriter json_;
    bool needs_secret_ = false;
};

}  // namespace

void readDeclarative(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest) {
    const YamlNode* notifications = given(root, "notifications");
    const YamlNode* map = given(root, "map");
    const YamlNode* polling = given(root, "polling");
    // Unless it can be told that it is not: then these sections say that it is meant.
    const bool is_declarative = manifest.plugin == kDeclarativePlugin || isUnknown(root, "plugin");
    for (const char* key :
         {"notifications", "polling", "subscription", "map", "jq", "authorization"}) {
        if (is_declarative || root.findKey(key) == nullptr || isUnknown(root, key)) continue;
        reporter.atKey(
            *root.findKey(key),
            fmt::format("'{}' is for connectors without code", key),
            "write 'plugin: declarative', or put it into the plugin"
        );
    }
    if (!is_declarative) return;
    manifest.brings_changes = notifications != nullptr && textOf(*notifications, "marks") != "true";
    SectionReader reader(reporter);
    manifest.settings.emplace_back(
        "authorization", readAuthorization(given(root, "authorization"), reporter, manifest)
    );
    if (notifications != nullptr)
        manifest.settings.emplace_back("notifications", reader.notifications(*notifications));
    manifest.signs_challenges = reader.needsSecret();
    const bool has_instance_urls =
        manifest.webhook == WebhookScope::Instance || isUnknown(root, "webhook");
    if (manifest.signs_challenges && !has_instance_urls)
        reporter.atKey(
            *root.findKey("notifications"),
            "a challenge that is signed or verified needs the secret of the instance that the URL "
            "names",
            "write 'webhook: instance'"
        );
    if (const YamlNode* subscription = given(root, "subscription")) {
        if (notifications == nullptr && !isUnknown(root, "notifications"))
            reporter.atKey(
                *root.findKey("subscription"),
                "webhooks that are registered need 'notifications', which say how they are taken"
            );
        if (notifications != nullptr && !has_instance_urls)
            reporter.atKey(
                *root.findKey("subscription"),
                "the hub registers URLs of instances alone",
                "write 'webhook: instance'"
            );
        manifest.registers_webhooks = true;
        manifest.settings.emplace_back("subscription", readSubscription(*subscription, reporter));
    }
    if (polling != nullptr)
        manifest.settings.emplace_back("polling", readPolling(*polling, reporter, manifest));
    if (polling != nullptr && map != nullptr) checkPolledIds(*polling, *map, reporter);
    if (map != nullptr) manifest.settings.emplace_back("map", reader.map(*map));
    readJq(root, reporter, manifest);
}

}  // namespace ferry::config
