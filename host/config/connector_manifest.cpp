#include "config/connector_manifest.h"

#include "config/connector_aliases.h"
#include "config/declarative_reader.h"
#include "config/hub_parameters.h"
#include "config/manifest_parameter.h"
#include "config/node_reader.h"
#include "config/plugin_abi.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ferry::config {

namespace {

class ManifestReader {
  public:
    ManifestReader(const YamlNode& root, Reporter& reporter) : root_(root), reporter_(reporter) {}

    ConnectorManifest read() {
        readIdentity();
        readAuthentication();
        readOauth();
        readAddresses();
        readEvents();
        readParameters();
        readDeclarative(root_, reporter_, manifest_);
        return std::move(manifest_);
    }

  private:
    void readIdentity() {
        manifest_.key = textOf(root_, "key");
        readAliases(root_, reporter_, manifest_);
        manifest_.name = textOf(root_, "name");
        manifest_.description = textOf(root_, "description");
        manifest_.hub = textOf(root_, "hub");
        manifest_.version = textOf(root_, "version");
        manifest_.plugin = textOf(root_, "plugin");
        readAbi();
        if (const YamlNode* page = root_.find("documentation")) {
            manifest_.documentation_url = textOf(*page, "url");
            manifest_.documentation_date_read = textOf(*page, "date_read");
        }
        const std::string webhook = textOf(root_, "webhook");
        if (webhook == "app") manifest_.webhook = WebhookScope::App;
        if (webhook == "instance") manifest_.webhook = WebhookScope::Instance;
    }

    /// The library would be refused as well, but only where it is about to be loaded.
    void readAbi() {
        manifest_.abi = parseInteger(textOf(root_, "abi")).value_or(0);
        if (manifest_.abi == kPluginAbi) return;
        reporter_.atValue(
            *root_.find("abi"),
            Visibility::Shown,
            fmt::format(
                "this program has plugin ABI {}, and 'abi' is {}", kPluginAbi, manifest_.abi
            ),
            fmt::format(
                "write 'abi: {}' if the plugin is built for that; else it needs another version of "
                "the program",
                kPluginAbi
            )
        );
    }

    void readAuthentication() {
        const YamlNode* section = given(root_, "authentication");
        if (section == nullptr) {
            manifest_.profiles.push_back({"none", "No authorization", ""});
            return;
        }
        const YamlNode& authentication = *section;
        const std::string parameter = textOf(authentication, "parameter");
        if (!parameter.empty()) manifest_.authentication_parameter = parameter;
        for (const YamlNode& profile : authentication.find("profiles")->children) {
            manifest_.profiles.push_back(
                {textOf(profile, "key"), textOf(profile, "name"), textOf(profile, "description")}
            );
        }
    }

    void readOauth() {
        const YamlNode* node = root_.find("oauth2");
        if (node == nullptr || node->isNull()) return;
        OauthDescription oauth;
        oauth.authorize_url = textOf(*node, "authorize_url");
        oauth.token_url = textOf(*node, "token_url");
        oauth.revoke_url = textOf(*node, "revoke_url");
        oauth.scopes = listOf(*node, "scopes");
        oauth.has_pkce = parseBoolean(textOf(*node, "pkce")).value_or(oauth.has_pkce);
        oauth.expiry_margin =
            parseDuration(textOf(*node, "expiry_margin")).value_or(oauth.expiry_margin);
        const YamlNode* authorization = given(root_, "authorization");
        manifest_.uses_client_credentials =
            authorization != nullptr && textOf(*authorization, "grant") == "client_credentials";
        if (oauth.authorize_url.empty() && !manifest_.uses_client_credentials)
            reporter_.atKey(
                *root_.findKey("oauth2"), "the key 'authorize_url' is missing in 'oauth2'"
            );
        for (const char* key : {"authorize_url", "token_url", "revoke_url"}) {
            const YamlNode* url = node->find(key);
            if (url != nullptr && url->isScalar()) requireHttps(key, *url);
        }
        manifest_.oauth2 = std::move(oauth);
    }

    /// Tokens and app secrets go there.
    void requireHttps(std::string_view key, const YamlNode& url) {
        if (url.text.rfind("https://", 0) == 0) return;
        reporter_.atValue(
            url, Visibility::Shown, fmt::format("'{}' must begin with https://", key)
        );
    }

    void readAddresses() {
        static const YamlNode kNone;
        const YamlNode* given_urls = given(root_, "base_urls");
        const YamlNode& urls = given_urls == nullptr ? kNone : *given_urls;
        for (std::size_t entry = 0; entry < urls.entryCount(); ++entry) {
            const YamlNode& value = urls.value(entry);
            UrlParts parts;
            const std::string_view fault = checkUrl(value.text, parts);
            if (!fault.empty()) {
                reporter_.atValue(
                    value,
                    Visibility::Shown,
                    fmt::format("the base URL '{}' {}", urls.key(entry).text, fault)
                );
            }
            std::string url = value.text;
            while (!url.empty() && url.back() == '/')
                url.pop_back();
            manifest_.base_urls.emplace(urls.key(entry).text, std::move(url));
        }
        manifest_.egress = listOf(root_, "egress");
        const auto egress =
            Pattern::compile("([*][.])?[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*(:[0-9]+)?");
        for (const auto& [node, host] : itemsOf(root_, "egress")) {
            if (egress && egress->matches(host)) continue;
            reporter_.atValue(
                *node,
                Visibility::Shown,
                fmt::format("'{}' in 'egress' is not a host name", host.substr(0, 80)),
                "write for example api.example.com or *.example.com"
            );
        }
    }

