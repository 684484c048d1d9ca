#include "pipeline/poll_timer.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr Milliseconds kLeast{1'000};

}  // namespace

bool polls(const ProviderOptions& options, const InstanceSettings& settings) noexcept {
    return options.polling && settings.polls.value_or(options.polling->is_default);
}

bool fetchesChanges(const ProviderOptions& options, const InstanceSettings& settings) noexcept {
    if (options.feed == Feed::Either) return polls(options, settings);
    return options.feed == Feed::Fetched;
}

Milliseconds pollInterval(
    const ProviderOptions& options,
    const InstanceSettings& settings,
    std::optional<Milliseconds> previous,
    bool has_found
) noexcept {
    if (!polls(options, settings)) {
        if (settings.poll_interval) return *settings.poll_interval;
        // Of a connector that can poll it is for instances that do.
        return options.polling ? options.poll_interval
                               : settings.poll_min.value_or(options.poll_interval);
    }
    // Whatever was configured, the provider is not asked without pause.
    const Milliseconds least =
        std::max(kLeast, settings.poll_min.value_or(options.polling->interval_min));
    const Milliseconds most =
        std::max(least, settings.poll_max.value_or(options.polling->interval_max));
    if (has_found || !previous) return least;
    return std::clamp(*previous + *previous / 2, least, most);
}

}  // namespace ferry::pipeline
