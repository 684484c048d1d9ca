#include "api/openapi.h"

#include "base/ascii.h"
#include "base/check.h"
#include "base/json_writer.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ferry::api {
namespace {

struct Described {
    std::string_view name;
    std::string_view description;
};

constexpr std::array<Described, 7> kHeaderDescriptions = {{
    {"Elements-Request-Id", "Names this answer in the hub's log"},
    {"Elements-Element-Instance-Id", "The number of the instance that the call was about"},
    {"Elements-Trace-Id", "Names the call's lines in the log, while trace logging is on"},
    {"Elements-Returned-Count", "How many items this page has"},
    {"Elements-Total-Count", "How many items there are on all pages"},
    {"Elements-Next-Page-Token", "To be given as nextPage; absent on the last page"},
    {"Ferry-Replay",
     "The number of the replay that does it, a few at a time; absent if it is done"},
}};

/// What is of no operation, or of all of them.
constexpr std::string_view kDescription =
    "Instances, their authorization and their events. Compatible with the Open Connectors API.\n\n"
    "Where GET is an operation HEAD is answered as well: the same, without the body. A path that "
    "does not exist is 404, and a method that a path does not take 405, with those that it takes "
    "in the header Allow. What can be no request of any operation is refused before a path is "
    "looked for: 400 if it is malformed, 408 if it takes too long to arrive, 413, 414 or 431 if "
    "its body, its target or its headers are too large, 501 for a transfer encoding other than "
    "chunked, 505 for another version of HTTP than 1.1 or 1.0. All of these have a body as the "
    "schema Error says.\n\n"
    "This document is at /openapi.json, for everybody. Providers bring their webhooks to "
    "/events/{key} and, for one instance, /events/{key}/{base64 of its number}: these are not for "
    "callers, and are no operations here.";

std::string_view refusalText(int status) {
    static const std::map<int, std::string_view> kTexts = {
        {400, "The request is wrong; the message says what and where"},
        {401,
         "The Authorization header is missing, empty or wrong, or the instance of its token is "
         "gone"},
        {403, "The API key may not do this, or the instance is disabled"},
        {404, "There is no such thing"},
        {406, "The answer is JSON, and Accept leaves that out"},
        {409, "Something else stands against it; the message says what"},
        {413, "The body is too large"},
        {415, "The body is in a form that is not taken"},
        {416, "The content has no such range"},
        {429, "Too many calls; Retry-After says how many seconds to wait"},
        {500, "A fault of the hub; its log has it under the request id"},
        {501, "The connector has no such capability"},
        {502, "The provider's answer can't be used"},
        {503, "The hub or the provider is busy; Retry-After says how many seconds to wait"},
        {504, "The provider did not answer in time"},
    };
    const auto found = kTexts.find(status);
    FERRY_CHECK(found != kTexts.end(), "a refusal without a description");
    return found->second;
}

void writeHeaders(JsonWriter& json, const std::vector<std::string>& names) {
    json.key("headers").beginObject();
    for (const auto& [name, description] : kHeaderDescriptions) {
        const bool is_named = std::find(names.begin(), names.end(), name) != names.end();
        if (!is_named && name != "Elements-Request-Id") continue;
        json.key(name).beginObject().field("description", description);
        json.key("schema").beginObject().field("type", "string").endObject().endObject();
    }
    json.endObject();
}

void writeParameter(JsonWriter& json, const Parameter& parameter) {
    constexpr std::string_view kPlaces[] = {"path", "query", "header"};
    const bool is_in_path = parameter.place == ParameterPlace::Path;
    json.beginObject().field("name", parameter.name);
    json.field("in", kPlaces[static_cast<std::size_t>(parameter.place)]);
    json.field("description", parameter.description);
    json.field("required", parameter.is_required || is_in_path);
    json.key("schema").beginObject();
    if (parameter.type == "strings") {
        json.field("type", "array").key("items").beginObject().field("type", "string").endObject();
    } else if (parameter.type == "count") {
        json.field("type", "integer").field("minimum", std::int64_t{1});
    } else if (parameter.type == "first page") {
        json.field("type", "integer")
            .field("minimum", std::int64_t{1})
            .field("maximum", std::int64_t{1});
    } else {
        json.field("type", parameter.type);
    }
    json.endObject().endObject();
}

void writeContent(JsonWriter& json, std::string_view content_type, const Schema& schema) {
    json.key("content").beginObject().key(content_type).beginObject();
    if (!schema.json.empty()) json.key("schema").raw(schema.json);
    json.endObject().endObject();
}

void writeResponses(JsonWriter& json, const Route& route) {
    json.key("responses").beginObject();
    for (const Answer& answer : route.answers) {
        json.key(answer.status == kAnyStatus ? "default" : std::to_string(answer.status))
            .beginObject();
        json.field("description", answer.description);
        writeHeaders(json, answer.headers);
        if (!answer.content_type.empty()) writeContent(json, answer.content_type, answer.schema);
        json.endObject();
    }
    // Where any answer may come from the provider, those of the hub can't be told from them here.
    const bool is_any =
        std::any_of(route.answers.begin(), route.answers.end(), [](const Answer& answer) {
            return answer.status == kAnyStatus;
        });
    for (const int status : is_any ? std::vector<int>() : refusalsOf(route)) {
        json.key(std::to_string(status)).beginObject().field("description", refusalText(status));
        writeHeaders(json, {});
        writeContent(json, "application/json", schemaOf("Error"));
        json.endObject();
    }
    json.endObject();
}

void writeOperation(JsonWriter& json, const Route& route, bool is_in_hub) {
    json.beginObject();
    json.field("operationId", route.operation_id + (is_in_hub ? "InHub" : ""));
    json.field("summary", route.summary);
    json.key("tags").beginArray().string(route.area).endArray();
    json.key("parameters").beginArray();
    if (is_in_hub) {
        writeParameter(
            json, {"hub", ParameterPlace::Path, "Ignored: the token says the connector"}
        );
    }
    for (const Parameter& parameter : route.parameters)
        writeParameter(json, parameter);
    json.endArray();
    if (route.streams_body) {
        json.key("requestBody").beginObject();
        writeContent(json, "*/*", {});
        json.endObject();
    }
    if (route.body) {
        json.key("requestBody").beginObject().field("required", true);
        writeContent(json, "application/json", *route.body);
        json.endObject();
    }
    writeResponses(json, route);
    json.key("security").beginArray();
    if (route.is_authentication_optional) json.beginObject().endObject();
    if (route.role != Role::None) {
        for (const char* scheme : {"openConnectors", "apiKey"})
            json.beginObject().key(scheme).beginArray().endArray().endObject();
    }
    json.endArray().endObject();
}

/// The pattern without what only the router knows.
std::string documentPath(std::string_view path) {
    std::string text(path);
    text.erase(std::remove(text.begin(), text.end(), '*'), text.end());
    return text;
}

void writePaths(JsonWriter& json, const RouteTable& table, OpenapiScope scope) {
    struct Entry {
        const Route* route;
        bool is_in_hub;
    };
    std::vector<std::pair<std::string, std::vector<Entry>>> paths;
    const auto add = [&](const std::string& path, Entry entry) {
        const auto found = std::find_if(paths.begin(), paths.end(), [&](const auto& other) {
            return other.first == path;
        });
        if (found != paths.end()) {
            found->second.push_back(entry);
        } else {
            paths.push_back({path, {entry}});
        }
    };
    for (const Route& route : table.routes()) {
        if (scope == OpenapiScope::ConnectorCalls && !route.is_hub_resource) continue;
        const std::string path = documentPath(route.path);
        add(path, {&route, false});
        if (route.is_hub_resource) add("/hubs/{hub}" + path, {&route, true});
    }
    json.key("paths").beginObject();
    for (const auto& [path, entries] : paths) {
        json.key(path).beginObject();
        for (const Entry& entry : entries) {
            json.key(lowerAscii(entry.route->method));
            writeOperation(json, *entry.route, entry.is_in_hub);
        }
        json.endObject();
    }
    json.endObject();
}

void writeComponents(JsonWriter& json, const RouteTable& table) {
    json.key("components").beginObject().key("schemas").beginObject();
    for (const auto& [name, schema] : table.schemas())
        json.key(name).raw(schema);
    json.endObject().key("securitySchemes").beginObject();
    json.key("openConnectors").beginObject().field("type", "apiKey").field("in", "header");
    json.field("name", "Authorization");
    json.field(
        "description",
        "'User <secret>, Organization <secret>', and 'Element <token>' for calls that act on the "
        "instance of the token; in any order"
    );
    json.endObject();
    json.key("apiKey").beginObject().field("type", "http").field("scheme", "bearer");
    json.field("description", "An API key, as 'ferry keys add' prints it");
    json.endObject().endObject().endObject();
}

}  // namespace

std::string openapiDocument(
    const RouteTable& table, std::string_view public_url, OpenapiScope scope
) {
    JsonWriter json;
    json.beginObject().field("openapi", "3.1.0");
    json.key("info").beginObject().field("title", "Ferry").field("version", FERRY_VERSION);
    json.field("description", kDescription).endObject();
    json.key("servers").beginArray().beginObject();
    json.field("url", std::string(public_url) + std::string(kBasePath));
    json.endObject().endArray();
    writePaths(json, table, scope);
    writeComponents(json, table);
    json.endObject();
    return json.take();
}

}  // namespace ferry::api
