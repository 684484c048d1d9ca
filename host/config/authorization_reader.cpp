// The section 'authorization' of connectors without code.
#include "base/json_writer.h"
#include "config/constant_checks.h"
#include "config/declarative_reader.h"
#include "config/expression_reader.h"
#include "config/node_reader.h"
#include "config/request_fields.h"

namespace ferry::config {

namespace {

class AuthorizationReader {
  public:
    explicit AuthorizationReader(Reporter& reporter) : reporter_(reporter) {}

    std::string read(const YamlNode* node, const ConnectorManifest& manifest) {
        static const YamlNode kNone;
        const YamlNode& section = node == nullptr ? kNone : *node;
        json_.beginObject();
        if (manifest.oauth2) {
            json_.field("authorize_url", manifest.oauth2->authorize_url);
            json_.field("token_url", manifest.oauth2->token_url);
        }
        json_.key("base_urls").beginObject();
        for (const auto& [name, url] : manifest.base_urls)
            json_.field(name, url);
        json_.endObject();
        copyText(json_, section, "client", "header");
        copyText(json_, section, "token_format", "form");
        copyText(json_, section, "grant", "authorization_code");
        copyText(json_, section, "scope_separator", " ");
        copyText(json_, section, "api_key");
        for (const char* key : {"authorize_params", "token_params"})
            parameters(section, key);
        if (const YamlNode* asked = given(section, "check")) check(*asked);
        for (const char* key : {"account", "label"}) {
            const YamlNode* value = given(section, key);
            if (value == nullptr) continue;
            json_.key(key);
            expression().read(*value);
            if (key == std::string_view("account"))
                refuseConstants(
                    *value,
                    {.sources = SourceSet::Account, .every = "account", .may_be_meant = true},
                    reporter_
                );
        }
        return json_.endObject().take();
    }

  private:
    ExpressionReader expression(SourceSet sources = SourceSet::Account) {
        return {reporter_, json_, sources};
    }
    void parameters(const YamlNode& node, std::string_view key) {
        json_.key(key).beginObject();
        if (const YamlNode* texts = node.find(key)) {
            for (std::size_t entry = 0; entry < texts->entryCount(); ++entry) {
                if (texts->value(entry).isNull()) continue;
                json_.key(texts->key(entry).text);
                expression(SourceSet::Grant).readTemplate(texts->value(entry));
            }
        }
        json_.endObject();
    }

    void check(const YamlNode& node) {
        json_.key("check").beginObject();
        writeRequest(node, "GET", json_, reporter_, [this](const YamlNode& value) {
            expression().readTemplate(value);
        });
        json_.endObject();
    }

    Reporter& reporter_;
    JsonWriter json_;
};

}  // namespace

std::string readAuthorization(
    const YamlNode* node, Reporter& reporter, const ConnectorManifest& manifest
) {
    return AuthorizationReader(reporter).read(node, manifest);
}

}  // namespace ferry::config
