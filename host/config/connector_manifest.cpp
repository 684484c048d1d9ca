#include "config/connector_manifest.h"

#include "config/access_checks.h"
#include "config/connector_aliases.h"
#include "config/declarative_reader.h"
#include "config/manifest_checks.h"
#include "config/map_checks.h"
#include "config/node_reader.h"
#include "config/parameter_list.h"
#include "config/plugin_abi.h"
#include "config/request_checks.h"
#include "config/sound_shape.h"

#include <fmt/format.h>

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
        readParameters(root_, reporter_, manifest_);
        readDeclarative(root_, reporter_, manifest_);
        if (manifest_.plugin == kDeclarativePlugin || isUnknown(root_, "plugin")) {
            checkRequests(root_, manifest_, reporter_);
            checkMap(root_, manifest_, reporter_);
            checkAccess(root_, manifest_, reporter_);
        }
        checkManifest(root_, manifest_, reporter_);
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
        const YamlNode* abi = given(root_, "abi");
        if (abi == nullptr || manifest_.abi == kPluginAbi) return;
        reporter_.atValue(
            *abi,
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
            if (!isUnknown(root_, "authentication"))
                manifest_.profiles.push_back({"none", "No authorization", ""});
            return;
        }
        const YamlNode& authentication = *section;
        const std::string parameter = textOf(authentication, "parameter");
        if (!parameter.empty()) manifest_.authentication_parameter = parameter;
        const YamlNode& profiles = *authentication.find("profiles");
        for (const YamlNode& profile : profiles.children) {
            manifest_.profiles.push_back(
                {textOf(profile, "key"), textOf(profile, "name"), textOf(profile, "description")}
            );
        }
    }

    void readOauth() {
        const YamlNode* node = given(root_, "oauth2");
        if (node == nullptr) return;
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
        const bool is_grant_known =
            !isUnknown(root_, "authorization") &&
            (authorization == nullptr || !isUnknown(*authorization, "grant"));
        if (oauth.authorize_url.empty() && !manifest_.uses_client_credentials && is_grant_known &&
            !isUnknown(*node, "authorize_url"))
            reporter_.atKey(
                *root_.findKey("oauth2"), "the key 'authorize_url' is missing in 'oauth2'"
            );
        for (const char* key : {"authorize_url", "token_url", "revoke_url"}) {
            const YamlNode* url = node->find(key);
            if (url != nullptr && url->isScalar() && !url->isGap()) requireHttps(key, *url);
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
            if (value.isGap()) continue;
            UrlParts parts;
            std::string_view fault = checkUrl(value.text, parts);
            if (fault.empty() && parts.rest.find('?') != parts.rest.npos)
                fault = "has a query, and paths are put behind it";
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

    const YamlNode& root_;
    Reporter& reporter_;
    ConnectorManifest manifest_;
};

}  // namespace

std::optional<ConnectorManifest> readManifest(const YamlDocument& document, Diagnostics& out) {
    Diagnostics found;
    Reporter reporter(*document.source, found);
    BadValues bad;
    validateMapping(document.root, manifestFields(), reporter, bad);
    std::optional<ConnectorManifest> manifest;
    // The second pass relies on the shape that the first one has checked.
    if (found.hasErrors() || document.has_gaps) {
        const YamlNode sound = soundCopy(document.root, manifestFields(), bad);
        ManifestReader(sound, reporter).read();
    } else {
        manifest = ManifestReader(document.root, reporter).read();
        manifest->source = document.source->name();
    }
    if (found.hasErrors()) manifest.reset();
    out.addAll(std::move(found));
    return manifest;
}

}  // namespace ferry::config
