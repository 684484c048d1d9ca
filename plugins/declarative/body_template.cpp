#include "body_template.h"

#include <ferry/error.hpp>

namespace ferry::declarative {
namespace {

constexpr unsigned kDepthMax = 32;

std::string stringOf(const rapidjson::Value& value) {
    if (!value.IsString()) throw sdk::Error::invalid("settings: a part of a body is no text");
    return {value.GetString(), value.GetStringLength()};
}

/// Of a template that is one source alone that source, which knows what kind of value it has.
const rapidjson::Value& aloneOr(const rapidjson::Value& text) {
    if (!text.IsObject()) return text;
    const auto join = text.FindMember("join");
    const bool is_one = join != text.MemberEnd() && join->value.IsArray() &&
                        join->value.Size() == 1 && join->value[0].IsObject();
    return is_one ? join->value[0] : text;
}

}  // namespace

JsonTemplate::JsonTemplate(const rapidjson::Value& tree, unsigned depth) {
    if (depth > kDepthMax || !tree.IsObject() || tree.MemberCount() != 1)
        throw sdk::Error::invalid("settings: a part of a body is none, or nested too deep");
    const std::string kind = stringOf(tree.MemberBegin()->name);
    const rapidjson::Value& value = tree.MemberBegin()->value;
    if (kind == "object" && value.IsObject()) {
        kind_ = Kind::Object;
        for (const auto& member : value.GetObject())
            members_.emplace_back(stringOf(member.name), JsonTemplate(member.value, depth + 1));
    } else if (kind == "list" && value.IsArray()) {
        kind_ = Kind::List;
        for (const rapidjson::Value& item : value.GetArray())
            members_.emplace_back(std::string(), JsonTemplate(item, depth + 1));
    } else if (kind == "text") {
        kind_ = Kind::Text;
        text_ = Expression(aloneOr(value));
    } else if (kind == "plain") {
        kind_ = Kind::Plain;
        plain_ = stringOf(value);
    } else {
        throw sdk::Error::invalid("settings: a part of a body is of no kind that is known");
    }
}

bool JsonTemplate::isLeftOut(const Sources& sources) const {
    Scratch scratch;
    return kind_ == Kind::Text && text_.evaluate(sources, scratch).isMissing();
}

void JsonTemplate::write(Writer& writer, const Sources& sources) const {
    const auto string = [&writer](std::string_view text) {
        writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    };
    if (kind_ == Kind::Object || kind_ == Kind::List) {
        const bool is_object = kind_ == Kind::Object;
        is_object ? writer.StartObject() : writer.StartArray();
        for (const auto& [name, value] : members_) {
            if (value.isLeftOut(sources)) continue;
            if (is_object) string(name);
            value.write(writer, sources);
        }
        is_object ? writer.EndObject() : writer.EndArray();
        return;
    }
    Scratch scratch;
    const Value value = kind_ == Kind::Plain ? Value{Value::Kind::Number, plain_}
                                             : text_.evaluate(sources, scratch);
    if (value.kind == Value::Kind::Number || value.kind == Value::Kind::Bool)
        writer.RawValue(value.text.data(), value.text.size(), rapidjson::kNumberType);
    else
        string(value.text);
}

std::string JsonTemplate::make(const Sources& sources) const {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    write(writer, sources);
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace ferry::declarative
