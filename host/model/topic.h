#pragma once
// The topic of an instance's callbacks, `instance-7-dropbox-events`: under which its notifications
// and its subscription are found.

#include "model/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace ferry {

struct Topic {
    InstanceId instance;
    std::string connector_key;

    bool operator==(const Topic&) const = default;
};

std::string topicText(InstanceId instance, std::string_view connector_key);

/// The other way; nullopt if `text` is no topic. Whether there is such an instance it does not say.
std::optional<Topic> parseTopic(std::string_view text);

}  // namespace ferry
