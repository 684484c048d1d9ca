// Instances as they are: one, a list of them, what they configure.

#include "api/answers.h"
#include "api/element_json.h"
#include "api/element_lookup.h"
#include "api/hub_account.h"
#include "api/instance_json.h"
#include "api/instance_routes.h"
#include "api/paging.h"
#include "config/parameter_validator.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace ferry::api {
namespace {

constexpr std::string_view kList = "instances";

Result<std::int64_t> countOfAll(store::InstanceStore& instances) {
    FERRY_TRY_ASSIGN(const auto counts, instances.countByState());
    std::int64_t total = 0;
    for (const auto& [state, count] : counts)
        total += count;
    return total;
}

Result<store::InstanceSearch> readSearch(const ApiParts& parts, const Call& call) {
    store::InstanceSearch search;
    for (const char* name : {"tags[]", "tags"}) {
        for (std::string& tag : call.request.queryValues(name)) {
            if (!tag.empty()) search.tags.push_back(std::move(tag));
        }
    }
    search.text = call.request.queryValue("searchText").value_or("");
    if (call.params.has("keyOrId")) {
        FERRY_TRY_ASSIGN(const auto connector, findElement(parts, call.params.get("keyOrId")));
        search.connector_key = connector->key;
    }
    return search;
}

/// A page of what is looked for.
Result<http::Response> listInstances(const ApiParts& parts, const Call& call) {
    const bool is_foreign =
        call.params.has("accountId") && !isHubAccount(call.params.get("accountId"));
    if (is_foreign) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format("this hub has one account, whose number is {}", kAccountId)
        );
    }
    FERRY_TRY_ASSIGN(const Paging paging, readPaging(call.request, kList));
    FERRY_TRY_ASSIGN(store::InstanceSearch search, readSearch(parts, call));
    search.after = InstanceId(paging.after);
    search.limit = paging.page_size + 1;  // one more tells whether there is a next page
    FERRY_TRY_ASSIGN(auto found, parts.store.instances().search(search));
    // The original answers a search without a result with 404, and a list that is empty with 200.
    const bool is_search = !search.tags.empty() || !search.text.empty();
    if (found.empty() && is_search && paging.after == 0) {
        return fail(ErrorCode::NotFound, "no instance has these tags and this text");
    }
    ListHeaders headers;
    if (found.size() > paging.page_size) {
        found.pop_back();
        headers.next_page = nextPageToken(kList, found.back().id.value);
    }
    headers.returned = found.size();
    // Counting what a filter lets through would read all of it.
    if (!search.isFiltered()) {
        FERRY_TRY_ASSIGN(headers.total, countOfAll(parts.store.instances()));
    }
    const bool is_brief = call.request.queryValue("hydrate") == "false";
    InstanceWriter writer(parts);
    JsonWriter json;
    json.beginArray();
    for (const Instance& instance : found) {
        FERRY_TRY(
            writer.write(json, instance, is_brief ? InstanceDetail::Brief : InstanceDetail::Whole)
        );
    }
    json.endArray();
    http::Response response = jsonAnswer(json);
    addListHeaders(response, headers);
    return response;
}

Result<http::Response> getInstance(const ApiParts& parts, const Call& call) {
    JsonWriter json;
    FERRY_TRY(InstanceWriter(parts).write(json, call.theInstance(), InstanceDetail::Alone));
    return jsonAnswer(json);
}

/// An instance's connector and configuration, for what is shown of them.
struct Configured {
    std::shared_ptr<const config::ConnectorManifest> connector;
    pipeline::Configuration configuration;
};

Result<Configured> configurationOf(const ApiParts& parts, const Instance& instance) {
    Configured found;
    FERRY_TRY_ASSIGN(found.connector, findElement(parts, instance.connector_key));
    FERRY_TRY_ASSIGN(
        found.configuration,
        pipeline::openConfiguration(instance.sealed_configuration, instance.name, parts.key)
    );
    return found;
}

Result<http::Response> getConfiguration(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Configured all, configurationOf(parts, call.theInstance()));
    JsonWriter json;
    json.beginArray();
    std::size_t count = 0;
    for (const config::Field& field : all.connector->parameters.fields()) {
        if (config::isInstanceKey(field.key)) continue;
        writeConfigurationEntry(json, *all.connector, field, all.configuration);
        ++count;
    }
    json.endArray();
    http::Response response = jsonAnswer(json);
    addListHeaders(response, {count, static_cast<std::int64_t>(count), std::nullopt});
    return response;
}

