#include "api/authenticator.h"

#include "base/ascii.h"
#include "base/encoding.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::api {
namespace {

constexpr std::string_view kComponent = "api";
constexpr std::string_view kApiSecretPrefix = "fk_";

tl::unexpected<Error> refuse(std::string text) {
    return fail(ErrorCode::Unauthenticated, std::move(text));
}

}  // namespace

std::string ownOrganizationSecret(const SealingKey& key) {
    return base64UrlEncode(asText(key.fingerprint("organization secret v1")));
}

Secret newApiSecret(Random& random) {
    return Secret(std::string(kApiSecretPrefix) + random.token(ApiKey::kSecretBytes));
}

Authenticator::Authenticator(
    store::ApiKeyStore& keys,
    const SealingKey& key,
    const Clock& clock,
    observe::Log& log,
    const AuthenticatorOptions& options
)
    : keys_(keys),
      clock_(clock),
      log_(log),
      tokens_(key),
      organization_(
          options.organization_secret.empty() ? Secret(ownOrganizationSecret(key))
                                              : options.organization_secret
      ) {
    if (!options.user_secret.empty()) {
        configured_.push_back(
            {std::string(kConfiguredKeyName), ApiRole::Write, sha256(options.user_secret.reveal())}
        );
    }
    if (!options.command_secret.empty()) {
        configured_.push_back(
            {std::string(kCommandKeyName), ApiRole::Write, sha256(options.command_secret.reveal())}
        );
    }
    known_ = std::make_shared<const KeyList>(configured_);
}

Result<Caller> Authenticator::authenticate(const http::Request& request) {
    const auto header = request.headers.get("Authorization");
    if (!header || trimBlanks(*header).empty()) {
        return refuse(fmt::format(
            "the Authorization header is {}: send 'User <secret>, Organization <secret>', with "
            "'Element <token>' to act on an instance, or 'Bearer <api key>'",
            header ? "empty" : "missing"
        ));
    }
    FERRY_TRY_ASSIGN(const Credentials given, parseAuthorization(*header));
    if (!given.user && !given.bearer) {
        return refuse("the Authorization header lacks 'User <secret>' or 'Bearer <api key>'");
    }
    if (!given.bearer && !given.organization && !given.element) {
        return refuse(
            "the Authorization header lacks 'Organization <secret>', or 'Element <token>' to act "
            "on "
            "an instance"
        );
    }
    FERRY_TRY_ASSIGN(Caller caller, callerOf(given.bearer ? *given.bearer : *given.user));
    // Both would be two callers, unless they are the same key.
    if (given.bearer && given.user && !(*given.bearer == *given.user)) {
        return refuse("the Authorization header has two different keys");
    }
    if (given.organization && !(*given.organization == organization_)) {
        return refuse("the Organization secret is wrong");
    }
    if (given.element) {
        caller.element = tokens_.verify(given.element->reveal());
        if (!caller.element) return refuse("the Element token is wrong");
    }
    return caller;
}

Result<Caller> Authenticator::logIn(std::string_view name, const Secret& key) {
    auto caller = callerOf(key);
    if (caller && caller->key_name == name) return caller;
    return refuse("username or password is wrong: they are the name of an API key, and the key");
}

Result<Caller> Authenticator::callerOf(const Secret& secret) {
    // The hash is what is compared: even a comparison that took a different time for each byte
    // would tell about a hash and not about a secret.
    const Digest256 hash = sha256(secret.reveal());
    const auto keys = currentKeys();
    const KnownKey* found = nullptr;
    for (const KnownKey& key : *keys) {
        if (equalConstantTime(asText(key.hash), asText(hash))) found = &key;
    }
    if (found == nullptr) return refuse("the User secret or API key is wrong");
    return Caller{found->name, found->role, std::nullopt};
}

std::shared_ptr<const Authenticator::KeyList> Authenticator::currentKeys() {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.now();
    if (now < next_check_) return known_;
    next_check_ = now + kKeysCheckInterval;
    const auto revision = keys_.revision();
    if (revision && *revision == revision_) return known_;
    auto keys = revision ? keys_.list() : Result<std::vector<ApiKey>>(fail(revision.error()));
    if (!keys) {
        // Whoever had a key keeps it: a full disk must not lock everybody out.
        if (!is_failing_) {
            log_.error(
                kComponent,
                "the API keys can't be read; those read before are used",
                {{"error", keys.error().message}}
            );
        }
        is_failing_ = true;
        return known_;
    }
    is_failing_ = false;
    revision_ = *revision;
    auto known = std::make_shared<KeyList>(configured_);
    for (ApiKey& key : *keys)
        known->push_back({std::move(key.name), key.role, key.hash});
    known_ = std::move(known);
    return known_;
}

}  // namespace ferry::api
