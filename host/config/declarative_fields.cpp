// The tables of the sections of connectors without code.
#include "config/declarative_reader.h"
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
            oneOf(
                field("hash", ValueType::Enum, "of the HMAC; default sha256"),
                {"sha1", "sha256", "sha512"}
            ),
            field("header", ValueType::String, "that has the signature or token"),
            field("query", ValueType::String, "parameter of the URL that has the token"),
            field("prefix", ValueType::String, "before the signature or token"),
            field("separator", ValueType::String, "between several signatures in the header"),
            oneOf(
                field("encoding", ValueType::Enum, "of the signature; default hex"),
                {"hex", "base64", "base64url"}
            ),
            field("signed", ValueType::String, "template of what is signed; default ${body}"),
            field("timestamp_header", ValueType::String, "that has the time of ${timestamp}"),
            field("timestamp_prefix", ValueType::String, "before the time, in its header"),
            field("tolerance", ValueType::Duration, "how old or new it may be; default 5m"),
            field("secret_prefix", ValueType::String, "of the secret, that is left out"),
            oneOf(
                field("secret_encoding", ValueType::Enum, "of the secret; default text"),
                {"text", "hex", "base64"}
            ),
        };
        fields.front().is_required = true;
        return fields;
    }());
    return table;
}

const FieldTable& challengeFields() {
    static const FieldTable table("a challenge", [] {
        Field reply = field("reply", ValueType::Any, "what is answered: a source, or a template");
        reply.is_required = true;
        return std::vector<Field>{
            oneOf(field("method", ValueType::Enum, "of the request; default any"), {"GET", "POST"}),
            field("when", ValueType::Any, "which requests are one; default: the reply has a value"),
            reply,
            field("content_type", ValueType::String, "of the answer; default text/plain"),
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
            field("account", ValueType::Any, "whose it is; left out: the URL tells"),
            field("id", ValueType::Any, "the provider's id of it: what comes twice counts once"),
            field("each", ValueType::String, "pointer to a list of which each item is a change"),
        };
    }());
    return table;
}

const FieldTable& authorizationFields() {
    static const FieldTable check("'check'", [] {
        Field url = field("url", ValueType::String, "template of the address that is asked");
        url.is_required = true;
        return std::vector<Field>{
            oneOf(field("method", ValueType::Enum, "default GET"), {"GET", "POST"}),
            url,
            field("headers", ValueType::StringMap, "templates of its headers, by name"),
            field("body", ValueType::String, "template of its body, JSON"),
        };
    }());
    static const FieldTable table("'authorization'", [] {
        Field asked =
            field("check", ValueType::Object, "a request that tells whose tokens they are");
        asked.table = &check;
        return std::vector<Field>{
            oneOf(
                field("client", ValueType::Enum, "how the app proves itself; default header"),
                {"header", "body"}
            ),
            oneOf(
                field("token_format", ValueType::Enum, "of token requests; default form"),
                {"form", "json"}
            ),
            field("scope_separator", ValueType::String, "default a blank"),
            field("authorize_params", ValueType::StringMap, "further parameters of the consent"),
            field("token_params", ValueType::StringMap, "further ones of token requests"),
            field("api_key", ValueType::String, "the parameter that has the access token"),
            asked,
            field("account", ValueType::Any, "the account's id, as webhooks name it"),
            field("label", ValueType::Any, "its name for people"),
        };
    }());
    return table;
}

}  // namespace ferry::config
