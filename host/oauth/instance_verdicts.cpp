#include "oauth/instance_verdicts.h"

#include "oauth/oauth_links.h"

#include <fmt/format.h>

namespace ferry::oauth {
namespace {

constexpr std::string_view kComponent = "oauth";
/// Reasons that begin so were written here, and are taken back here.
constexpr std::string_view kReasonPrefix = "tokens can't be refreshed: ";

}  // namespace

Error InstanceVerdicts::revoke(const pipeline::InstanceSettings& settings, std::string_view why) {
    const bool has_link = !usesApiKey(settings);
    const std::string reason =
        has_link ? std::string(why)
                 : fmt::format("{}: put a valid key into the instance's configuration", why);
    const auto instance = parts_.instances.find(settings.id);
    // An owner's decision (disabled, removed) is not overruled.
    const bool is_running = instance && *instance && (*instance)->state == InstanceState::Running;
    Status written;
    if (!instance) {
        written = fail(instance.error());
    } else if (is_running) {
        written = parts_.instances.setState(
            settings.id, InstanceState::NeedsReauthorization, reason, parts_.clock.now()
        );
    }
    if (!written) {
        // Nobody may take it for stopped that is not: asked again, the provider says the same.
        return Error(
            ErrorCode::Unavailable,
            fmt::format(
                "record that {} has to be authorized again: {}",
                settings.name,
                written.error().message
            ),
            written.error().retry_after
        );
    }
    if (is_running) {
        parts_.log.warning(
            kComponent,
            "an instance has to be authorized again",
            {{"instance", settings.name},
             {"reason", reason},
             {"to_do", howToAuthorize(settings, parts_.public_url)}}
        );
    }
    return {ErrorCode::AuthorizationRevoked, reason};
}

void InstanceVerdicts::recordFailure(InstanceId id, std::string_view text, TimePoint notice_due) {
    setReason(id, InstanceState::Running, std::string(kReasonPrefix).append(text), notice_due);
}

void InstanceVerdicts::clearFailure(InstanceId id) {
    const auto instance = parts_.instances.find(id);
    if (!instance || !*instance || !(*instance)->state_reason.starts_with(kReasonPrefix)) return;
    setReason(id, InstanceState::Running, "", parts_.clock.now());
}

void InstanceVerdicts::recordWaiting(InstanceId id, std::string_view reason) {
    setReason(id, InstanceState::AwaitingAuthorization, reason, parts_.clock.now());
}

void InstanceVerdicts::setReason(
    InstanceId id, InstanceState state, std::string_view reason, TimePoint notice_due
) {
    const auto instance = parts_.instances.find(id);
    // Decided otherwise meanwhile, by its owner or by a browser.
    if (instance && (!*instance || (*instance)->state != state)) return;
    if (instance && (*instance)->state_reason == reason) return;
    const Status written = instance ? parts_.instances.setState(id, state, reason, notice_due)
                                    : Status(fail(instance.error()));
    if (!written) {
        parts_.log.warning(
            kComponent,
            "the reason of an instance's state was not recorded",
            {{"instance", id.value}, {"reason", reason}, {"error", written.error().message}}
        );
    }
}

}  // namespace ferry::oauth
