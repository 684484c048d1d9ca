#include "request_template.h"

#include "answers.h"
#include "json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

namespace ferry::declarative {

Value QuotedSources::quoted(Value value, Scratch& scratch) {
    if (value.kind != Value::Kind::Text) return value;
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(value.text.data(), static_cast<rapidjson::SizeType>(value.text.size()));
    return {value.kind, scratch.keep({buffer.GetString() + 1, buffer.GetSize() - 2})};
}

RequestTemplate::RequestTemplate(const rapidjson::Value& settings) {
    if (!settings.IsObject() || !settings.HasMember("url"))
        throw sdk::Error::invalid("settings: a request has no 'url'");
    method_ = textAt(settings, "method");
    url_ = Expression(settings["url"]);
    query_ = templates(settings, "query");
    headers_ = templates(settings, "headers");
    if (settings.HasMember("body")) body_ = Expression(settings["body"]);
}

RequestTemplate::Templates RequestTemplate::templates(
    const rapidjson::Value& settings, const char* name
) {
    Templates made;
    const auto found = settings.FindMember(name);
    if (found == settings.MemberEnd() || !found->value.IsObject()) return made;
    for (const auto& entry : found->value.GetObject())
        made.emplace_back(entry.name.GetString(), Expression(entry.value));
    return made;
}

sdk::Request RequestTemplate::make(const Sources& sources, std::string_view url) const {
    Scratch scratch;
    std::string address(url);
    if (address.empty()) {
        const Value text = url_.evaluate(sources, scratch);
        if (text.isMissing()) throw sdk::Error::invalid("a request: its URL lacks a value");
        address = text.text;
        Texts query;
        for (const auto& [name, expression] : query_)
            query.emplace_back(name, expression.evaluate(sources, scratch).text);
        const std::string parameters = form(query);
        if (!parameters.empty())
            address += (address.find('?') == address.npos ? "?" : "&") + parameters;
    }
    sdk::Request request(method_.empty() ? "GET" : method_, std::move(address));
    for (const auto& [name, expression] : headers_) {
        const Value value = expression.evaluate(sources, scratch);
        if (!value.isMissing()) request.header(name, std::string(value.text));
    }
    const Value body = body_.evaluate(QuotedSources(sources), scratch);
    if (!body.isMissing()) request.body("application/json", std::string(body.text));
    return request;
}

}  // namespace ferry::declarative
