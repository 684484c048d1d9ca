// The tables of the sections of connectors without code.
#include "config/declarative_reader.h"
#include "config/request_fields.h"
#include "config/table_field.h"

namespace ferry::config {

namespace {

const FieldTable& verifyFields() {
    static const FieldTable table("a way of 'verify'", [] {
        std::vector<Field> fields{
            oneOf(
                field("method", ValueType::Enum, "how the provider proves that it is the sender"),
                {"hmac", "token", "basic", "ed25519"}
            ),
            byDefault(
                oneOf(field("hash", ValueType::Enum, "of the HMAC"), {"sha1", "sha256", "sha512"}),
                "sha256"
            ),
            field("header", ValueType::String, "that has the signature or token"),
            field("query", ValueType::String, "parameter of the URL that has the token"),
            field("body", ValueType::String, "pointer to the token in the body"),
            field("prefix", ValueType::String, "before the signature or token"),
            field("separator", ValueType::String, "between several signatures in the header"),
            byDefault(
                oneOf(
                    field("encoding", ValueType::Enum, "of the signature"),
                    {"hex", "base64", "base64url"}
                ),
                "hex"
            ),
            byDefault(field("signed", ValueType::String, "template of what is signed"), "${body}"),
            field("timestamp_header", ValueType::String, "that has the time of ${timestamp}"),
            field("timestamp_prefix", ValueType::String, "before the time, in its header"),
            field("timestamp_body", ValueType::String, "pointer to the time in the signed body"),
            [] {
                Field made = field("tolerance", ValueType::Duration, "how old or new it may be");
                made.min = 1'000;  // within less than that no webhook comes
                return byDefault(std::move(made), "5m");
            }(),
            field("secret_prefix", ValueType::String, "of the secret, that is left out"),
            byDefault(
                oneOf(
                    field("secret_encoding", ValueType::Enum, "of the secret"),
                    {"text", "hex", "base64"}
                ),
                "text"
            ),
        };
        fields.front().is_required = true;
        return fields;
    }());
    return table;
}

const FieldTable& crcFields() {
    static const FieldTable table("'crc'", [] {
        Field token = formed("token", AnyForm::Expression, "what of the request is signed");
        token.is_required = true;
        return std::vector<Field>{
            token,
            byDefault(
                oneOf(field("hash", ValueType::Enum, "of the HMAC"), {"sha1", "sha256", "sha512"}),
                "sha256"
            ),
            byDefault(
                oneOf(
                    field("encoding", ValueType::Enum, "of the signature"),
                    {"hex", "base64", "base64url"}
                ),
                "base64"
            ),
        };
    }());
    return table;
}

std::optional<ValueProblem> checkStatus(std::string_view text) {
    const auto status = parseInteger(text);
    if (status == 200 || status == 201 || status == 202 || status == 204) return std::nullopt;
    return ValueProblem{"is no status of a challenge", "write 200, 201, 202 or 204"};
}

const FieldTable& challengeFields() {
    static const FieldTable table("a challenge", [] {
        Field reply =
            formed("reply", AnyForm::Expression, "what is answered: a source, or a template");
        reply.is_required = true;
        Field status = byDefault(
            field("status", ValueType::Integer, "of the answer: 200, 201, 202 or 204"), "200"
        );
        status.check = checkStatus;
        return std::vector<Field>{
            oneOf(field("method", ValueType::Enum, "of the request; default any"), {"GET", "POST"}),
            formed(
                "when", AnyForm::Condition, "which requests are one; default: the reply has a value"
            ),
            reply,
            within(
                field("crc", ValueType::Object, "a token that is signed with the secret: ${crc}"),
                crcFields()
            ),
            status,
            byDefault(field("content_type", ValueType::String, "of the answer"), "text/plain"),
            formed("headers", AnyForm::ExpressionMap, "of the answer; each has to have a value"),
            byDefault(
                field("verified", ValueType::Boolean, "the request has to pass 'verify' first"),
                "false"
            ),
        };
    }());
    return table;
}

}  // namespace

const FieldTable& notificationFields() {
    static const FieldTable table("'notifications'", [] {
        Field verify = field("verify", ValueType::ObjectList, "ways to verify; one must hold");
        verify.table = &verifyFields();
        verify.is_required = true;
        Field challenges = field("challenges", ValueType::ObjectList, "questions of the provider");
        challenges.table = &challengeFields();
        return std::vector<Field>{
            verify,
            challenges,
            formed("account", AnyForm::Expression, "whose it is; left out: the URL tells"),
            formed(
                "id", AnyForm::Expression, "the provider's id of it: what comes twice counts once"
            ),
            field("each", ValueType::String, "pointer to a list of which each item is a change"),
            byDefault(
                oneOf(
                    field("body", ValueType::Enum, "where the notification is, and its form"),
                    {"json", "form", "query"}
                ),
                "json"
            ),
            byDefault(
                field(
                    "marks",
                    ValueType::Boolean,
                    "it says only that something changed, and the provider is asked what"
                ),
                "false"
            ),
        };
    }());
    return table;
}

const FieldTable& mapRuleFields() {
    static const FieldTable table("a rule of 'map'", [] {
        constexpr AnyForm kValue = AnyForm::Expression;
        return std::vector<Field>{
            formed("when", AnyForm::Condition, "the condition of the rule; left out: always"),
            field("ignore", ValueType::Any, "why such a notification is no event"),
            oneOf(
                formed("event", kValue, "what happened; no value: no event"),
                {"created", "updated", "deleted", "moved", "restored", "changed"}
            ),
            formed("type", kValue, "what the object is: file, folder, or a word of its own"),
            formed("id", kValue, "the provider's id of the object"),
            formed("name", kValue, "for people"),
            formed("path", kValue, "where it is, to show"),
            formed("previous_path", kValue, "where it was, of moved"),
            formed("revision", kValue, "its version"),
            formed("content_hash", kValue, "of its content"),
            formed("size", kValue, "bytes"),
            formed("created", kValue, "time"),
            formed("modified", kValue, "time"),
            formed("modified_by", kValue, "who did it"),
            formed("occurred", kValue, "time of the event"),
            formed("properties", AnyForm::ExpressionMap, "what else is told, by name"),
        };
    }());
    return table;
}

const FieldTable& authorizationFields() {
    static const FieldTable check("'check'", requestFields({"GET", "POST"}));
    static const FieldTable table("'authorization'", [] {
        Field asked =
            field("check", ValueType::Object, "a request that tells whose tokens they are");
        asked.table = &check;
        return std::vector<Field>{
            byDefault(
                oneOf(
                    field("client", ValueType::Enum, "how the app proves itself"),
                    {"header", "body"}
                ),
                "header"
            ),
            byDefault(
                oneOf(
                    field("token_format", ValueType::Enum, "of token requests"), {"form", "json"}
                ),
                "form"
            ),
            byDefault(field("scope_separator", ValueType::String, "between scopes"), " "),
            byDefault(
                oneOf(
                    field("grant", ValueType::Enum, "how tokens are got"),
                    {"authorization_code", "client_credentials"}
                ),
                "authorization_code"
            ),
            field(
                "authorize_params",
                ValueType::StringMap,
                "templates of further parameters of the consent"
            ),
            field(
                "token_params", ValueType::StringMap, "templates of further ones of token requests"
            ),
            field("api_key", ValueType::String, "the parameter that has the access token"),
            asked,
            formed("account", AnyForm::Expression, "the account's id, as webhooks name it"),
            formed("label", AnyForm::Expression, "its name for people"),
        };
    }());
    return table;
}

}  // namespace ferry::config