Result<http::Response> getConfigurationEntry(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Configured all, configurationOf(parts, call.theInstance()));
    FERRY_TRY_ASSIGN(
        const config::Field* const field,
        findConfiguration(*all.connector, call.params.get("configId"))
    );
    JsonWriter json;
    writeConfigurationEntry(json, *all.connector, *field, all.configuration);
    return jsonAnswer(json);
}

void addLists(RouteTable& table, const ApiParts& parts) {
    Route route;
    route.method = "GET";
    route.path = "/instances";
    route.operation_id = "listInstances";
    route.summary = "All instances, or those that have all the tags and the text";
    route.area = "instances";
    route.parameters = pagingParameters();
    route.parameters.push_back(
        {"tags[]", ParameterPlace::Query, "A tag that they have; may come several times", "strings"}
    );
    route.parameters.push_back(
        {"searchText", ParameterPlace::Query, "Part of the name or the connector's key"}
    );
    route.parameters.push_back(
        {"hydrate", ParameterPlace::Query, "false leaves the configuration out", "boolean"}
    );
    route.answers = {
        {.status = 200,
         .description = "A page of them, oldest first",
         .schema = listOf("Instance"),
         .headers = {
             "Elements-Returned-Count", "Elements-Total-Count", "Elements-Next-Page-Token"}}};
    route.refusals = {404};
    route.handler = [&parts](const Call& call) { return listInstances(parts, call); };
    table.add(route);

    Route of_account = route;
    of_account.path = "/accounts/instances";
    of_account.operation_id = "listOwnAccountInstances";
    of_account.summary = "The instances of the caller's account: all of the hub";
    table.add(of_account);
    of_account.path = "/accounts/{accountId}/instances";
    of_account.operation_id = "listAccountInstances";
    of_account.summary = "The instances of an account, of which the hub has one";
    of_account.parameters.insert(
        of_account.parameters.begin(),
        {"accountId", ParameterPlace::Path, "1: the hub has one account", "integer", true}
    );
    of_account.refusals.push_back(403);
    table.add(std::move(of_account));

    route.path = "/elements/{keyOrId}/instances";
    route.operation_id = "listElementInstances";
    route.summary = "The instances of a connector";
    route.parameters.insert(route.parameters.begin(), keyOrId());
    table.add(std::move(route));
}

}  // namespace

Parameter configurationEntryId() {
    return {"configId", ParameterPlace::Path, "Key or number of the parameter", "string", true};
}

void addInstanceReads(RouteTable& table, const ApiParts& parts) {
    addLists(table, parts);

    Route one;
    one.method = "GET";
    one.operation_id = "getInstance";
    one.summary = "One instance";
    one.answers = {{200, "The instance", schemaOf("Instance")}};
    one.handler = [&parts](const Call& call) { return getInstance(parts, call); };
    addInstanceForms(table, one, "", {InstancePath::ById, InstancePath::OfElement});

    Route all;
    all.method = "GET";
    all.operation_id = "getInstanceConfiguration";
    all.summary = "What an instance configures; secrets are masked";
    all.answers = {
        {.status = 200,
         .description = "Every parameter of its connector, in the connector's order",
         .schema = listOf("InstanceConfiguration"),
         .headers = {"Elements-Returned-Count", "Elements-Total-Count"}}};
    all.refusals = {404};
    all.handler = [&parts](const Call& call) { return getConfiguration(parts, call); };
    addInstanceForms(table, all, "/configuration", everyInstancePath());

    Route entry;
    entry.method = "GET";
    entry.operation_id = "getInstanceConfigurationEntry";
    entry.summary = "One parameter of an instance";
    entry.parameters = {configurationEntryId()};
    entry.answers = {{200, "The parameter", schemaOf("InstanceConfiguration")}};
    entry.handler = [&parts](const Call& call) { return getConfigurationEntry(parts, call); };
    addInstanceForms(table, entry, "/configuration/{configId}", everyInstancePath());
}

}  // namespace ferry::api
