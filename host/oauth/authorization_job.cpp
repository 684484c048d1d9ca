#include "oauth/authorization_job.h"

#include "oauth/oauth_links.h"

#include <fmt/format.h>

namespace ferry::oauth {
namespace {

bool isConsentGone(ErrorCode code) {
    return code == ErrorCode::AuthorizationRevoked || code == ErrorCode::Unauthenticated;
}

}  // namespace

Credential chooseCredential(const pipeline::InstanceSettings& settings) {
    if (usesApiKey(settings)) return Credential::ApiKey;
    if (!settings.value(kRefreshToken).empty()) return Credential::RefreshToken;
    if (!settings.value(kCode).empty()) return Credential::Code;
    return Credential::None;
}

std::string refusalReason(const AuthorizationJob& job, const Error& error) {
    // Refused before there were tokens: the credential. Afterwards: what was made of it.
    const bool is_credential = !job.tokens || job.credential == Credential::ApiKey;
    if (is_credential && error.code == ErrorCode::AuthorizationRevoked) {
        switch (job.credential) {
            case Credential::Code:
                return "the code was used or has expired";
            case Credential::RefreshToken:
                return fmt::format(
                    "{} is refused: authorize again, or put a new one into the configuration",
                    kRefreshToken
                );
            default:
                break;
        }
    }
    if (job.credential == Credential::ApiKey && isConsentGone(error.code)) {
        return "the provider refuses the access key: put a valid key into the configuration";
    }
    if (error.code == ErrorCode::Conflict) return error.message;
    if (error.code == ErrorCode::InvalidArgument || error.code == ErrorCode::PermissionDenied ||
        error.code == ErrorCode::Unauthenticated) {
        return fmt::format(
            "{} refuses the app (check oauth.api.key, oauth.api.secret, oauth.callback.url and the "
            "scopes): {}",
            job.record.connector_key,
            error.message
        );
    }
    return fmt::format("authorization failed: {}", error.message);
}

Status checkSameAccount(const Instance& instance, const AccountIdentity& identity) {
    if (identity.account_id.empty()) {
        return fail(ErrorCode::Internal, "the plugin's verification named no account");
    }
    if (instance.account_id.empty() || instance.account_id == identity.account_id) return {};
    return fail(
        ErrorCode::Conflict,
        fmt::format(
            "instance {} belongs to account {}, but the authorization is for {} ({})",
            instance.name,
            instance.account_id,
            identity.account_id,
            identity.label
        )
    );
}

}  // namespace ferry::oauth
