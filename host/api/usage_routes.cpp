// What was asked of the API lately, as the original's log of traffic.

#include "api/answers.h"
#include "api/areas.h"
#include "api/element_lookup.h"
#include "api/hub_account.h"
#include "api/paging.h"
#include "api/time_range.h"

#include <algorithm>

namespace ferry::api {
namespace {

constexpr std::string_view kList = "usage";
constexpr std::string_view kSuccess = "success";
constexpr std::string_view kFailed = "failed";

constexpr const char* kUsage = R"json({
    "type": "object",
    "required": ["traffic_id", "request_id", "traffic_date", "request_status", "http_status",
                 "request_method", "request_uri", "request_ip", "element_api", "process_time",
                 "key_name", "user_id", "account_id", "company_id", "company_external_id",
                 "company_external_name"],
    "properties": {
        "traffic_id": {"type": "string", "description": "the same as request_id"},
        "request_id": {"type": "string", "description": "the Elements-Request-Id of the answer"},
        "traffic_date": {"type": "string", "format": "date-time"},
        "request_status": {"enum": ["success", "failed"], "description": "failed: from 400 on"},
        "http_status": {"type": "integer"},
        "request_method": {"type": "string"},
        "request_uri": {"type": "string", "description": "without the query; 256 bytes at most"},
        "request_ip": {"type": "string"},
        "element_api": {"type": "string", "description": "the path as this document has it"},
        "process_time": {"type": "integer", "description": "milliseconds until the answer began"},
        "key_name": {"type": "string", "description": "of the API key"},
        "element_key": {"type": "string"},
        "element_name": {"type": "string"},
        "instance_id": {"type": "integer"},
        "instance_name": {"type": "string"},
        "user_id": {"type": "integer"},
        "account_id": {"type": "integer"},
        "company_id": {"type": "integer"},
        "company_external_id": {"type": "string"},
        "company_external_name": {"type": "string"}
    },
    "additionalProperties": false
})json";

std::string_view statusOf(const UsageEntry& entry) {
    return entry.status < 400 ? kSuccess : kFailed;
}

/// Errors of the look-up are no fault of the call that is told: its connector may be gone.
std::shared_ptr<const config::ConnectorManifest> elementOf(
    const ApiParts& parts, const UsageEntry& entry
) {
    if (entry.connector_key.empty()) return nullptr;
    auto found = findElement(parts, entry.connector_key);
    return found ? std::move(*found) : nullptr;
}

void write(JsonWriter& json, const ApiParts& parts, const UsageEntry& entry) {
    json.beginObject()
        .field("traffic_id", entry.request_id)
        .field("request_id", entry.request_id)
        .field("traffic_date", formatRfc3339(entry.began_at))
        .field("request_status", statusOf(entry))
        .field("http_status", std::int64_t{entry.status})
        .field("request_method", entry.method)
        .field("request_uri", entry.path)
        .field("request_ip", entry.peer)
        .field("element_api", entry.route)
        .field("process_time", static_cast<std::int64_t>(entry.took.count()))
        .field("key_name", entry.key_name);
    if (!entry.connector_key.empty()) json.field("element_key", entry.connector_key);
    if (const auto element = elementOf(parts, entry)) json.field("element_name", element->name);
    if (entry.instance) {
        json.field("instance_id", entry.instance.value).field("instance_name", entry.instance_name);
    }
    json.field("user_id", kAccountId)
        .field("account_id", kAccountId)
        .field("company_id", kAccountId)
        .field("company_external_id", std::to_string(kAccountId))
        .field("company_external_name", "ferry");
    json.endObject();
}

/// What the query asks for.
struct Wanted {
    TimePoint from = TimePoint::min();
    TimePoint to = TimePoint::max();
    std::vector<std::string> connectors;  ///< none: any
    std::string status;
    std::string text;  ///< in the path

    bool matches(const UsageEntry& entry) const {
        if (entry.began_at < from || entry.began_at > to) return false;
        const bool is_of_one =
            connectors.empty() ||
            std::find(connectors.begin(), connectors.end(), entry.connector_key) !=
                connectors.end();
        if (!is_of_one || (!status.empty() && status != statusOf(entry))) return false;
        return text.empty() || entry.path.find(text) != std::string::npos;
    }
};

