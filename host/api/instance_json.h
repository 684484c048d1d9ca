#pragma once
// Instances as the Open Connectors API shows them. Nothing that is secret is shown.

#include "api/api_parts.h"
#include "api/element_token.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "config/connector_manifest.h"
#include "model/instance.h"
#include "pipeline/instance_settings.h"

#include <memory>
#include <string>
#include <string_view>

namespace ferry::api {

/// In place of a value that is secret. Sent back by a caller it means: as it was.
inline constexpr std::string_view kMask = "********";

/// True if values of this parameter are shown as kMask: those that connector.yaml calls secret, the
/// app key, which the original masked as well, and whatever the connector does not know.
/// `connector` may be null: it is not loaded.
bool isMasked(const config::ConnectorManifest* connector, std::string_view parameter);

enum class InstanceDetail : std::uint8_t {
    Brief,  ///< without its configuration, which then need not open
    Whole,
    Alone,        ///< whole, and with its webhook URL and what there is to warn of
    WithObjects,  ///< so, and with the kinds of objects of its connector
};

/// Writes instances; looks each connector up once. Threads: one. Lifetime: that of one answer.
class InstanceWriter {
  public:
    explicit InstanceWriter(const ApiParts& parts);

    /// Writes the instance as an object. Corrupt if its configuration does not open (nothing of it
    /// is written then).
    Status write(JsonWriter& json, const Instance& instance, InstanceDetail detail);

    /// The instance's connector; null if it is not loaded.
    const config::ConnectorManifest* connectorOf(const Instance& instance) const;

  private:
    void writeWebhookUrl(
        JsonWriter& json, const config::ConnectorManifest& connector, const Instance& instance
    ) const;
    void writeElementOf(JsonWriter& json, const Instance& instance) const;
    void writeInteractions(JsonWriter& json, const Instance& instance) const;

    const ApiParts& parts_;
    const ElementTokens tokens_;
    const std::shared_ptr<const config::ManifestSet> connectors_;
};

/// Writes one entry of `/instances/{id}/configuration`.
void writeConfigurationEntry(
    JsonWriter& json,
    const config::ConnectorManifest& connector,
    const config::Field& field,
    const pipeline::Configuration& configuration
);

}  // namespace ferry::api
