#pragma once
// What the tests of CurlOutbound share: one that may reach loopback, and a plain request.

#include "http/curl_outbound.h"
#include "support/http/collector.h"
#include "support/http/raw_server.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace ferry::http {

/// Callbacks may reach 127.0.0.0/8.
inline CurlOutboundOptions loopbackOptions() {
    CurlOutboundOptions options;
    options.policy = EgressPolicy::standard(
        {IpNetwork::parse("127.0.0.0/8").value(), IpNetwork::parse("::1").value()}
    );
    return options;
}

inline std::unique_ptr<CurlOutbound> makeOutbound(CurlOutboundOptions options = loopbackOptions()) {
    return CurlOutbound::create(std::move(options)).value();
}

inline OutboundRequest postTo(const std::string& url) {
    OutboundRequest request;
    request.url = url;
    request.body = "{}";
    request.timeout = Milliseconds(10000);
    request.headers.add("Content-Type", "application/json");
    return request;
}

}  // namespace ferry::http
