#pragma once
// What callers send to make a subscription.

#include "base/result.h"
#include "model/topic.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

struct SubscriptionBody {
    std::optional<Topic> instance;    ///< the one topic, if it is an instance's
    std::vector<std::string> topics;  ///< those that callers name; empty if it is an instance's
    std::string url;
};

/// Reads {channel, topics, config: {url}}. Errors: InvalidArgument naming everything that is wrong
/// at once; other channels than webhook are wrong, and the topic of an instance beside others.
Result<SubscriptionBody> readSubscriptionBody(std::string_view body);

}  // namespace ferry::api
