#pragma once
// What callers send to make a subscription.

#include "base/result.h"
#include "model/topic.h"

#include <string>
#include <string_view>

namespace ferry::api {

struct SubscriptionBody {
    Topic topic;
    std::string url;
};

/// Reads {channel, topics, config: {url}}. Errors: InvalidArgument naming everything that is wrong
/// at once; other channels than webhook, and other topics than those of instances, are wrong.
Result<SubscriptionBody> readSubscriptionBody(std::string_view body);

}  // namespace ferry::api
