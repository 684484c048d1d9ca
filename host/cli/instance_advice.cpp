#include "cli/instance_advice.h"

#include "oauth/authorization_job.h"
#include "oauth/oauth_links.h"
#include "pipeline/instance_settings.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace ferry::cli {

namespace {

constexpr const char* kMayWrite = "Authorization: Bearer <a key that may write>";

/// " at <file>:<line>"; empty if it was made over the API.
std::string placeOf(const Instance& instance) {
    return instance.source.empty() ? "" : " at " + instance.source;
}

std::string howToAuthorize(const Instance& instance, const ListContext& context) {
    std::optional<pipeline::InstanceSettings> settings;
    if (context.key) {
        if (auto opened = pipeline::openSettings(instance, *context.key))
            settings = std::move(*opened);
    }
    const bool has_own_key = settings && oauth::usesApiKey(*settings);
    if (!has_own_key && instance.state_reason.find(oauth::kRefusesApp) != std::string::npos) {
        return "correct oauth.api.key and oauth.api.secret in its configuration" +
               placeOf(instance);
    }
    if (!settings) return "open " + oauth::startLink(context.public_url, instance.name);
    return oauth::howToAuthorize(*settings, context.public_url) +
           (has_own_key ? placeOf(instance) : "");
}

}  // namespace

std::string whatToDo(const Instance& instance, const ListContext& context) {
    switch (instance.state) {
        case InstanceState::Running:
            return {};
        case InstanceState::AwaitingAuthorization:
        case InstanceState::NeedsReauthorization:
            if (instance.state_reason.starts_with(oauth::kTriedAgain)) return {};
            return howToAuthorize(instance, context);
        case InstanceState::Disabled:
            return fmt::format(
                "to enable it: curl -X PUT -H '{}' '{}/elements/api-v2/instances/{}/enabled'",
                kMayWrite,
                context.public_url,
                instance.id.value
            );
    }
    return {};
}

std::string askAgainCommand(const Instance& instance) {
    return fmt::format(
        "once it works again: ferry deliveries redeliver --instance '{}'", instance.name
    );
}

}  // namespace ferry::cli
