#pragma once
// A condition: something that an operator has to look at, for as long as it lasts.

#include "base/clock.h"
#include "base/strong_id.h"

#include <array>
#include <string>
#include <string_view>

namespace ferry {

struct ConditionTag;
using ConditionId = StrongId<ConditionTag>;

enum class ConditionKind : std::uint8_t {
    NeedsReauthorization = 0,  ///< of an instance: its consent is gone
    CallbackSwitchedOff = 1,   ///< of a callback: nothing is sent to it until somebody asks for it
    CallbackFailing = 2,       ///< of a callback: it has accepted nothing for a while
    DeliveriesDead = 3,        ///< of an instance: deliveries became dead letters lately
    CallbackUnpermitted = 4,   ///< of a callback: its receiver does not permit that it is sent to
};
inline constexpr std::array kConditionKinds{
    ConditionKind::NeedsReauthorization,
    ConditionKind::CallbackSwitchedOff,
    ConditionKind::CallbackFailing,
    ConditionKind::DeliveriesDead,
    ConditionKind::CallbackUnpermitted,
};

/// "instance.needs_reauthorization", "callback.switched_off", "callback.failing",
/// "deliveries.dead", "callback.without_permission": the types of messages to operators.
std::string_view conditionKindName(ConditionKind kind) noexcept;

struct Condition {
    ConditionId id;  ///< given by the store, never used twice: one opening
    ConditionKind kind = ConditionKind::NeedsReauthorization;
    std::int64_t subject = 0;  ///< the id of the instance or of the callback
    TimePoint since;
    std::string reason;     ///< for people
    std::string instances;  ///< JSON array of the instances that it concerns, as it opened
    TimePoint ended_at{};   ///< 1970: it is open
    bool is_told = false;   ///< the operator was told that it opened
    /// As it was found, not as it is stored: how many there are of what it is about; 0: it counts
    /// nothing.
    std::int64_t count = 0;

    bool isOpen() const noexcept { return ended_at == TimePoint(); }
};

}  // namespace ferry
