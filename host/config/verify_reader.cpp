#include "config/verify_reader.h"

#include "config/expression_reader.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace ferry::config {

namespace {

class VerifyReader {
  public:
    VerifyReader(const NotificationBody& body, Reporter& reporter, JsonWriter& json)
        : body_(body), reporter_(reporter), json_(json) {}

    void write(const YamlNode& node) {
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
             {"hash",
              "encoding",
              "signed",
              "timestamp_header",
              "timestamp_body",
              "separator",
              "tolerance"}) {
            const YamlNode* name = node.findKey(key);
            const bool fits = key == std::string_view("hash") ? method == "hmac" : is_signature;
            if (name != nullptr && !isUnknown(node, key) && !fits)
                reporter_.atKey(*name, fmt::format("'{}' has no use with '{}'", key, method));
        }
        json_.beginObject();
        copyText(json_, node, "method");
        copyText(json_, node, "hash", "sha256");
        copyText(json_, node, "header", method == "basic" ? "authorization" : "");
        for (const char* key : {"query", "prefix", "separator", "timestamp_header"})
            copyText(json_, node, key);
        if (const YamlNode* body = given(node, "body")) {
            json_.key("body");
            expression().readPointer(*body);
        }
        copyText(json_, node, "timestamp_prefix");
        if (const YamlNode* pointer = given(node, "timestamp_body")) {
            timestampBody(node, *pointer);
            json_.key("timestamp_body");
            expression().readPointer(*pointer);
        }
        copyText(json_, node, "encoding", "hex");
        copyText(json_, node, "secret_prefix");
        copyText(json_, node, "secret_encoding", "text");
        const auto tolerance = parseDuration(textOf(node, "tolerance"));
        json_.field("tolerance_ms", tolerance.value_or(std::chrono::minutes(5)).count());
        json_.key("signed");
        signedText(node);
        json_.endObject();
    }

  private:
    ExpressionReader expression(SourceSet sources = SourceSet::Webhook) {
        return {reporter_, json_, sources};
    }
    void say(const YamlNode& at, std::string message, std::string suggestion = {}) {
        reporter_.atValue(at, Visibility::Shown, std::move(message), std::move(suggestion));
    }

    void timestampBody(const YamlNode& node, const YamlNode& pointer) {
        const YamlNode* text = given(node, "signed");
        const bool is_whole =
            text == nullptr || text->isGap() || text->text.find("${body}") != text->text.npos;
        if (node.find("timestamp_header") != nullptr)
            reporter_.atKey(
                *node.findKey("timestamp_body"),
                "'timestamp_header' says already where the time is",
                "leave one of the two out"
            );
        else if (body_.is_known && !body_.form.empty() && body_.form != "json")
            say(pointer, "there is no JSON in a " + body_.form + " that could have a time");
        else if (!is_whole && !isUnknown(node, "signed"))
            say(pointer, "a time that is not signed proves nothing", "put ${body} into 'signed'");
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
        const bool is_query = body_.form == "query";
        const std::string_view whole = is_query ? "${url}" : "${body}";
        const auto has = [&](std::string_view source) {
            return text->text.find(source) != text->text.npos;
        };
        if (text != nullptr && body_.is_known && body_.form != "form" && has("${form}"))
            say(*text, "'${form}' is of a form", "write 'body: form' beside 'verify'");
        const bool is_form_signed = text != nullptr && body_.form == "form" && has("${form}");
        if (text != nullptr && body_.is_known && !is_form_signed && !has(whole))
            say(*text,
                is_query ? "the query is not signed" : "the body is not signed",
                fmt::format("put {} into 'signed'", whole));
        if (text == nullptr) {
            json_.beginObject().field("name", is_query ? "url" : "body").endObject();
        } else {
            expression(SourceSet::Signed).readTemplate(*text);
        }
    }

    const NotificationBody& body_;
    Reporter& reporter_;
    JsonWriter& json_;
};

}  // namespace

void writeVerification(
    const YamlNode& node, const NotificationBody& body, Reporter& reporter, JsonWriter& json
) {
    VerifyReader(body, reporter, json).write(node);
}

}  // namespace ferry::config
