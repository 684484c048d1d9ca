#include "app/instance_configuration.h"

#include "base/json_writer.h"

#include <algorithm>
#include <iterator>

namespace ferry::app {

using pipeline::Configuration;

namespace {

bool isCredential(std::string_view key) {
    return key == "authentication.type" || key == "code" || key == "oauth.api.key" ||
           key == "oauth.user.refresh_token" || key == "oauth.user.token" ||
           key.ends_with(".authorization.apikey");
}

}  // namespace

Configuration configurationOf(const config::InstanceDefinition& definition) {
    Configuration configuration(definition.configuration.begin(), definition.configuration.end());
    if (!definition.code.empty()) configuration["code"] = definition.code.reveal();
    return configuration;
}

Digest256 fingerprintOf(
    const config::InstanceDefinition& definition,
    const Configuration& configuration,
    const SealingKey& key
) {
    JsonWriter json;
    json.beginObject().field("key", definition.key).key("tags").beginArray();
    for (const std::string& tag : definition.tags)
        json.string(tag);
    json.endArray().key("configuration").beginObject();
    for (const auto& [name, value] : configuration)
        json.field(name, value);
    json.endObject().endObject();
    return key.fingerprint(json.view());
}

bool sameCredentials(const Configuration& a, const Configuration& b) {
    const auto credentials = [](const Configuration& from) {
        Configuration found;
        std::copy_if(
            from.begin(),
            from.end(),
            std::inserter(found, found.end()),
            [](const auto& e) { return isCredential(e.first); }
        );
        return found;
    };
    return credentials(a) == credentials(b);
}

}  // namespace ferry::app
