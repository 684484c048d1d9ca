// The table of connector.yaml; read by the validator, and by whoever writes a connector.
#include "config/connector_manifest.h"
#include "config/declarative_reader.h"
#include "config/jq_reader.h"
#include "config/table_field.h"

namespace ferry::config {

namespace {

Field required(Field made) {
    made.is_required = true;
    return made;
}

Field matching(Field made, const std::string& expression, std::string message) {
    made.pattern = Pattern::compile(expression).value_or(Pattern());
    made.pattern_message = std::move(message);
    return made;
}

/// The families of Open Connectors, and one for what has none.
std::vector<std::string> hubNames() {
    return {
        "collaboration",
        "crm",
        "documents",
        "ecommerce",
        "erp",
        "finance",
        "general",
        "helpdesk",
        "marketing",
        "messaging",
        "payment",
        "social"};
}

const FieldTable& documentationFields() {
    static const FieldTable table(
        "'documentation'",
        {
            required([] {
                Field link = field("url", ValueType::Url, "page of the provider or vendor");
                link.is_for_people = true;
                return link;
            }()),
            matching(
                field("date_read", ValueType::String, "when it was read"),
                "[0-9]{4}-[0-9]{2}-[0-9]{2}",
                "a date is written YYYY-MM-DD"
            ),
        }
    );
    return table;
}

const FieldTable& profileFields() {
    static const FieldTable table(
        "a profile of 'authentication'",
        {
            // The hub goes by these words.
            required(oneOf(
                field("key", ValueType::Enum, "value of the authentication parameter"),
                {"oauth2", "apiKey", "none"}
            )),
            required(field("name", ValueType::String, "name for people")),
            field("description", ValueType::String, "what the user needs"),
        }
    );
    return table;
}

const FieldTable& authenticationFields() {
    static const FieldTable table(
        "'authentication'",
        {
            field("parameter", ValueType::String, "the parameter that chooses the profile"),
            required(within(
                field("profiles", ValueType::ObjectList, "the ways to be authorised"),
                profileFields()
            )),
        }
    );
    return table;
}

const FieldTable& oauthFields() {
    static const FieldTable table(
        "'oauth2'",
        {
            field("authorize_url", ValueType::Url, "where the user consents"),
            required(field("token_url", ValueType::Url, "where codes become tokens")),
            field("revoke_url", ValueType::Url, "where tokens are given back"),
            field("scopes", ValueType::List, "scopes asked for by default"),
            byDefault(field("pkce", ValueType::Boolean, "whether PKCE (S256) is used"), "true"),
            byDefault(
                field("expiry_margin", ValueType::Duration, "refresh this long before expiry"), "5m"
            ),
        }
    );
    return table;
}

const FieldTable& eventFields() {
    static const FieldTable table(
        "'events'",
        {
            required(field("object_types", ValueType::List, "what events are about")),
            required(field("event_types", ValueType::List, "CREATED, UPDATED, DELETED, MOVED")),
            required(field("methods", ValueType::List, "webhook, polling")),
        }
    );
    return table;
}

const FieldTable& dependencyFields() {
    static const FieldTable table(
        "'depends_on'",
        {
            required(field("key", ValueType::String, "another parameter")),
            field("value", ValueType::String, "the value it must have; any if not given"),
        }
    );
    return table;
}

const FieldTable& parameterFields() {
    static const FieldTable table(
        "a parameter",
        {
            required(matching(
                field("key", ValueType::String, "dotted key in 'configuration'"),
                "[A-Za-z][A-Za-z0-9_]*([.][A-Za-z0-9_]+)*",
                "a key is words of letters, digits and '_' joined by dots"
            )),
            required(field("name", ValueType::String, "name for people")),
            required(field("description", ValueType::String, "what it does")),
            required(oneOf(field("type", ValueType::Enum, "its type"), parameterTypeNames())),
            byDefault(field("required", ValueType::Boolean, "whether it must be given"), "false"),
            field("default", ValueType::String, "value if none is given"),
            byDefault(field("secret", ValueType::Boolean, "never shown"), "false"),
            field("profile", ValueType::List, "authentication profiles it belongs to; default all"),
            within(
                field(
                    "depends_on", ValueType::Object, "counts only if another parameter has a value"
                ),
                dependencyFields()
            ),
            field("example", ValueType::String, "a good value"),
            field("pattern", ValueType::String, "POSIX extended expression for the whole value"),
            field("pattern_message", ValueType::String, "what the pattern wants, in words"),
            field("values", ValueType::List, "the values of an enum"),
            field("min", ValueType::String, "least integer, duration or size"),
            field("max", ValueType::String, "greatest integer, duration or size"),
        }
    );
    return table;
}

}  // namespace

const FieldTable& manifestFields() {
    static const FieldTable table(
        "connector.yaml",
        {
            required(matching(
                field("key", ValueType::String, "name in instance files and URLs"),
                "[a-z][a-z0-9-]{0,63}",
                "a key is small letters, digits and '-'"
            )),
            field("aliases", ValueType::List, "other keys and numbers that callers know it by"),
            required(field("name", ValueType::String, "name for people")),
            field("description", ValueType::String, "one or two sentences"),
            required(oneOf(field("hub", ValueType::Enum, "family of connectors"), hubNames())),
            required(field("version", ValueType::String, "version of the connector")),
            required(matching(
                field("plugin", ValueType::String, "the library, a file beside this one"),
                "[A-Za-z0-9_+-][A-Za-z0-9._+-]*[.]so|[a-z][a-z0-9-]*",
                "a plugin is the name of a .so file in the same folder, or 'declarative'"
            )),
            required([] {
                Field abi = field("abi", ValueType::Integer, "major version of the plugin ABI");
                abi.min = 1;
                abi.example = "1";
                return abi;
            }()),
            within(field("documentation", ValueType::Object, "source"), documentationFields()),
            within(
                field("authentication", ValueType::Object, "ways to be authorised"),
                authenticationFields()
            ),
            within(field("oauth2", ValueType::Object, "OAuth 2 of the provider"), oauthFields()),
            field("base_urls", ValueType::StringMap, "the provider's addresses by name"),
            field("egress", ValueType::List, "hosts the plugin's requests may reach"),
            oneOf(
                field("webhook", ValueType::Enum, "one URL per app or per instance"),
                {"app", "instance"}
            ),
            required(within(field("events", ValueType::Object, "what it reports"), eventFields())),
            within(
                field("parameters", ValueType::ObjectList, "what an instance configures"),
                parameterFields()
            ),
            within(
                field("notifications", ValueType::Object, "what webhooks say"), notificationFields()
            ),
            within(
                field("polling", ValueType::Object, "how the provider is asked for changes"),
                pollingFields()
            ),
            within(
                field("subscription", ValueType::Object, "how webhooks are registered there"),
                subscriptionFields()
            ),
            within(
                formed("map", AnyForm::Rules, "which events notifications are"), mapRuleFields()
            ),
            within(field("jq", ValueType::Object, "a program in place of 'map'"), jqFields()),
            within(
                field("authorization", ValueType::Object, "OAuth 2, keys and identity"),
                authorizationFields()
            ),
        }
    );
    return table;
}

}  // namespace ferry::config
