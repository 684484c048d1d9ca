#include "integration/openapi_check.h"

#include "base/ascii.h"
#include "base/check.h"

#include <fmt/format.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <vector>

namespace ferry::test {
namespace {

constexpr std::string_view kBase = "/elements/api-v2";
constexpr std::string_view kSchemas = "#/components/schemas/";

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        segments.push_back(path.substr(0, path.find('/')));
        path.remove_prefix(segments.back().size());
    }
    return segments;
}

/// How many literal segments of the template the path has; -1 if it does not match. A parameter at
/// the end may be the rest of the path.
int matchOf(std::string_view pattern, std::string_view path) {
    const auto wanted = split(pattern);
    const auto given = split(path);
    if (wanted.size() > given.size()) return -1;
    int literals = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const bool is_parameter = wanted[i].starts_with('{');
        if (!is_parameter && wanted[i] != given[i]) return -1;
        literals += is_parameter ? 0 : 1;
    }
    const bool may_go_on =
        pattern.ends_with("}") && pattern.find("{path}") != std::string_view::npos;
    return wanted.size() == given.size() || may_go_on ? literals : -1;
}

}  // namespace

OpenapiCheck::OpenapiCheck(const std::string& document) {
    document_.Parse(document.data(), document.size());
    FERRY_CHECK(!document_.HasParseError(), "openapi.json is JSON");
}

std::string OpenapiCheck::problemOf(
    std::string_view method, std::string_view target, const Answer& answer
) const {
    if (!answer.headers.contains("elements-request-id")) return "no Elements-Request-Id";
    const std::string_view path = target.substr(kBase.size(), target.find('?') - kBase.size());
    const rapidjson::Value* operations = findPath(path);
    const rapidjson::Value& error = document_["components"]["schemas"]["Error"];
    if (operations == nullptr) {
        if (answer.status != 404) return "the document has no such path";
        return problemOfSchema(error, answer.body);
    }
    const auto operation = operations->FindMember(lowerAscii(method).c_str());
    if (operation == operations->MemberEnd()) {
        if (answer.status != 405) return "the document has no such method";
        return problemOfSchema(error, answer.body);
    }
    const auto& responses = operation->value["responses"];
    auto response = responses.FindMember(std::to_string(answer.status).c_str());
    if (response == responses.MemberEnd()) response = responses.FindMember("default");
    if (response == responses.MemberEnd()) {
        return fmt::format("the operation names no status {}", answer.status);
    }
    const auto content = response->value.FindMember("content");
    if (content == response->value.MemberEnd()) {
        return answer.body.empty() ? "" : "a body where there is none in the document";
    }
    return problemOfBody(content->value, answer);
}

const rapidjson::Value* OpenapiCheck::findPath(std::string_view path) const {
    const rapidjson::Value* found = nullptr;
    int best = -1;
    for (const auto& entry : document_["paths"].GetObject()) {
        const int match = matchOf(entry.name.GetString(), path);
        if (match <= best) continue;
        best = match;
        found = &entry.value;
    }
    return found;
}

std::string OpenapiCheck::problemOfBody(const rapidjson::Value& content, const Answer& answer)
    const {
    const auto header = answer.headers.find("content-type");
    const std::string type =
        header == answer.headers.end() ? "" : header->second.substr(0, header->second.find(';'));
    auto entry = content.FindMember(type.c_str());
    if (entry == content.MemberEnd()) entry = content.FindMember("*/*");
    if (entry == content.MemberEnd()) return "the document has no content type " + type;
    const auto schema = entry->value.FindMember("schema");
    if (schema == entry->value.MemberEnd()) return {};
    return problemOfSchema(schema->value, answer.body);
}

std::string OpenapiCheck::problemOfSchema(const rapidjson::Value& schema, const std::string& body)
    const {
    rapidjson::Document value;
    value.Parse(body.data(), body.size());
    if (value.HasParseError()) return "the body is not JSON: " + body.substr(0, 500);
    rapidjson::Document expanded;
    expanded.CopyFrom(schema, expanded.GetAllocator());
    expand(expanded, expanded.GetAllocator());
    const rapidjson::SchemaDocument rules(expanded);
    rapidjson::SchemaValidator validator(rules);
    if (value.Accept(validator)) return {};
    rapidjson::StringBuffer where;
    rapidjson::StringBuffer rule;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
    validator.GetInvalidSchemaPointer().StringifyUriFragment(rule);
    return fmt::format(
        "{} breaks '{}' of {}: {}",
        where.GetString(),
        validator.GetInvalidSchemaKeyword(),
        rule.GetString(),
        body.substr(0, 2'000)
    );
}

/// Puts every schema that is named in its place.
void OpenapiCheck::expand(rapidjson::Value& value, rapidjson::Document::AllocatorType& allocator)
    const {
    if (value.IsArray()) {
        for (auto& item : value.GetArray())
            expand(item, allocator);
    }
    if (!value.IsObject()) return;
    const auto reference = value.FindMember("$ref");
    if (reference != value.MemberEnd() && reference->value.IsString()) {
        const std::string name(
            std::string_view(reference->value.GetString()).substr(kSchemas.size())
        );
        value.CopyFrom(document_["components"]["schemas"][name.c_str()], allocator);
    }
    for (auto& member : value.GetObject())
        expand(member.value, allocator);
}

}  // namespace ferry::test
