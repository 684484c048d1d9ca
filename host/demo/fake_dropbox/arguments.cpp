#include "demo/fake_dropbox/arguments.h"

#include <rapidjson/encodings.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace ferry::demo {
namespace {

constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

std::string_view viewOf(const rapidjson::Value& value) {
    return {value.GetString(), value.GetStringLength()};
}

}  // namespace

Arguments::Arguments(std::string_view json) {
    if (json.empty()) json = "null";
    document_.Parse<kParseFlags>(json.data(), json.size());
    if (document_.HasParseError()) {
        addProblem("could not decode input as JSON");
    } else if (!document_.IsNull() && !document_.IsObject()) {
        addProblem("expected object");
    }
}

void Arguments::addProblem(std::string text) {
    if (problem_.empty()) problem_ = std::move(text);
}

const rapidjson::Value* Arguments::find(std::string_view name) const {
    if (document_.HasParseError() || !document_.IsObject()) return nullptr;
    const auto at = document_.FindMember(
        rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))
    );
    return at == document_.MemberEnd() || at->value.IsNull() ? nullptr : &at->value;
}

void Arguments::allow(std::initializer_list<std::string_view> names) {
    if (document_.HasParseError() || !document_.IsObject()) return;
    for (const auto& member : document_.GetObject()) {
        const std::string_view name = viewOf(member.name);
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            addProblem("unknown field '" + std::string(name) + "'");
        }
    }
}

std::string Arguments::requiredText(std::string_view name) {
    if (!has(name)) addProblem("missing required field '" + std::string(name) + "'");
    return text(name);
}

std::string Arguments::text(std::string_view name, std::string_view default_value) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return std::string(default_value);
    if (!value->IsString()) {
        addProblem(std::string(name) + ": expected string");
        return std::string(default_value);
    }
    return std::string(viewOf(*value));
}

bool Arguments::boolean(std::string_view name, bool default_value) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return default_value;
    if (!value->IsBool()) {
        addProblem(std::string(name) + ": expected boolean");
        return default_value;
    }
    return value->GetBool();
}

std::int64_t Arguments::numberOf(
    const rapidjson::Value* value,
    std::string_view name,
    std::int64_t default_value,
    std::int64_t min,
    std::int64_t max
) {
    if (value == nullptr) return default_value;
    if (!value->IsInt64()) {
        addProblem(std::string(name) + ": expected integer");
        return default_value;
    }
    const std::int64_t number = value->GetInt64();
    if (number < min || number > max) {
        addProblem(
            std::string(name) + ": " + std::to_string(number) + " is not within " +
            std::to_string(min) + " and " + std::to_string(max)
        );
        return default_value;
    }
    return number;
}

std::int64_t Arguments::integer(
    std::string_view name, std::int64_t default_value, std::int64_t min, std::int64_t max
) {
    return numberOf(find(name), name, default_value, min, max);
}

std::int64_t Arguments::innerInteger(
    std::string_view name,
    std::string_view inner,
    std::int64_t default_value,
    std::int64_t min,
    std::int64_t max
) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsObject()) return default_value;
    const auto at = value->FindMember(
        rapidjson::StringRef(inner.data(), static_cast<rapidjson::SizeType>(inner.size()))
    );
    return numberOf(
        at == value->MemberEnd() ? nullptr : &at->value, inner, default_value, min, max
    );
}

void Arguments::allowInner(std::string_view name, std::initializer_list<std::string_view> names) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return;
    if (!value->IsObject()) return addProblem(std::string(name) + ": expected object");
    for (const auto& member : value->GetObject()) {
        const std::string_view found = viewOf(member.name);
        if (std::find(names.begin(), names.end(), found) == names.end()) {
            addProblem(std::string(name) + ": unknown field '" + std::string(found) + "'");
        }
    }
}

std::string Arguments::tag(std::string_view name, std::string_view default_value) {
    const rapidjson::Value* value = find(name);
    if (value != nullptr && value->IsObject()) return innerText(name, ".tag");
    return text(name, default_value);
}

std::string Arguments::innerText(std::string_view name, std::string_view inner) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsObject()) return {};
    const auto at = value->FindMember(
        rapidjson::StringRef(inner.data(), static_cast<rapidjson::SizeType>(inner.size()))
    );
    return at == value->MemberEnd() || !at->value.IsString() ? std::string()
                                                             : std::string(viewOf(at->value));
}

std::string asciiJson(std::string_view json) {
    rapidjson::Document document;
    document.Parse<kParseFlags>(json.data(), json.size());
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer(buffer
    );
    document.Accept(writer);
    std::string out(buffer.GetString(), buffer.GetSize());
    for (std::size_t at = out.find('\x7f'); at != std::string::npos; at = out.find('\x7f', at)) {
        out.replace(at, 1, "\\u007f");
    }
    return out;
}

}  // namespace ferry::demo
