// Instances are made, changed, stopped and removed.

#include "api/answers.h"
#include "api/element_json.h"
#include "api/element_lookup.h"
#include "api/instance_json.h"
#include "api/instance_routes.h"
#include "oauth/oauth_links.h"

#include <memory>
#include <utility>

namespace ferry::api {
namespace {

Result<http::Response> shown(
    const ApiParts& parts, const Instance& instance, InstanceDetail detail = InstanceDetail::Alone
) {
    JsonWriter json;
    FERRY_TRY(InstanceWriter(parts).write(json, instance, detail));
    return jsonAnswer(json);
}

/// The connector that an instance is to be made from: that of the path, or of the body.
Result<std::shared_ptr<const config::ConnectorManifest>> connectorFor(
    const ApiParts& parts, const Call& call, const InstanceBody& body
) {
    if (!call.params.has("keyOrId")) {
        if (!body.element) {
            return fail(
                ErrorCode::InvalidArgument,
                "'element' is missing: write \"element\": {\"key\": \"dropbox\"}"
            );
        }
        auto connector = findElement(parts, *body.element);
        // The path is good, so this is not a page that is not there.
        if (!connector) return fail(ErrorCode::InvalidArgument, connector.error().message);
        return connector;
    }
    FERRY_TRY_ASSIGN(auto connector, findElement(parts, call.params.get("keyOrId")));
    if (body.element && !namesElement(parts, *body.element, connector->key)) {
        return fail(
            ErrorCode::InvalidArgument, "'element' is another connector than the path says"
        );
    }
    return connector;
}

/// Who brings a refresh token need not say where a browser comes back to: the hub's own address is
/// there for the day when a person has to authorize anew.
void addRedirectUri(
    const ApiParts& parts, const config::ConnectorManifest& connector, InstanceBody& body
) {
    if (!body.is_external || connector.parameters.find(oauth::kCallbackUrl) == nullptr) return;
    body.configuration.try_emplace(
        std::string(oauth::kCallbackUrl), oauth::redirectUri("", parts.public_url)
    );
}

Result<http::Response> createInstance(
    const ApiParts& parts, InstanceChanges& changes, const Call& call
) {
    FERRY_TRY_ASSIGN(InstanceBody body, readInstanceBody(call.request.body));
    FERRY_TRY_ASSIGN(const auto connector, connectorFor(parts, call, body));
    addRedirectUri(parts, *connector, body);
    FERRY_TRY_ASSIGN(const Instance instance, changes.create(*connector, body));
    return shown(
        parts, instance, body.wants_objects ? InstanceDetail::WithObjects : InstanceDetail::Alone
    );
}

Result<http::Response> updateInstance(
    const ApiParts& parts, InstanceChanges& changes, const Call& call, ConfigurationChange change
) {
    FERRY_TRY_ASSIGN(const InstanceBody body, readInstanceBody(call.request.body));
    const bool may_authorize = call.request.queryValue("reAuthenticate") != "false";
    FERRY_TRY_ASSIGN(
        const Instance instance, changes.update(call.theInstance(), body, {change, may_authorize})
    );
    return shown(parts, instance);
}

Result<http::Response> patchConfiguration(
    const ApiParts& parts, InstanceChanges& changes, const Call& call
) {
    const std::string& wanted = call.params.get("configId");
    FERRY_TRY_ASSIGN(const auto connector, findElement(parts, call.theInstance().connector_key));
    FERRY_TRY_ASSIGN(const config::Field* const field, findConfiguration(*connector, wanted));
    InstanceBody body;
    body.has_configuration = true;
    FERRY_TRY_ASSIGN(body.configuration[field->key], readPropertyValue(call.request.body));
    FERRY_TRY_ASSIGN(const Instance instance, changes.update(call.theInstance(), body, {}));
    FERRY_TRY_ASSIGN(
        const auto configuration,
        pipeline::openConfiguration(instance.sealed_configuration, instance.name, parts.key)
    );
    JsonWriter json;
    writeConfigurationEntry(json, *connector, *field, configuration);
    return jsonAnswer(json);
}

void addCreation(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes) {
    Route route;
    route.method = "POST";
    route.path = "/instances";
    route.operation_id = "createInstance";
    route.summary = "Makes an instance; with a code or a refresh token it is authorized at once";
    route.area = "instances";
    route.role = Role::Write;
    route.body = schemaOf("InstanceWrite");
    route.answers = {{200, "The instance", schemaOf("Instance")}};
    route.refusals = {409, 502, 504};
    route.handler = [&parts, changes](const Call& call) {
        return createInstance(parts, *changes, call);
    };
    table.add(route);

    route.path = "/elements/{keyOrId}/instances";
    route.operation_id = "createElementInstance";
    route.summary = "Makes an instance of a connector";
    route.parameters = {keyOrId()};
    table.add(std::move(route));
}

void addUpdates(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes) {
    Route route;
    route.role = Role::Write;
    route.body = schemaOf("InstanceWrite");
    route.parameters = {
        {"reAuthenticate",
         ParameterPlace::Query,
         "false leaves the authorization as it is, whatever is changed",
         "boolean"}};
    route.answers = {{200, "The instance as it is then", schemaOf("Instance")}};
    route.refusals = {404, 409, 502, 504};

    route.method = "PUT";
    route.operation_id = "replaceInstance";
    route.summary =
        "Changes an instance; parameters that are not sent go back to their defaults, but "
        "those of its authorization stay";
    route.handler = [&parts, changes](const Call& call) {
        return updateInstance(parts, *changes, call, ConfigurationChange::Replace);
    };
    addInstanceForms(table, route, "", everyInstancePath());

    route.method = "PATCH";
    route.operation_id = "patchInstance";
    route.summary = "Changes what is sent of an instance, and nothing else";
    route.handler = [&parts, changes](const Call& call) {
        return updateInstance(parts, *changes, call, ConfigurationChange::Merge);
    };
    addInstanceForms(table, route, "", everyInstancePath());

    route.operation_id = "patchInstanceConfigurationEntry";
    route.summary = "Changes one parameter of an instance; null takes it away";
    route.parameters = {configurationEntryId()};
    route.body = schemaOf("PropertyValue");
    route.answers = {{200, "The parameter as it is then", schemaOf("InstanceConfiguration")}};
    route.handler = [&parts, changes](const Call& call) {
        return patchConfiguration(parts, *changes, call);
    };
    addInstanceForms(table, route, "/configuration/{configId}", everyInstancePath());
}

void addSwitches(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes) {
    for (const bool is_enabled : {true, false}) {
        Route route;
        route.role = Role::Write;
        route.method = is_enabled ? "PUT" : "DELETE";
        route.operation_id = is_enabled ? "enableInstance" : "disableInstance";
        route.summary = is_enabled
                            ? "Lets a disabled instance run again, and its callback be sent to"
                            : "Stops an instance; its authorization is kept";
        route.answers = {{200, "The instance as it is then", schemaOf("Instance")}};
        route.refusals = {404, 409};
        route.handler = [&parts, changes, is_enabled](const Call& call) -> Result<http::Response> {
            FERRY_TRY_ASSIGN(
                const Instance instance, changes->setEnabled(call.theInstance(), is_enabled)
            );
            return shown(parts, instance);
        };
        addInstanceForms(table, route, "/enabled", everyInstancePath());
    }
}

void addTraceLogging(RouteTable& table, const ApiParts& parts) {
    Route route;
    route.role = Role::Write;
    route.answers = {{200, "The instance as it is then", schemaOf("Instance")}};

    route.method = "PUT";
    route.operation_id = "enableTraceLogging";
    route.summary = "Has the log tell each call that is about the instance, for a time";
    route.body = schemaOf("TraceLogging");
    route.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const Milliseconds duration, readTraceDuration(call.request.body));
        const TimePoint now = parts.clock.now();
        parts.trace_logging->enable(call.theInstance().id, now + duration, now);
        return shown(parts, call.theInstance());
    };
    addInstanceForms(table, route, "/trace-logging", everyInstancePath());

