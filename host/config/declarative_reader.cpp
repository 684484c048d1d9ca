#include "config/declarative_reader.h"

#include "base/json_writer.h"
#include "config/challenge_reader.h"
#include "config/constant_checks.h"
#include "config/expression_reader.h"
#include "config/jq_reader.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

namespace {

class SectionReader {
  public:
    explicit SectionReader(Reporter& reporter) : reporter_(reporter) {}

    std::string notifications(const YamlNode& node) {
        json_.clear();
        body_ = textOf(node, "body");
        is_body_known_ = !isUnknown(node, "body");
        json_.beginObject();
        copy(node, "body", "json");
        json_.key("verify").beginArray();
        const YamlNode& ways = *node.find("verify");
        for (const YamlNode& way : ways.children)
            verify(way);
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
            if (!each->isGap() && (body_ == "form" || body_ == "query"))
                say(*each, "a " + body_ + " has no list", "leave 'each' out, or write 'body: json'"
                );
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
    void copy(const YamlNode& node, std::string_view key, std::string_view otherwise = {}) {
        const std::string text = textOf(node, key);
        json_.field(key, text.empty() ? otherwise : std::string_view(text));
    }

    void verify(const YamlNode& node) {
        if (isUnknown(node, "method")) return;  // it says what the rest is for
        const std::string method = textOf(node, "method");
        const bool is_signature = method == "hmac" || method == "ed25519";
        const bool has_header = node.find("header") != nullptr;
        const bool has_query = node.find("query") != nullptr;
        if (is_signature && !has_header)
            reporter_.atKey(*node.findKey("method"), "'" + method + "' needs 'header'");
        const bool has_body = node.find("body") != nullptr;
        const bool is_place_known =
            !isUnknown(node, "header") && !isUnknown(node, "query") && !isUnknown(node, "body");
        if (method == "token" && is_place_known && has_header + has_query + has_body != 1)
            reporter_.atKey(*node.findKey("method"), "'token' needs 'header', 'query' or 'body'");
        for (const char* key :
             {"hash", "encoding", "signed", "timestamp_header", "separator", "tolerance"}) {
            const YamlNode* name = node.findKey(key);
            const bool fits = key == std::string_view("hash") ? method == "hmac" : is_signature;
            if (name != nullptr && !isUnknown(node, key) && !fits)
                reporter_.atKey(*name, fmt::format("'{}' has no use with '{}'", key, method));
        }
        json_.beginObject();
        copy(node, "method");
        copy(node, "hash", "sha256");
        copy(node, "header", method == "basic" ? "authorization" : "");
        for (const char* key : {"query", "prefix", "separator", "timestamp_header"})
            copy(node, key);
        if (const YamlNode* body = given(node, "body")) {
            json_.key("body");
            expression().readPointer(*body);
        }
        copy(node, "timestamp_prefix");
        copy(node, "encoding", "hex");
        copy(node, "secret_prefix");
        copy(node, "secret_encoding", "text");
        const auto tolerance = parseDuration(textOf(node, "tolerance"));
        json_.field("tolerance_ms", tolerance.value_or(std::chrono::minutes(5)).count());
        json_.key("signed");
        signedText(node);
        json_.endObject();
    }

    void signedText(const YamlNode& node) {
        if (isUnknown(node, "signed") || isUnknown(node, "timestamp_header")) {
            json_.null();
            return;
        }
        const YamlNode* text = node.find("signed");
        const YamlNode* header = node.findKey("timestamp_header");
        const bool has_time = text != nullptr && text->text.find("${timestamp}") != text->text.npos;
        if (has_time && header == nullptr) say(*text, "'${timestamp}' needs 'timestamp_header'");
        if (!has_time && header != nullptr)
            reporter_.atKey(
                *header,
                "a time that is not signed proves nothing",
                "put ${timestamp} into 'signed'"
            );
        const bool is_query = body_ == "query";
        const std::string_view whole = is_query ? "${url}" : "${body}";
        const auto has = [&](std::string_view source) {
            return text->text.find(source) != text->text.npos;
        };
        if (text != nullptr && is_body_known_ && body_ != "form" && has("${form}"))
            say(*text, "'${form}' is of a form", "write 'body: form' beside 'verify'");
        const bool is_form_signed = text != nullptr && body_ == "form" && has("${form}");
        if (text != nullptr && is_body_known_ && !is_form_signed && !has(whole))
            say(*text,
                is_query ? "the query is not signed" : "the body is not signed",
                fmt::format("put {} into 'signed'", whole));
        if (text == nullptr) {
            json_.beginObject().field("name", is_query ? "url" : "body").endObject();
        } else {
            expression(SourceSet::Signed).readTemplate(*text);
        }
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
    std::string body_;  // of the notifications
    bool is_body_known_ = true;
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
