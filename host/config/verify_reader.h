#pragma once
// The ways of connectors without code to verify a webhook, in 'notifications'.

#include "base/json_writer.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

#include <string>

namespace ferry::config {

/// What 'body' of 'notifications' says.
struct NotificationBody {
    std::string form;  ///< empty: not given
    bool is_known = true;
};

/// Writes one way, whose shape was checked, as an object; nothing if nobody can know its method.
void writeVerification(
    const YamlNode& node, const NotificationBody& body, Reporter& reporter, JsonWriter& json
);

}  // namespace ferry::config
