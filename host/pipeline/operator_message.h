#pragma once
// What an operator's callback gets: one Standard Webhooks message when a condition opens, one when
// it is over.

#include "base/clock.h"
#include "base/signing_key.h"
#include "http/outbound.h"
#include "model/condition.h"

#include <span>
#include <string>
#include <string_view>

namespace ferry::pipeline {

/// What every message is made with.
struct OperatorTarget {
    std::string url;
    std::span<const SigningKey> keys;
    std::string_view hub_id;
    std::string_view user_agent;
};

/// What a person does about conditions of this kind.
std::string_view conditionAdvice(ConditionKind kind) noexcept;

/// The message that tells of `condition`: that it is over if it has ended, else that it opened.
///
/// `{"type": "callback.switched_off", "timestamp": ..., "data": {"hub", "instances": [{"id",
/// "name", "tags"}], "since", "reason", "action"}}`; when it is over, the type ends with
/// `.resolved`, and `data` has `endedAt` in place of `action`. The body and `webhook-id` stay the
/// same from attempt to attempt; with keys it is signed as Standard Webhooks 1.0.0 has it.
///
/// The URL is the operator's own: as with providers, private networks may be reached.
http::OutboundRequest makeOperatorRequest(
    const Condition& condition, const OperatorTarget& target, TimePoint attempted_at
);

}  // namespace ferry::pipeline
