#include "api/instance_json.h"

#include "api/element_id.h"
#include "api/element_json.h"
#include "api/instance_configuration.h"
#include "config/parameter_validator.h"
#include "oauth/oauth_links.h"
#include "pipeline/webhook_url.h"

namespace ferry::api {
namespace {

bool isAuthorized(const Instance& instance) {
    return instance.state != InstanceState::AwaitingAuthorization &&
           instance.state != InstanceState::NeedsReauthorization;
}

void writeConfiguration(
    JsonWriter& json,
    const config::ConnectorManifest* connector,
    const pipeline::Configuration& configuration
) {
    json.key("configuration").beginObject();
    for (const auto& [key, value] : configuration) {
        // A grant code stands beside the configuration, and is never shown.
        if (config::isInstanceKey(key)) continue;
        json.field(key, isMasked(connector, key) ? kMask : std::string_view(value));
    }
    json.endObject();
}

}  // namespace

bool isMasked(const config::ConnectorManifest* connector, std::string_view parameter) {
    if (parameter == "oauth.api.key" || connector == nullptr) return true;
    if (parameter == config::kAuthenticationParameter) return false;
    const config::Field* field = connector->parameters.find(parameter);
    return field == nullptr || field->is_secret;
}

InstanceWriter::InstanceWriter(const ApiParts& parts)
    : parts_(parts), tokens_(parts.key), connectors_(parts.connectors()) {}

const config::ConnectorManifest* InstanceWriter::connectorOf(const Instance& instance) const {
    const auto found = connectors_->find(instance.connector_key);
    return found == connectors_->end() ? nullptr : &found->second;
}

Status InstanceWriter::write(JsonWriter& json, const Instance& instance, InstanceDetail detail) {
    const bool is_whole = detail != InstanceDetail::Brief;
    pipeline::Configuration configuration;
    if (is_whole) {
        FERRY_TRY_ASSIGN(
            configuration,
            pipeline::openConfiguration(instance.sealed_configuration, instance.name, parts_.key)
        );
    }
    json.beginObject().field("id", instance.id.value).field("name", instance.name);
    json.field("createdDate", formatRfc3339(instance.created_at));
    json.field("updatedDate", formatRfc3339(instance.updated_at));
    json.field("token", tokens_.issue(instance.id));
    writeElementOf(json, instance);
    json.key("tags").beginArray();
    for (const std::string& tag : instance.tags)
        json.string(tag);
    json.endArray();
    writeInteractions(json, instance);
    json.field("valid", isAuthorized(instance));
    json.field("disabled", instance.state == InstanceState::Disabled);
    json.field("maxCacheSize", std::int64_t{0}).field("cacheTimeToLive", std::int64_t{0});
    if (is_whole) {
        writeConfiguration(json, connectorOf(instance), configuration);
        const auto callback = pipeline::valueOf(configuration, "event.notification.callback.url");
        if (!callback.empty()) json.field("eventsNotificationCallbackUrl", callback);
    }
    json.field("eventsEnabled", instance.events_enabled);
    json.field("traceLoggingEnabled", parts_.trace_logging->isOn(instance.id, parts_.clock.now()));
    json.field("cachingEnabled", false);
    if (is_whole) {
        const bool is_initial = !pipeline::valueOf(configuration, oauth::kRefreshToken).empty();
        json.field("externalAuthentication", is_initial ? "initial" : "none");
    }
    // Accounts and users of the original are not kept here: there is one, whose number is 1. Its
    // schema requires the other three members, so that strict callers look for them.
    json.key("user").beginObject().field("id", std::int64_t{1});
    json.field("emailAddress", "").field("firstName", "").field("lastName", "").endObject();
    json.field("state", instanceStateName(instance.state));
    json.field("stateReason", instance.state_reason);
    json.field("accountId", instance.account_id);
    json.field("source", instance.source);
    const config::ConnectorManifest* const connector = connectorOf(instance);
    if (detail >= InstanceDetail::Alone && connector != nullptr) {
        writeWebhookUrl(json, *connector, instance);
        json.key("warnings").beginArray();
        for (const std::string& warning : configurationWarnings(*connector, configuration))
            json.string(warning);
        json.endArray();
    }
    if (detail == InstanceDetail::WithObjects && connector != nullptr) {
        json.key("objects");
        writeObjects(json, *connector);
    }
    json.endObject();
    return {};
}

/// For those who enter it at the provider by hand.
void InstanceWriter::writeWebhookUrl(
    JsonWriter& json, const config::ConnectorManifest& connector, const Instance& instance
) const {
    if (connector.webhook == config::WebhookScope::None) return;
    std::optional<InstanceId> of_one;
    if (connector.webhook == config::WebhookScope::Instance) of_one = instance.id;
    json.field("webhookUrl", pipeline::webhookUrl(parts_.public_url, connector.key, of_one));
}

void InstanceWriter::writeElementOf(JsonWriter& json, const Instance& instance) const {
    json.key("element");
    if (const config::ConnectorManifest* connector = connectorOf(instance)) {
        writeElement(json, *connector, ElementDetail::Brief);
    } else {
        config::ConnectorManifest gone;
        gone.key = instance.connector_key;
        gone.name = instance.connector_key;
        gone.description = "This connector is not loaded.";
        writeElement(json, gone, ElementDetail::Brief);
    }
    json.field("elementId", elementId(instance.connector_key));
}

/// What has still to be done until it is authorized; none where nobody consents.
void InstanceWriter::writeInteractions(JsonWriter& json, const Instance& instance) const {
    json.key("provisionInteractions").beginArray();
    if (!isAuthorized(instance)) {
        const auto settings = pipeline::openSettings(instance, parts_.key);
        // A list says what it can of an instance that does not open: that page says why.
        const std::string url = settings ? oauth::consentUrl(*settings, parts_.public_url)
                                         : oauth::startLink(parts_.public_url, instance.name);
        if (!url.empty()) json.beginObject().field("type", "oauth").field("url", url).endObject();
    }
    json.endArray();
}

void writeConfigurationEntry(
    JsonWriter& json,
    const config::ConnectorManifest& connector,
    const config::Field& field,
    const pipeline::Configuration& configuration
) {
    const auto value = pipeline::valueOf(configuration, field.key);
    const bool is_shown = value.empty() || !isMasked(&connector, field.key);
    json.beginObject().field("id", configurationId(connector.key, field.key));
    json.field("key", field.key).field("name", field.title.empty() ? field.key : field.title);
    json.field("description", field.description).field("type", configurationType(field));
    json.field("propertyValue", is_shown ? value : kMask);
    json.field("required", isRequiredAtFirst(connector, field));
    json.field("active", true).field("hideFromConsole", false).endObject();
}

}  // namespace ferry::api
