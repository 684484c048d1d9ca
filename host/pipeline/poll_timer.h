#pragma once
// How an instance hears of changes that no webhook tells, and when it is asked next. Pure.

#include "base/backoff.h"
#include "base/clock.h"
#include "pipeline/instance_settings.h"
#include "pipeline/stages.h"

#include <optional>

namespace ferry::pipeline {

/// Spread of poll times, so that instances that started together drift apart.
inline constexpr double kPollJitter = 0.1;

/// The next poll after a drain that ended at `now`. `unit` is a random number in [0,1).
inline TimePoint nextPoll(TimePoint now, Milliseconds interval, double unit) {
    return now + jitter(interval, kPollJitter, unit);
}

/// Does the instance poll, as event.vendor.type or else its connector says? Others are drained all
/// the same, in `poll_interval`, because webhooks get lost.
bool polls(const ProviderOptions& options, const InstanceSettings& settings) noexcept;

/// Is the provider asked for the changes of the instance? If not, webhooks bring them.
bool fetchesChanges(const ProviderOptions& options, const InstanceSettings& settings) noexcept;

/// The time until the next poll of an instance: the lower bound after one that has found something,
/// half as long again as before (`previous`) after each that has not, and never more than the upper
/// bound. Of instances that do not poll always the same: `event.poll.interval`, where the connector
/// has no polls of its own else `event.poller.refresh_interval`, else what ferry.yaml says.
Milliseconds pollInterval(
    const ProviderOptions& options,
    const InstanceSettings& settings,
    std::optional<Milliseconds> previous,
    bool has_found
) noexcept;

}  // namespace ferry::pipeline
