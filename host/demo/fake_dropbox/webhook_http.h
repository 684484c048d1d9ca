#pragma once
// One HTTP exchange with a webhook receiver, over Poco, that can be broken off.

#include "base/clock.h"
#include "base/result.h"
#include "demo/fake_dropbox/http_message.h"

#include <atomic>
#include <string>

namespace ferry::demo {

/// What the receiver answered; header names as it sent them.
struct WebhookAnswer {
    int status = 0;
    std::string body;  ///< at most 64 KiB of it
    std::map<std::string, std::string, IgnoringCase> headers;
};

/// Sends `request` (method, headers, body) to `url`. Waits `timeout` for the first byte, in steps
/// of 50 ms in which `is_stopping` ends it. Does not follow redirects.
/// Errors: InvalidArgument, Unavailable, DeadlineExceeded, Cancelled.
Result<WebhookAnswer> exchangeWithWebhook(
    const std::string& url,
    const Request& request,
    Milliseconds timeout,
    const std::string& ca_file,
    const std::atomic<bool>& is_stopping
);

}  // namespace ferry::demo
