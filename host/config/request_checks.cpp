#include "config/request_checks.h"

#include "base/ascii.h"
#include "config/access_checks.h"
#include "config/address_checks.h"
#include "config/header_lines.h"
#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

namespace {

constexpr std::string_view kParameter = "config:";
constexpr std::string_view kBaseUrl = "base_url:";
constexpr std::string_view kWebhookSecret = "webhook.secret";

/// What the hub's own client writes (host/http/curl_transfer.cpp): a request that has one of them
/// is not sent.
bool isOfTransport(std::string_view header) {
    constexpr std::array<std::string_view, 5> kNames = {
        "host", "content-length", "transfer-encoding", "connection", "accept-encoding"};
    return std::find(kNames.begin(), kNames.end(), lowerAscii(header)) != kNames.end();
}

constexpr const char* kHeaderSuggestion = "a name is letters, digits and '-'";

std::string notHeader(std::string_view name) {
    return fmt::format("HTTP has no header with the name '{}'", name.substr(0, 80));
}

class RequestChecks {
  public:
    RequestChecks(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter)
        : root_(root),
          manifest_(manifest),
          reporter_(reporter),
          are_parameters_known_(areParametersKnown(root)) {}

    void run() {
        const YamlNode* oauth = given(root_, "oauth2");
        const YamlNode* token_url = oauth == nullptr ? nullptr : given(*oauth, "token_url");
        // What it begins with beside https:// is told already.
        if (token_url != nullptr && token_url->text.starts_with("https://"))
            checkAddress(*token_url, root_, manifest_, reporter_);
        if (const YamlNode* section = given(root_, "authorization")) authorization(*section);
        if (const YamlNode* section = given(root_, "notifications")) notifications(*section);
        if (const YamlNode* section = given(root_, "subscription")) {
            requests(*section, {"start", "create", "renew", "delete"});
            if (given(*section, "secret") != nullptr) givenSecret();
        }
        const YamlNode* polling = given(root_, "polling");
        const YamlNode* resources = polling == nullptr ? nullptr : given(*polling, "resources");
        if (resources == nullptr) return;
        for (const YamlNode& resource : resources->children)
            requests(resource, {"start", "list", "changes"});
    }

  private:
    void authorization(const YamlNode& section) {
        requests(section, {"check"});
        for (const char* key : {"account", "label"})
            if (const YamlNode* value = given(section, key)) expression(*value);
        const YamlNode* label = given(section, "label");
        if (label != nullptr && label->isScalar() &&
            (label->text.starts_with("token:") || label->text.starts_with("id_token:")))
            reporter_.warnAtValue(
                *label,
                Visibility::Shown,
                "the answer of the token endpoint is not there any more when 'label' is looked for",
                "take it from the answer to 'check'"
            );
        for (const char* key : {"authorize_params", "token_params"})
            if (const YamlNode* templates = given(section, key)) texts(*templates);
        if (const YamlNode* key = given(section, "api_key")) {
            parameter(key->text, *key);
            openKey(*key);
        }
    }

    /// The parameter of this key in the file; nullptr if there is none.
    const YamlNode* declared(std::string_view key) const {
        const YamlNode* list = given(root_, "parameters");
        if (list == nullptr) return nullptr;
        for (const YamlNode& item : list->children)
            if (textOf(item, "key") == key) return &item;
        return nullptr;
    }

    /// What is not secret is shown, and stored as it is.
    void openKey(const YamlNode& key) {
        const YamlNode* item = declared(key.text);
        if (item == nullptr || isUnknown(*item, "secret") || textOf(*item, "secret") == "true")
            return;
        reporter_.warnAtValue(
            *item->find("key"),
            Visibility::Shown,
            "this parameter is the access token, and everybody may see it",
            "add 'secret: true'"
        );
    }

    void notifications(const YamlNode& section) {
        const YamlNode* ways = given(section, "verify");
        if (ways == nullptr) return;
        for (const YamlNode& way : ways->children) {
            for (const char* key : {"header", "timestamp_header"}) {
                const YamlNode* name = given(way, key);
                if (name == nullptr || isHeaderName(name->text)) continue;
                reporter_.atValue(
                    *name, Visibility::Shown, notHeader(name->text), kHeaderSuggestion
                );
            }
        }
    }

