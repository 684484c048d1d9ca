#include "oauth/authorization_job.h"

#include "oauth/oauth_links.h"

#include <fmt/format.h>

namespace ferry::oauth {
namespace {

std::string redirectUriOf(const AuthorizationJob& job, std::string_view public_url) {
    return job.grant ? job.grant->redirect_uri : redirectUri(*job.settings, public_url);
}

/// What a provider may call a verifier that does not fit.
bool isRefusal(ErrorCode code) {
    return code == ErrorCode::AuthorizationRevoked || code == ErrorCode::InvalidArgument;
}

bool isConsentGone(ErrorCode code) {
    return code == ErrorCode::AuthorizationRevoked || code == ErrorCode::Unauthenticated;
}

}  // namespace

Credential chooseCredential(
    const pipeline::InstanceSettings& settings, const pipeline::Provider& provider
) {
    if (usesApiKey(settings)) return Credential::ApiKey;
    if (provider.options().uses_client_credentials) return Credential::Client;
    if (!settings.value(kRefreshToken).empty()) return Credential::RefreshToken;
    if (!settings.value(kCode).empty()) return Credential::Code;
    return Credential::None;
}

void AuthorizationJob::forgetWhatWasReached() {
    tokens.reset();
    identity.reset();
    verifiers.clear();
    verifier = 0;
    refusal.reset();
}

pipeline::CodeExchangeRequest nextExchange(
    AuthorizationJob& job, const AuthorizeUrls& urls, std::string_view public_url
) {
    pipeline::CodeExchangeRequest request;
    request.code = job.grant ? job.grant->code.reveal() : job.settings->value(kCode);
    request.redirect_uri = redirectUriOf(job, public_url);
    if (job.verifiers.empty()) {
        if (job.grant && job.grant->code_verifier) {
            job.verifiers = {*job.grant->code_verifier};
        } else if (!job.provider->options().uses_pkce) {
            job.verifiers = {Secret()};
        } else {
            job.verifiers = urls.verifiersOf({job.settings->value(kAppKey), request.redirect_uri});
        }
    }
    request.code_verifier = job.verifiers[job.verifier].reveal();
    return request;
}

bool takeNextVerifier(AuthorizationJob& job, const Error& error) {
    const bool has_another = job.verifier + 1 < job.verifiers.size();
    if (job.tokens || !has_another || !isRefusal(error.code)) return false;
    job.refusal = error;
    ++job.verifier;
    return true;
}

Error finalError(const AuthorizationJob& job, Error error) {
    const bool is_second = !job.tokens && job.refusal && isRefusal(error.code);
    return is_second ? *job.refusal : std::move(error);
}

Error uselessAnswer(std::string text) {
    Error error(ErrorCode::Internal, std::move(text));
    error.is_of_provider = true;
    return error;
}

Status rememberUrl(const AuthorizationJob& job, AuthorizeUrls& urls, std::string_view public_url) {
    // Otherwise it was known, or the provider has no PKCE, or it was no code.
    if (job.verifiers.size() < 2 || job.verifiers[job.verifier].empty()) return {};
    const std::string redirect_uri = redirectUriOf(job, public_url);
    return urls.remember({job.settings->value(kAppKey), redirect_uri});
}

std::string refusalReason(const AuthorizationJob& job, const Error& error) {
    // Refused before there were tokens: the credential. Afterwards: what was made of it.
    const bool is_credential = !job.tokens || job.credential == Credential::ApiKey;
    if (is_credential && error.code == ErrorCode::AuthorizationRevoked) {
        switch (job.credential) {
            case Credential::Code:
                return fmt::format("the code is not accepted: {}", error.message);
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
    const bool is_key = job.credential == Credential::ApiKey;
    if (is_key && (error.code == ErrorCode::InvalidArgument || error.code == ErrorCode::NotFound)) {
        return fmt::format(
            "{} does not answer as it should (check the access key and the address in the "
            "configuration): {}",
            job.record.connector_key,
            error.message
        );
    }
    if (error.code == ErrorCode::InvalidArgument || error.code == ErrorCode::PermissionDenied ||
        error.code == ErrorCode::Unauthenticated) {
        return fmt::format(
            "{} {} (check oauth.api.key, oauth.api.secret, oauth.callback.url and the scopes): {}",
            job.record.connector_key,
            kRefusesApp,
            error.message
        );
    }
    return fmt::format("authorization failed: {}", error.message);
}

Status checkSameAccount(const Instance& instance, const AccountIdentity& identity) {
    if (identity.account_id.empty()) {
        return fail(uselessAnswer("the plugin's verification named no account"));
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
