#pragma once
// InstanceStore on SQLite.

#include "store/instance_store.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteInstanceStore final : public InstanceStore {
  public:
    explicit SqliteInstanceStore(Core& core) : core_(core) {}

    Result<std::vector<InstanceId>> put(std::span<const Instance> instances, TimePoint notice_due)
        override;
    Status reconfigure(std::span<const Instance> instances) override;
    Status remove(std::span<const InstanceId> ids) override;
    Result<std::optional<Instance>> find(InstanceId id) override;
    Result<std::optional<Instance>> findByName(std::string_view name) override;
    Result<std::vector<Instance>> page(InstanceId after, std::size_t limit) override;
    Result<std::vector<Instance>> search(const InstanceSearch& search) override;
    Result<std::vector<InstanceId>> inState(InstanceState state) override;
    Result<std::vector<Instance>> ofCallback(CallbackId callback, std::size_t limit) override;
    Result<std::vector<FileInstance>> fileInstances() override;
    Status setState(
        InstanceId id, InstanceState state, std::string_view reason, TimePoint notice_due
    ) override;
    Status setReason(InstanceId id, std::string_view reason) override;
    Result<std::vector<AccountMatch>> findByAccount(
        std::string_view connector_key, std::string_view account_id
    ) override;
    Result<std::map<InstanceState, std::int64_t>> countByState() override;
    Result<WebhookSecretId> internWebhookSecret(
        const Digest256& fingerprint, std::string_view sealed
    ) override;
    Result<std::vector<WebhookSecretId>> webhookSecrets(std::size_t limit) override;
    Result<std::string> sealedWebhookSecret(WebhookSecretId id) override;
    Result<CallbackId> internCallback(const Digest256& fingerprint) override;

    /// Finishes removals that a kill or a full disk cut short, in small transactions.
    Status sweepRemoved();

  private:
    Core& core_;
};

/// Within a transaction: the id of the webhook secret with this fingerprint, stored if it is new.
Result<WebhookSecretId> internSecret(
    Connection& connection, const Digest256& fingerprint, std::string_view sealed
);

}  // namespace ferry::store::sqlite
