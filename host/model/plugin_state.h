#pragma once
// Which connectors a running hub serves, with which plugins, and why others are not served.

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ferry {

/// A connector that is in use.
struct ServedConnector {
    std::string key;
    std::string version;  ///< of the connector
    std::string plugin;   ///< id of the library
    std::string plugin_version;
    std::string source;               ///< path of the manifest
    std::uint64_t misbehaviours = 0;  ///< of the library since it was loaded
    bool is_quarantined = false;      ///< it misbehaved again and again, and is not called any more
    bool is_isolated = false;         ///< the library runs in a process of its own
    bool has_mapper = false;          ///< its records are mapped by jq, in a process of its own
    std::uint64_t restarts = 0;       ///< of these processes
    std::string last_end;             ///< what ended the last of them, in words; empty: nothing yet
    /// A process is gone, and no call starts it again before.
    std::optional<TimePoint> starts_again_at;
    Milliseconds hangs_for{0};  ///< a call into the library does not come back
};

/// A plugin folder or connector file that is not used as it is.
struct RefusedConnector {
    std::string key;  ///< by its manifest; by the name of its folder if that can't be read
    std::string path;
    std::string rule;     ///< stable name of what was broken, such as "abi-major"
    std::string message;  ///< what is wrong and what to do
    /// An earlier version of it serves the connector on.
    bool is_former_kept = false;

    bool operator==(const RefusedConnector&) const = default;
};

/// A plugin that was replaced or removed, while operations that began with it go on.
struct EndingPlugin {
    std::string plugin;  ///< id of the library
    std::string version;
    Milliseconds hangs_for{0};  ///< as ServedConnector::hangs_for
};

struct PluginStates {
    std::vector<ServedConnector> served;    ///< by key
    std::vector<RefusedConnector> refused;  ///< in the order of the folders
    std::vector<EndingPlugin> ending;       ///< in the order in which they were replaced
};

}  // namespace ferry
