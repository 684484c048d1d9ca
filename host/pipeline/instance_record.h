#pragma once
// From what an owner says of an instance, in a file or over REST, to the record that the store
// keeps.

#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "base/result.h"
#include "model/instance.h"
#include "pipeline/instance_settings.h"
#include "store/instance_store.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::pipeline {

/// What the owner of an instance says of it.
struct InstanceDraft {
    std::string name;
    std::string connector_key;
    std::vector<std::string> tags;
    Configuration
        configuration;   ///< every parameter with a value; may hold the grant code as `code`
    std::string source;  ///< "path:line" of the file that owns it; empty: made over REST
};

/// What two versions of an instance are compared by, without opening either.
Digest256 fingerprintOf(const InstanceDraft& draft, const SealingKey& key);

/// True for parameters that say which account is meant, or how the hub gets at it.
bool isCredential(std::string_view key);

/// True for parameters that say how an account is reached, as opposed to what is done with it.
bool isAboutAccess(std::string_view key);

/// True if the account's access key is in the configuration, under whatever name, or none is
/// needed, so that there are no tokens.
bool hasOwnKey(const Configuration& configuration);

/// True if what was refused with the one may be good with the other, which has its own key: any of
/// its parameters may be that, or say where it is good.
bool mayBeMended(const Configuration& refused, const Configuration& changed);

/// A number for how the account is reached by this configuration: another one for others, so that
/// what failed with the one is tried at once with the other. It follows from secrets and is good in
/// this process alone: neither stored nor logged.
std::size_t accessMark(const Configuration& configuration);

/// True if an authorization made with the one is good with the other: same app, same account, same
/// way of authorizing. All else may change while an instance runs on.
bool sameCredentials(const Configuration& a, const Configuration& b);

/// True if the two differ in nothing but how events are told (`event.notification.*`). If they do,
/// the provider may have to be asked for something else, or more often, and the next poll, which
/// was planned by what was, may be far away.
bool sameFetching(const Configuration& a, const Configuration& b);

/// Fills records. Many instances share one app and one callback: each is interned once, as long as
/// this lives. Threads: one. Lifetime: all that is given outlives it.
class InstanceRecords {
  public:
    InstanceRecords(store::InstanceStore& instances, const SealingKey& key, Random& random)
        : instances_(instances), key_(key), random_(random) {}

    /// Sets everything of `instance` that the draft says, and its time of change; leaves id, state,
    /// account and time of creation. Errors: those of the store.
    Status fill(Instance& instance, const InstanceDraft& draft, TimePoint now);

  private:
    Result<WebhookSecretId> webhookSecretOf(const Configuration& configuration);
    Result<CallbackId> callbackOf(const Configuration& configuration);

    store::InstanceStore& instances_;
    const SealingKey& key_;
    Random& random_;
    std::map<std::string, WebhookSecretId> secrets_;
    std::map<std::string, CallbackId> callbacks_;
};

}  // namespace ferry::pipeline
