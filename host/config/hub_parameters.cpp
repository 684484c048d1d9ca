#include "config/hub_parameters.h"

#include "base/check.h"
#include "config/hub_parameter_checks.h"
#include "config/hub_parameter_texts.h"
#include "config/manifest_parameter.h"
#include "config/yaml_document.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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
        const YamlNode& parameters = *document.root.find("parameters");
        for (const YamlNode& node : parameters.children) {
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

void limitObjectTypes(Field& filter, const std::vector<std::string>& object_types) {
    const auto isPlain = [](const std::string& word) {
        return word.find_first_not_of(
                   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789_-"
               ) == word.npos;
    };
    const bool is_open =
        std::find(object_types.begin(), object_types.end(), "other") != object_types.end();
    if (is_open || !std::all_of(object_types.begin(), object_types.end(), isPlain)) return;
    std::vector<std::string> words = object_types;
    for (const char* always : {"file", "folder", "other"})
        if (std::find(words.begin(), words.end(), always) == words.end())
            words.emplace_back(always);
    const std::string word = fmt::format("({})", fmt::join(words, "|"));
    filter.pattern = Pattern::compile(fmt::format("{0}( *, *{0})*", word)).value_or(Pattern());
    filter.pattern_message = fmt::format("write some of {}", fmt::join(object_types, ", "));
    if (!object_types.empty()) filter.example = object_types.front();
}

const std::vector<Field>& pollingParameters() {
    static const std::vector<Field> fields = readAll({kPollingParameters});
    return fields;
}

}  // namespace ferry::config
