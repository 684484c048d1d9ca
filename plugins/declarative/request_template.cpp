#include "request_template.h"

#include "answers.h"
#include "json.h"
#include "text.h"

#include <utility>

namespace ferry::declarative {

Value QuotedSources::quoted(Value value, Scratch& scratch) {
    if (value.kind != Value::Kind::Text) return value;
    const std::string text = jsonText(value.text);
    return {value.kind, scratch.keep(text.substr(1, text.size() - 2))};
}

namespace {

/// The value of a template that can't do without one.
std::string_view needed(
    const Expression& expression, const Sources& sources, Scratch& scratch, const char* what
) {
    const Value value = expression.evaluate(sources, scratch);
    if (!value.isMissing()) return value.text;
    throw sdk::Error::invalid(
        std::string("a request: its ") + what + " lacks the value of '" +
        expression.missing(sources, scratch) + "'"
    );
}

}  // namespace

RequestTemplate::RequestTemplate(const rapidjson::Value& settings) {
    if (!settings.IsObject() || !settings.HasMember("url"))
        throw sdk::Error::invalid("settings: a request has no 'url'");
    method_ = textAt(settings, "method");
    url_ = Expression(settings["url"]);
    query_ = expressionsAt(settings, "query");
    headers_ = expressionsAt(settings, "headers");
    if (settings.HasMember("body")) body_ = Expression(settings["body"]);
    if (settings.HasMember("json")) json_ = JsonTemplate(settings["json"]);
    has_form_ = settings.HasMember("form");
    form_ = expressionsAt(settings, "form");
    const auto basic = settings.FindMember("basic");
    if (basic == settings.MemberEnd()) return;
    if (!basic->value.IsObject() || !basic->value.HasMember("user"))
        throw sdk::Error::invalid("settings: 'basic' has no 'user'");
    user_ = Expression(basic->value["user"]);
    if (basic->value.HasMember("password")) password_ = Expression(basic->value["password"]);
}

sdk::Request RequestTemplate::make(const Sources& sources, std::string_view url) const {
    Scratch scratch;
    std::string address(url);
    if (address.empty()) {
        address = needed(url_, sources, scratch, "URL");
        Texts query;
        for (const auto& [name, expression] : query_)
            query.emplace_back(name, expression.evaluate(sources, scratch).text);
        const std::string parameters = form(query);
        if (!parameters.empty())
            address += (address.find('?') == address.npos ? "?" : "&") + parameters;
    }
    sdk::Request request(method_.empty() ? "GET" : method_, std::move(address));
    std::string type;  // of the body, if the connector has a word of its own for it
    for (const auto& [name, expression] : headers_) {
        const Value value = expression.evaluate(sources, scratch);
        if (value.isMissing()) continue;
        if (sdk::detail::equalIgnoringCase(name, "content-type"))
            type = value.text;
        else
            request.header(name, std::string(value.text));
    }
    if (user_.isSet()) {
        std::string pair(needed(user_, sources, scratch, "user"));
        pair += ':';
        if (password_.isSet()) pair += needed(password_, sources, scratch, "password");
        request.header("Authorization", "Basic " + base64(pair));
    }
    const auto typeOr = [&type](const char* otherwise) { return type.empty() ? otherwise : type; };
    if (has_form_) {
        Texts fields;
        for (const auto& [name, expression] : form_)
            fields.emplace_back(name, expression.evaluate(sources, scratch).text);
        request.body(typeOr("application/x-www-form-urlencoded"), form(fields));
    } else if (json_.isSet()) {
        request.body(typeOr("application/json"), json_.make(sources));
    } else if (body_.isSet()) {
        const QuotedSources quoted(sources);
        request.body(
            typeOr("application/json"), std::string(needed(body_, quoted, scratch, "body"))
        );
    } else if (!type.empty()) {
        request.header("Content-Type", type);
    }
    return request;
}

}  // namespace ferry::declarative