Result<Wanted> readWanted(const http::Request& request) {
    Wanted wanted;
    const auto value = [&](std::string_view name) {
        return request.queryValue(name).value_or(std::string());
    };
    if (const std::string from = value("from"); !from.empty()) {
        FERRY_TRY_ASSIGN(wanted.from, parseTime("from", from));
    }
    if (const std::string to = value("to"); !to.empty()) {
        FERRY_TRY_ASSIGN(wanted.to, parseTime("to", to));
    }
    if (wanted.to < wanted.from)
        return fail(ErrorCode::InvalidArgument, "the range ends before it begins");
    for (const std::string_view name : {"keys[]", "keys"}) {
        for (std::string& key : request.queryValues(name))
            if (!key.empty()) wanted.connectors.push_back(std::move(key));
    }
    wanted.status = value("status");
    if (!wanted.status.empty() && wanted.status != kSuccess && wanted.status != kFailed)
        return fail(ErrorCode::InvalidArgument, "status is success or failed");
    wanted.text = value("searchText");
    if (const std::string offset = value("pageOffset"); !offset.empty() && offset != "0")
        return fail(
            ErrorCode::InvalidArgument,
            "counted pages are not offered: go on by nextPage, the Elements-Next-Page-Token"
        );
    return wanted;
}

Result<http::Response> list(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Wanted wanted, readWanted(call.request));
    FERRY_TRY_ASSIGN(const Paging paging, readPaging(call.request, kList));
    std::vector<UsageEntry> found;
    bool has_more = false;
    parts.usage->newest(paging.after, [&](const UsageEntry& entry) {
        if (!wanted.matches(entry)) return true;
        has_more = found.size() == paging.page_size;
        if (!has_more) found.push_back(entry);
        return !has_more;
    });
    if (found.empty() && paging.after == 0)
        return fail(ErrorCode::NotFound, "there were no such calls since the hub began");
    JsonWriter json;
    json.beginArray();
    for (const UsageEntry& entry : found)
        write(json, parts, entry);
    json.endArray();
    http::Response response = jsonAnswer(json);
    ListHeaders headers{found.size(), std::nullopt, std::nullopt};
    if (has_more) headers.next_page = nextPageToken(kList, found.back().number);
    addListHeaders(response, headers);
    return response;
}

Result<http::Response> single(const ApiParts& parts, const Call& call) {
    const auto found = parts.usage->find(call.params.get("requestId"));
    if (!found) return fail(ErrorCode::NotFound, "there was no such call lately");
    JsonWriter json;
    write(json, parts, *found);
    return jsonAnswer(json);
}

}  // namespace

void addUsageRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("Usage", kUsage);
    Route calls;
    calls.method = "GET";
    calls.path = "/usage";
    calls.operation_id = "listUsage";
    calls.summary = "The last 5,000 calls of this API since the hub began, newest first";
    calls.area = "usage";
    calls.parameters = pagingParameters();
    for (const auto& [name, description] :
         {std::pair{"from", "Begin (RFC 3339, or epoch ms)"},
          std::pair{"to", "End, which belongs to it"},
          std::pair{"status", "success or failed"},
          std::pair{"searchText", "A part of the path"}})
        calls.parameters.push_back({name, ParameterPlace::Query, description});
    calls.parameters.push_back(
        {"keys[]", ParameterPlace::Query, "Keys of the instances' connectors", "strings"}
    );
    calls.answers = {pageOf("Usage", "A page")};
    calls.refusals = {404};
    calls.handler = [&parts](const Call& call) { return list(parts, call); };
    table.add(std::move(calls));

    Route one;
    one.method = "GET";
    one.path = "/usage/{requestId}";
    one.operation_id = "getUsage";
    one.summary = "One of these calls";
    one.area = "usage";
    one.parameters = {{"requestId", ParameterPlace::Path, "The Elements-Request-Id of its answer"}};
    one.answers = {{200, "The call", schemaOf("Usage")}};
    one.handler = [&parts](const Call& call) { return single(parts, call); };
    table.add(std::move(one));
}

}  // namespace ferry::api