    void readEvents() {
        const YamlNode& events = *root_.find("events");
        manifest_.object_types = listOf(events, "object_types");
        manifest_.event_types = listOf(events, "event_types");
        manifest_.event_methods = listOf(events, "methods");
        requireKnown(events, "event_types", {"CREATED", "UPDATED", "DELETED", "MOVED"});
        requireKnown(events, "methods", {"webhook", "polling"});
    }

    void requireKnown(
        const YamlNode& mapping, std::string_view key, std::vector<std::string> values
    ) {
        Field item;
        item.key = key;
        item.type = ValueType::Enum;
        item.values = std::move(values);
        std::string normal;
        for (const auto& [node, text] : itemsOf(mapping, key)) {
            if (auto problem = checkValue(item, text, normal)) {
                reporter_.atValue(
                    *node,
                    Visibility::Shown,
                    fmt::format("'{}' in '{}' {}", text.substr(0, 80), key, problem->message),
                    std::move(problem->suggestion)
                );
            }
        }
    }

    void readParameters() {
        std::vector<Field> fields;
        std::set<std::string> keys;
        static const YamlNode kNone;
        const YamlNode* declared = given(root_, "parameters");
        const YamlNode& list = declared == nullptr ? kNone : *declared;
        for (const YamlNode& node : list.children) {
            fields.push_back(readParameter(node, reporter_));
            if (!keys.insert(fields.back().key).second) {
                reporter_.atValue(
                    *node.find("key"),
                    Visibility::Shown,
                    fmt::format("the parameter '{}' stands here twice", fields.back().key)
                );
            }
        }
        addHubParameters(hubParameters(), fields, keys, list);
        if (root_.findKey("polling") != nullptr)
            addHubParameters(pollingParameters(), fields, keys, list);
        for (std::size_t at = 0; at < list.children.size(); ++at) {
            checkLinks(fields[at], list.children[at], keys);
        }
        if (manifest_.profiles.size() > 1 && keys.count(manifest_.authentication_parameter) == 0) {
            reporter_.atFile(fmt::format(
                "there are several authentication profiles and no parameter '{}' to choose one",
                manifest_.authentication_parameter
            ));
        }
        manifest_.parameters =
            FieldTable(fmt::format("connector '{}'", manifest_.key), std::move(fields));
    }

    /// Those that the connector declares stay where it has them.
    void addHubParameters(
        const std::vector<Field>& added,
        std::vector<Field>& fields,
        std::set<std::string>& keys,
        const YamlNode& declared
    ) {
        for (const Field& field : added) {
            if (keys.insert(field.key).second) {
                fields.push_back(field);
                if (field.key == kObjectTypesFilter)
                    limitObjectTypes(fields.back(), manifest_.object_types);
                continue;
            }
            for (std::size_t at = 0; at < declared.children.size(); ++at) {
                if (fields[at].key != field.key) continue;
                checkSameType(fields[at], field, declared.children[at]);
                fields[at].check = field.check;
                fields[at].bytes_max = field.bytes_max;
            }
        }
    }

    void checkSameType(const Field& declared, const Field& field, const YamlNode& node) {
        const bool is_same = declared.type == field.type && declared.is_secret == field.is_secret &&
                             declared.values == field.values;
        if (is_same) return;
        reporter_.atValue(
            *node.find("type"),
            Visibility::Shown,
            fmt::format(
                "the hub reads '{}' itself, as {}{}",
                field.key,
                valueTypeName(field.type),
                field.is_secret ? ", secret" : ""
            ),
            "remove the parameter: every connector has it"
        );
    }

    void checkLinks(const Field& field, const YamlNode& node, const std::set<std::string>& keys) {
        for (const std::string& profile : field.profiles) {
            const bool is_known = std::any_of(
                manifest_.profiles.begin(),
                manifest_.profiles.end(),
                [&](const AuthenticationProfile& known) { return known.key == profile; }
            );
            if (is_known) continue;
            reporter_.atValue(
                *node.find("profile"),
                Visibility::Shown,
                fmt::format("there is no authentication profile '{}'", profile)
            );
        }
        if (field.depends_on && keys.count(field.depends_on->key) == 0) {
            reporter_.atValue(
                *node.find("depends_on")->find("key"),
                Visibility::Shown,
                fmt::format("there is no parameter '{}'", field.depends_on->key)
            );
        }
    }

    const YamlNode& root_;
    Reporter& reporter_;
    ConnectorManifest manifest_;
};

}  // namespace

std::optional<ConnectorManifest> readManifest(const YamlDocument& document, Diagnostics& out) {
    Diagnostics found;
    Reporter reporter(*document.source, found);
    validateMapping(document.root, manifestFields(), reporter);
    std::optional<ConnectorManifest> manifest;
    // The second pass relies on the shape that the first one has checked.
    if (!found.hasErrors() && !document.has_gaps) {
        manifest = ManifestReader(document.root, reporter).read();
        manifest->source = document.source->name();
    }
    if (found.hasErrors()) manifest.reset();
    out.addAll(std::move(found));
    return manifest;
}

}  // namespace ferry::config