    route.method = "DELETE";
    route.operation_id = "disableTraceLogging";
    route.summary = "Ends that at once";
    route.body.reset();
    route.handler = [&parts](const Call& call) -> Result<http::Response> {
        parts.trace_logging->disable(call.theInstance().id);
        return shown(parts, call.theInstance());
    };
    addInstanceForms(table, route, "/trace-logging", everyInstancePath());
}

void addRemoval(RouteTable& table, const ChangesPtr& changes) {
    Route route;
    route.role = Role::Write;
    route.method = "DELETE";
    route.operation_id = "deleteInstance";
    route.summary = "Removes an instance with its tokens and its events";
    route.answers = {{200, "It is gone", schemaOf("Nothing")}};
    route.refusals = {404, 409};
    route.handler = [changes](const Call& call) -> Result<http::Response> {
        FERRY_TRY(changes->remove(call.theInstance()));
        http::Response response;
        response.body = "{}";
        return response;
    };
    addInstanceForms(table, route, "", everyInstancePath());
}

}  // namespace

void addInstanceWrites(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes) {
    addCreation(table, parts, changes);
    addUpdates(table, parts, changes);
    addSwitches(table, parts, changes);
    addTraceLogging(table, parts);
    addRemoval(table, changes);
}

}  // namespace ferry::api
