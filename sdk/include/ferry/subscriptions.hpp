#pragma once
// Registering webhooks at the provider (abi/ext/subscription.h, ABI 1.1).

#include <ferry/views.hpp>

#include <ferry/abi/ext/subscription.h>
#include <ferry/abi/sink.h>

#include <cstdint>
#include <string>
#include <utility>

namespace ferry::sdk {

/// What is to be registered, and what is.
struct Subscribe {
    Subscribe() {}
    explicit Subscribe(const ferry_subscribe& from)
        : callback_url(toView(from.callback_url)),
          secret(toView(from.secret)),
          nonce(toView(from.nonce)),
          state(toView(from.state)) {}

    std::string callback_url;  ///< where webhooks are to be sent
    std::string secret;        ///< the instance's own: what they are verified with; may be empty
    std::string nonce;         ///< random text of this call, to name the registration by
    std::string state;         ///< Subscription::state of the one that is there; empty: none
};

/// A webhook that is registered.
struct Subscription {
    Subscription() {}
    explicit Subscription(std::string kept) : state(std::move(kept)) {}

    std::string state;               ///< to renew and remove it by; not empty, at most 8 KiB
    std::int64_t expires_at_ms = 0;  ///< ms since 1970 UTC; 0: it stays until it is removed
    /// That the provider signs with, where its answer says it: webhooks are verified with it from
    /// then on, in place of the instance's own. Empty: as before.
    std::string secret;
};

namespace detail {

inline ferry_status emit(const ferry_sink* sink, const Subscription& subscription) {
    ferry_subscription out{};
    out.struct_size = sizeof out;
    out.state = toStr(subscription.state);
    out.expires_at_ms = subscription.expires_at_ms;
    out.secret = toStr(subscription.secret);
    return sink->subscription(sink, &out);
}

}  // namespace detail
}  // namespace ferry::sdk
