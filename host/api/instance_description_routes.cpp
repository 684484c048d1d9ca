// What there is to ask of an instance: the kinds of its objects, and the document of its calls.
// None of it needs the provider, so a disabled instance answers as well.

#include "api/answers.h"
#include "api/areas.h"
#include "api/element_json.h"
#include "api/element_lookup.h"
#include "api/instance_routes.h"
#include "api/openapi.h"

namespace ferry::api {
namespace {

void addObjects(RouteTable& table, const ApiParts& parts) {
    Route route;
    route.method = "GET";
    route.path = "/objects";
    route.operation_id = "listObjects";
    route.summary = "The kinds of objects that the instance of the Element token tells of";
    route.area = "documents";
    route.subject = Subject::Instance;
    route.is_hub_resource = true;
    route.answers = {{200, "Their names", schemaOf("ObjectNames")}};
    route.refusals = {404};
    route.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(
            const auto connector, findElement(parts, call.theInstance().connector_key)
        );
        JsonWriter json;
        writeObjectNames(json, *connector);
        return jsonAnswer(json);
    };
    table.add(std::move(route));
}

void addDocument(RouteTable& table, const ApiParts& parts) {
    Route route;
    route.method = "GET";
    route.operation_id = "getInstanceDocs";
    route.summary = "The OpenAPI document of the calls that the instance's Element token is for";
    route.answers = {{200, "The document", schemaOf("OpenApi")}};
    // Made when it is asked for: the table is not whole yet.
    route.handler = [&table, &parts](const Call&) -> Result<http::Response> {
        http::Response response;
        response.body = openapiDocument(table, parts.public_url, OpenapiScope::ConnectorCalls);
        return response;
    };
    addInstanceForms(table, route, "/docs", {InstancePath::ById, InstancePath::ByToken});
}

}  // namespace

void addInstanceDescriptionRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("ObjectNames", R"json({"type": "array", "items": {"type": "string"}})json");
    table.define("OpenApi", R"json({
        "type": "object",
        "required": ["openapi", "info", "paths", "components"],
        "properties": {"openapi": {"const": "3.1.0"}, "paths": {"type": "object"}}
    })json");
    addObjects(table, parts);
    addDocument(table, parts);
}

}  // namespace ferry::api
