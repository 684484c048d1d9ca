#include "api/instance_routes.h"

#include <string_view>
#include <utility>

namespace ferry::api {

std::vector<InstancePath> everyInstancePath() {
    return {
        InstancePath::ById,
        InstancePath::ByToken,
        InstancePath::OfElement,
        InstancePath::OfElementByToken};
}

void addInstanceForms(
    RouteTable& table,
    const Route& route,
    const std::string& rest,
    const std::vector<InstancePath>& paths
) {
    struct Form {
        std::string_view path;
        std::string_view ending;
        std::vector<Parameter> parameters;
    };
    const Form forms[] = {
        {"/instances/{id}", "", {instanceId()}},
        {"/instances", "ByToken", {}},
        {"/elements/{keyOrId}/instances/{id}", "OfElement", {keyOrId(), instanceId()}},
        {"/elements/{keyOrId}/instances", "OfElementByToken", {keyOrId()}}};
    for (const InstancePath path : paths) {
        const Form& form = forms[static_cast<std::size_t>(path)];
        Route row = route;
        row.area = "instances";
        row.subject = Subject::Instance;
        row.path = std::string(form.path) + rest;
        row.operation_id += form.ending;
        row.parameters.insert(
            row.parameters.begin(), form.parameters.begin(), form.parameters.end()
        );
        table.add(std::move(row));
    }
}

void addInstanceRoutes(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes) {
    defineInstanceSchemas(table);
    addInstanceReads(table, parts);
    addInstanceWrites(table, parts, changes);
}

}  // namespace ferry::api
