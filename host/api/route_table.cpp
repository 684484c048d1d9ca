#include "api/route_table.h"

#include "api/paging.h"
#include "base/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ferry::api {
namespace {

void checkPathParameters(const Route& route) {
    const std::vector<std::string> in_path = parametersOfPath(route.path);
    std::set<std::string> described;
    for (const Parameter& parameter : route.parameters) {
        if (parameter.place != ParameterPlace::Path) continue;
        described.insert(parameter.name);
        const bool is_there =
            std::find(in_path.begin(), in_path.end(), parameter.name) != in_path.end();
        FERRY_CHECK(is_there, "a parameter is described that the path does not have");
    }
    FERRY_CHECK(described.size() == in_path.size(), "a parameter of the path is not described");
}

}  // namespace

const Instance& Call::theInstance() const {
    FERRY_CHECK(instance.has_value(), "the route is about no instance");
    return *instance;
}

Schema schemaOf(std::string_view name) {
    return {fmt::format(R"({{"$ref":"#/components/schemas/{}"}})", name)};
}

Schema listOf(std::string_view name) {
    return {fmt::format(R"({{"type":"array","items":{}}})", schemaOf(name).json)};
}

Answer pageOf(std::string_view name, std::string description) {
    return {
        .status = 200,
        .description = std::move(description),
        .schema = listOf(name),
        .headers = {"Elements-Returned-Count", "Elements-Next-Page-Token"}};
}

bool answersJsonAlone(const Route& route) {
    return std::all_of(route.answers.begin(), route.answers.end(), [](const Answer& answer) {
        return answer.content_type == "application/json";
    });
}

std::vector<int> refusalsOf(const Route& route) {
    std::set<int> statuses(route.refusals.begin(), route.refusals.end());
    // The request's form, its size, and load come before anything that a row says.
    for (const int status : {400, 413, 429, 500, 503})
        statuses.insert(status);
    if (route.role != Role::None) statuses.insert(401);
    if (route.role == Role::Write || route.subject == Subject::Account) statuses.insert(403);
    if (!parametersOfPath(route.path).empty()) statuses.insert(404);
    if (answersJsonAlone(route)) statuses.insert(406);
    if (route.body) statuses.insert(415);
    return {statuses.begin(), statuses.end()};
}

void RouteTable::add(Route route) {
    checkPathParameters(route);
    FERRY_CHECK(!route.answers.empty() && route.handler, "a route answers");
    FERRY_CHECK(!route.operation_id.empty() && !route.area.empty(), "a route has a name");
    FERRY_CHECK(
        route.role != Role::None || route.subject == Subject::None,
        "an Element token belongs to a route that asks who calls"
    );
    const bool is_for_all = route.role == Role::Read && (route.subject == Subject::None ||
                                                         route.subject == Subject::AnyInstance);
    FERRY_CHECK(
        !route.is_authentication_optional || is_for_all,
        "nobody in particular may change nothing and has no instance"
    );
    for (const Route& other : routes_)
        FERRY_CHECK(other.operation_id != route.operation_id, "an operation id is given twice");
    routes_.push_back(std::move(route));
}

void RouteTable::define(std::string_view name, std::string_view json) {
    for (const auto& [other, text] : schemas_)
        FERRY_CHECK(other != name, "a schema is defined twice");
    schemas_.emplace_back(name, json);
}

std::vector<std::string> parametersOfPath(std::string_view path) {
    std::vector<std::string> names;
    for (std::size_t open = path.find('{'); open != std::string_view::npos;
         open = path.find('{', open + 1)) {
        std::string_view name = path.substr(open + 1, path.find('}', open) - open - 1);
        if (name.ends_with('*')) name.remove_suffix(1);
        names.emplace_back(name);
    }
    return names;
}

Parameter instanceId() {
    return {"id", ParameterPlace::Path, "The number of the instance", "integer", true};
}

Parameter keyOrId() {
    return {
        "keyOrId", ParameterPlace::Path, "Key, number or alias of the connector", "string", true};
}

std::vector<Parameter> pagingParameters() {
    return {
        {"pageSize",
         ParameterPlace::Query,
         fmt::format(
             "How many at most, from 1; more than {} counts as that; {} if not given",
             kPageSizeMax,
             kPageSizeDefault
         ),
         "count"},
        {"nextPage",
         ParameterPlace::Query,
         "The header Elements-Next-Page-Token of the page before"},
        {"page",
         ParameterPlace::Query,
         "1 and nothing else: pages are asked for by nextPage",
         "first page"},
    };
}

}  // namespace ferry::api
