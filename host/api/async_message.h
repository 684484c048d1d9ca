#pragma once
// What is kept of a call that is answered later (`Elements-Async-Request`), and the callback that
// its answer becomes. Pure.

#include "base/crypto.h"
#include "http/message.h"
#include "http/outbound.h"
#include "pipeline/instance_settings.h"
#include "store/message_store.h"

#include <string>
#include <string_view>

namespace ferry::api {

/// Until it is called, `method` and `target` are those of the call; from then on `body` is what
/// goes to `url`.
struct AsyncMessage {
    std::string url;
    std::string method;
    std::string target;  ///< with its query, as it was received
    std::string body;
};

std::string sealAsyncMessage(
    const AsyncMessage& message, InstanceId instance, const SealingKey& key, Random& random
);
/// Errors: Corrupt.
Result<AsyncMessage> openAsyncMessage(const store::Message& message, const SealingKey& key);

/// The request of the call, as the router takes it.
http::Request asyncCallOf(const AsyncMessage& message, std::string request_id);

/// {eventId, instanceId, notificationId, status, response}; `nextPage` with them if the answer has
/// the token of a next page. An answer of more than `bytes_max` is replaced by an error of status
/// 413.
std::string asyncAnswerBody(
    DeliveryId id,
    InstanceId instance,
    const http::Response& answer,
    std::string_view request_id,
    std::size_t bytes_max
);

/// Signed as callbacks are. The instance's own headers, its certificate among them, go to its own
/// callback URL alone.
http::OutboundRequest asyncCallback(
    DeliveryId id,
    const AsyncMessage& message,
    const pipeline::InstanceSettings& settings,
    TimePoint wall_now
);

}  // namespace ferry::api