    /// What the provider gives nobody has to write down.
    void givenSecret() {
        const YamlNode* item = declared(kWebhookSecret);
        if (item == nullptr) return;
        reporter_.atValue(
            *item->find("key"),
            Visibility::Shown,
            "the provider gives the secret of webhooks, as 'secret' of 'subscription' says",
            "remove this parameter, or that key"
        );
    }

    void requests(const YamlNode& section, std::initializer_list<const char*> keys) {
        for (const char* key : keys)
            if (const YamlNode* asked = given(section, key)) request(*asked);
    }

    void request(const YamlNode& node) {
        if (const YamlNode* url = given(node, "url"))
            checkAddress(*url, root_, manifest_, reporter_);
        for (const char* key : {"url", "body", "query", "headers", "form", "basic"})
            if (const YamlNode* templates = given(node, key)) texts(*templates);
        const YamlNode* headers = given(node, "headers");
        for (std::size_t i = 0; headers != nullptr && i < headers->entryCount(); ++i)
            checkHeaderName(headers->key(i), reporter_);
    }

    /// Of each template in a text, mapping or list.
    void texts(const YamlNode& node) {
        if (node.isScalar() && !node.isGap()) sources(node);
        if (node.isSequence())
            for (const YamlNode& item : node.children)
                texts(item);
        for (std::size_t i = 0; i < node.entryCount(); ++i)
            texts(node.value(i));
    }

    /// Of every `${...}` in a template.
    void sources(const YamlNode& text) {
        std::string_view rest = text.text;
        for (std::size_t at = rest.find("${"); at != rest.npos; at = rest.find("${")) {
            rest.remove_prefix(at + 2);
            source(rest.substr(0, std::min(rest.find('}'), rest.size())), text);
        }
    }

    void expression(const YamlNode& node) {
        if (node.isScalar() && !node.isGap()) {
            source(node.text, node);
            sources(node);
        }
        for (const YamlNode& item : node.children)
            if (node.isSequence()) expression(item);
        for (std::size_t i = 0; i < node.entryCount(); ++i) {
            const std::string_view key = node.key(i).text;
            const YamlNode& value = node.value(i);
            if (key == "const" || key == "lookup" || key == "as") continue;
            if (key != "when") {
                expression(value);
                continue;
            }
            for (std::size_t test = 0; test < value.entryCount(); ++test)
                source(value.key(test).text, value.key(test));
        }
    }

    void source(std::string_view source, const YamlNode& at) {
        if (source.starts_with(kParameter)) parameter(source.substr(kParameter.size()), at);
        if (source.starts_with(kBaseUrl)) baseUrl(source.substr(kBaseUrl.size()), at);
    }

    void parameter(std::string_view name, const YamlNode& at) {
        const FieldTable& known = manifest_.parameters;
        const bool is_known =
            known.find(name) != nullptr || name == manifest_.authentication_parameter;
        if (name.empty() || is_known || !are_parameters_known_) return;
        std::string meant = known.suggestionFor(name);
        reporter_.atValue(
            at,
            Visibility::Shown,
            fmt::format("there is no parameter '{}'", name.substr(0, 80)),
            meant.empty() ? "declare it in 'parameters'" : std::move(meant)
        );
    }

    void baseUrl(std::string_view name, const YamlNode& at) {
        const YamlNode* urls = root_.find("base_urls");
        const bool is_known = urls != nullptr && (urls->isGap() || urls->find(name) != nullptr);
        if (name.empty() || is_known) return;
        std::vector<std::string_view> names;
        for (const auto& [known, url] : manifest_.base_urls)
            names.push_back(known);
        std::string meant = didYouMean(name, names);
        reporter_.atValue(
            at,
            Visibility::Shown,
            fmt::format("there is no base URL '{}'", name.substr(0, 80)),
            meant.empty() ? "declare it in 'base_urls'" : std::move(meant)
        );
    }

    const YamlNode& root_;
    const ConnectorManifest& manifest_;
    Reporter& reporter_;
    const bool are_parameters_known_;
};

}  // namespace

void checkHeaderName(const YamlNode& name, Reporter& reporter) {
    if (name.isGap()) return;
    if (!isHeaderName(name.text)) {
        reporter.atKey(name, notHeader(name.text), kHeaderSuggestion);
    } else if (isOfTransport(name.text)) {
        reporter.atKey(
            name, fmt::format("the hub sets the header '{}' itself", name.text), "leave it out"
        );
    }
}

void checkRequests(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter) {
    RequestChecks(root, manifest, reporter).run();
}

}  // namespace ferry::config
