#include "api/json_body.h"

#include "base/number_text.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>

#include <algorithm>

namespace ferry::api {
namespace {

std::string placeOf(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t begin = before.rfind('\n');
    const std::size_t column =
        begin == std::string_view::npos ? before.size() + 1 : before.size() - begin;
    return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Result<rapidjson::Document> readJsonObject(std::string_view body) {
    constexpr unsigned kFlags =
        rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return fail(ErrorCode::InvalidArgument, "the body is empty: send a JSON object");
    }
    rapidjson::Document document;
    document.Parse<kFlags>(body.data(), body.size());
    if (document.HasParseError()) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "the body is not JSON: {} ({})",
                rapidjson::GetParseError_En(document.GetParseError()),
                placeOf(body, document.GetErrorOffset())
            )
        );
    }
    if (!document.IsObject()) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("the body is {}, and must be a JSON object", jsonKindOf(document))
        );
    }
    return document;
}

std::string_view jsonKindOf(const rapidjson::Value& value) {
    switch (value.GetType()) {
        case rapidjson::kNullType:
            return "null";
        case rapidjson::kFalseType:
        case rapidjson::kTrueType:
            return "true or false";
        case rapidjson::kObjectType:
            return "an object";
        case rapidjson::kArrayType:
            return "a list";
        case rapidjson::kStringType:
            return "a text";
        case rapidjson::kNumberType:
            return "a number";
    }
    return "nothing";
}

const rapidjson::Value* findMember(const rapidjson::Value& object, std::string_view name) {
    const rapidjson::Value* found = nullptr;
    for (const auto& member : object.GetObject()) {
        if (textOf(member.name) == name) found = &member.value;
    }
    return found == nullptr || found->IsNull() ? nullptr : found;
}

std::optional<bool> booleanOf(const rapidjson::Value& value) {
    if (value.IsBool()) return value.GetBool();
    if (value.IsString() && textOf(value) == "true") return true;
    if (value.IsString() && textOf(value) == "false") return false;
    return std::nullopt;
}

std::optional<std::int64_t> integerOf(const rapidjson::Value& value) {
    if (value.IsInt64()) return value.GetInt64();
    return value.IsString() ? parseInteger(textOf(value)) : std::nullopt;
}

}  // namespace ferry::api
