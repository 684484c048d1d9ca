#pragma once
// Instances, and the two things that many of them share: webhook secrets and callbacks.

#include "base/result.h"
#include "model/instance.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::store {

/// One instance of an account, as the webhook receiver needs it.
struct AccountMatch {
    InstanceId instance;
    WebhookSecretId webhook_secret;
};

/// What a reload compares with the files, without opening anything.
struct FileInstance {
    InstanceId id;
    std::string name;
    std::string source;
    Digest256 configuration_fingerprint{};
    std::string state_reason;
};

/// Which instances somebody looks for: those for which all of it is true.
struct InstanceSearch {
    std::vector<std::string> tags = {};  ///< it has every one of them
    std::string text =
        {};  ///< in its name or connector key, whatever the case of letters (base/letter_case)
    std::string connector_key = {};  ///< is this one; empty: any
    InstanceId after = {};           ///< has a larger id
    std::size_t limit = 200;

    bool isFiltered() const { return !tags.empty() || !text.empty() || !connector_key.empty(); }
};

class InstanceStore {
  public:
    virtual ~InstanceStore() = default;

    /// Inserts the instances whose id is none and overwrites the others (all fields but created_at;
    /// account_id and account_state too). One transaction. Gives the ids in the same order. A new
    /// instance that is Running or becomes Running gets a notice that is due at `notice_due`.
    /// Errors: Conflict naming the instance if a name is taken or an id is unknown (nothing
    /// written). Waiting deliveries follow a callback that is new, as with `reconfigure`.
    virtual Result<std::vector<InstanceId>> put(
        std::span<const Instance> instances, TimePoint notice_due
    ) = 0;

    /// Overwrites what a configuration says (name, tags, source, events_enabled, sealed
    /// configuration and its fingerprint, webhook secret, callback, updated_at) and leaves state,
    /// reason and account as they are by then. One transaction; then deliveries follow a callback
    /// that is new. Errors: Conflict if a name is taken or an id is unknown (nothing written).
    virtual Status reconfigure(std::span<const Instance> instances) = 0;

    /// Removes instances with their tokens, notices, index, events and deliveries. Unknown ids are
    /// skipped. Large ones are removed in several transactions, the instance row first.
    virtual Status remove(std::span<const InstanceId> ids) = 0;

    virtual Result<std::optional<Instance>> find(InstanceId id) = 0;
    virtual Result<std::optional<Instance>> findByName(std::string_view name) = 0;

    /// Instances in id order after `after`, at most `limit`.
    virtual Result<std::vector<Instance>> page(InstanceId after, std::size_t limit) = 0;

    /// What `search` looks for, in id order. Asking again with the last id as `after` goes on: a
    /// page costs the same wherever it is, and memory for `limit` instances.
    virtual Result<std::vector<Instance>> search(const InstanceSearch& search) = 0;

    /// Ids of the instances in this state, in order. Costs nothing per other instance. Not pure, as
    /// `ofCallback`, so that doubles stay small.
    virtual Result<std::vector<InstanceId>> inState(InstanceState) {
        return fail(ErrorCode::Unsupported, "this store finds no instances by state");
    }

    /// Instances whose deliveries queue for this callback, any of them up to `limit`, in id order.
    /// Costs nothing per other instance.
    virtual Result<std::vector<Instance>> ofCallback(CallbackId, std::size_t) {
        return fail(ErrorCode::Unsupported, "this store finds no instances by callback");
    }

    /// All instances owned by files, in id order.
    virtual Result<std::vector<FileInstance>> fileInstances() = 0;

    /// Sets state and reason. Running makes a notice due at `notice_due`; any other state removes
    /// it.
    virtual Status setState(
        InstanceId id, InstanceState state, std::string_view reason, TimePoint notice_due
    ) = 0;

    /// Sets the reason alone: what people see about an instance that goes on running. Neither the
    /// notice nor updated_at changes.
    virtual Status setReason(InstanceId id, std::string_view reason) = 0;

    /// Running instances of the connector whose account_id is `account_id`. Indexed: costs nothing
    /// per other instance.
    virtual Result<std::vector<AccountMatch>> findByAccount(
        std::string_view connector_key, std::string_view account_id
    ) = 0;

    /// Number of instances per state.
    virtual Result<std::map<InstanceState, std::int64_t>> countByState() = 0;

    /// The id of the secret with this fingerprint; stores `sealed` if it is new.
    virtual Result<WebhookSecretId> internWebhookSecret(
        const Digest256& fingerprint, std::string_view sealed
    ) = 0;
    /// Ids of secrets, of whatever connector, at most `limit`. Not pure, as `ofCallback`.
    virtual Result<std::vector<WebhookSecretId>> webhookSecrets(std::size_t) {
        return std::vector<WebhookSecretId>();
    }
    /// NotFound if there is none.
    virtual Result<std::string> sealedWebhookSecret(WebhookSecretId id) = 0;

    /// The id of the callback with this fingerprint (keyed hash of the URL), made if it is new.
    virtual Result<CallbackId> internCallback(const Digest256& fingerprint) = 0;
};

}  // namespace ferry::store
