#include "config/hub_parameters.h"

#include "base/check.h"
#include "config/hub_parameter_checks.h"
#include "config/hub_parameter_texts.h"
#include "config/manifest_parameter.h"
#include "config/yaml_document.h"

#include <initializer_list>

namespace ferry::config {

namespace {

std::vector<Field> readAll(std::initializer_list<const char*> texts) {
    std::vector<Field> fields;
    for (const char* text : texts) {
        YamlDocument document;
        Diagnostics out;
        const bool is_parsed = parseYaml("the hub's parameters", text, document, out);
        FERRY_CHECK(is_parsed, "the hub's own parameters are no YAML");
        Reporter reporter(*document.source, out);
        for (const YamlNode& node : document.root.find("parameters")->children) {
            fields.push_back(readParameter(node, reporter));
            fields.back().check = hubParameterCheck(fields.back().key);
            fields.back().bytes_max = hubParameterBytesMax(fields.back().key);
        }
        FERRY_CHECK(out.items().empty(), "the hub's own parameters are faulty");
    }
    return fields;
}

}  // namespace

const std::vector<Field>& hubParameters() {
    static const std::vector<Field> fields =
        readAll({kEventParameters, kCallbackParameters, kCallbackAccessParameters});
    return fields;
}

const std::vector<Field>& pollingParameters() {
    static const std::vector<Field> fields = readAll({kPollingParameters});
    return fields;
}

}  // namespace ferry::config
