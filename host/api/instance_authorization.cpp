// How InstanceChanges has an instance authorized while its caller waits.

#include "api/instance_changes.h"
#include "config/own_address.h"
#include "oauth/authorization_wait.h"
#include "oauth/oauth_links.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace ferry::api {
namespace {

/// A caller, and a thread of the server, waits no longer for a provider.
constexpr Milliseconds kPatience{25'000};

/// After this a provider that failed is worth another try.
constexpr Milliseconds kComeBack{5'000};

/// Callers that wait at one time; each holds a thread of the server.
constexpr unsigned kWaitingMax = 16;

/// Nobody has to consent.
bool usesClientCredentials(const ApiParts& parts, std::string_view connector_key) {
    const auto provider = parts.providers.find(connector_key);
    return provider != nullptr && provider->options().uses_client_credentials;
}

/// No provider had a part in it: the store failed, the hub is stopping, or it has too much to do.
bool isOfHub(const Error& error) {
    if (error.is_of_provider) return false;
    switch (error.code) {
        case ErrorCode::Unavailable:
        case ErrorCode::Cancelled:
        case ErrorCode::Corrupt:
        case ErrorCode::Internal:
            return true;
        default:
            return false;
    }
}

}  // namespace

bool isReachedAlike(pipeline::Configuration a, pipeline::Configuration b) {
    a.erase(std::string(oauth::kAppKey));
    b.erase(std::string(oauth::kAppKey));
    return pipeline::sameCredentials(a, b);
}

Status InstanceChanges::checkRedirect(const pipeline::Configuration& configuration) const {
    const std::string_view url = pipeline::valueOf(configuration, oauth::kCallbackUrl);
    if (config::ownAddress(url, parts_.public_url) != config::OwnAddress::NoRoute) return {};
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format(
            "'{}' is no page of this hub: did you mean {}?",
            oauth::kCallbackUrl,
            oauth::redirectUri("", parts_.public_url)
        )
    );
}

Status InstanceChanges::authorize(InstanceId id, const Draft& draft, const Secret& code) {
    const bool has_own = pipeline::hasOwnKey(draft.configuration) ||
                         !pipeline::valueOf(draft.configuration, oauth::kRefreshToken).empty() ||
                         usesClientCredentials(parts_, draft.connector_key);
    if (code.empty()) return has_own ? waitForAnswer({id, {}, {}, {}}) : waitForPerson(id);

    // The code may come from the URL of oauth/url, or from one that the caller has made.
    oauth::BrowserGrant grant{id, code, {}, std::nullopt};
    grant.redirect_uri = oauth::redirectUri(
        pipeline::valueOf(draft.configuration, oauth::kCallbackUrl), parts_.public_url
    );
    return waitForAnswer(std::move(grant));
}

Error InstanceChanges::refusalOf(const Error& error) {
    if (error.code == ErrorCode::NotFound || isOfHub(error)) return error;
    // The provider had no objection: its account is not the instance's, say.
    if (error.code == ErrorCode::Conflict && !error.is_of_provider) {
        Error refusal = error;
        refusal.message.insert(0, "the hub did not take the authorization: ");
        return refusal;
    }
    const bool is_senseless = error.code == ErrorCode::Corrupt || error.code == ErrorCode::Internal;
    const bool may_come_back = isTransient(error.code) || is_senseless;
    Error refusal = error;
    if (!may_come_back) refusal.code = ErrorCode::InvalidArgument;
    refusal.message.insert(0, "the provider did not authorize the instance: ");
    if (may_come_back && !refusal.retry_after) refusal.retry_after = kComeBack;
    return refusal;
}

Status InstanceChanges::waitForAnswer(oauth::BrowserGrant grant) {
    const oauth::WaitingSlot slot(waiting_);
    if (!slot.isWithin(kWaitingMax)) {
        return fail(
            {ErrorCode::Unavailable, "too many authorizations at one time", Milliseconds(1000)}
        );
    }
    const auto answered = oauth::authorizeAndWait(parts_.authorizer, std::move(grant), kPatience);
    if (!answered) {
        return fail(ErrorCode::DeadlineExceeded, "the provider did not answer in time");
    }
    if (*answered) return {};
    return fail(answered->error());
}

/// Nothing but a person's consent can authorize it.
Status InstanceChanges::waitForPerson(InstanceId id) {
    FERRY_TRY(parts_.store.tokens().remove(id));
    FERRY_TRY(parts_.store.instances().setState(
        id, InstanceState::AwaitingAuthorization, oauth::kWaitsForPerson, parts_.clock.now()
    ));
    parts_.instance_changed(id);
    parts_.authorizer.enqueue(id);  // writes down which link to open
    return {};
}

Status InstanceChanges::restore(const Written& written) {
    const std::lock_guard lock(mutex_);
    FERRY_TRY_ASSIGN(const Instance now, read(written.before.id));
    // Somebody else has changed it since: that stands.
    const bool is_ours = now.name == written.after.name &&
                         now.configuration_fingerprint == written.after.configuration_fingerprint;
    if (!is_ours) return {};
    Instance before = written.before;
    before.updated_at = parts_.clock.now();
    FERRY_TRY(parts_.store.instances().reconfigure(std::span(&before, 1)));
    parts_.instance_changed(before.id);
    return {};
}

}  // namespace ferry::api
