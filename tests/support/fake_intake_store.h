#pragma once
// Instances, tokens and notices in memory, with a switch to make writes or everything fail. For
// tests of the intake and of oauth; the drivers are tested in tests/contract.

#include "model/instance.h"
#include "store/inbox_store.h"
#include "store/instance_store.h"
#include "store/notice_store.h"
#include "store/token_store.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>

namespace ferry::test {

/// Threads: any.
class FakeIntakeStore final : public store::InstanceStore,
                              public store::TokenStore,
                              public store::NoticeStore,
                              public store::InboxStore {
  public:
    std::atomic<bool> is_down = false;         ///< every call gives Unavailable
    std::atomic<bool> refuses_writes = false;  ///< a full disk
    std::atomic<unsigned> look_ups = 0;        ///< calls of findByAccount
    std::atomic<unsigned> secret_reads = 0;
    std::atomic<unsigned> token_writes = 0;
    std::function<void()> on_mark;  ///< called before a mark is kept
    std::vector<store::InboxChange> inbox;

    // What a test looks at and prepares.
    InstanceId add(Instance instance) {
        const std::lock_guard lock(mutex_);
        if (!instance.id) instance.id = InstanceId(next_id_++);
        rows_[instance.id] = instance;
        return instance.id;
    }
    Instance row(InstanceId id) const {
        const std::lock_guard lock(mutex_);
        return rows_.at(id);
    }
    void change(InstanceId id, const std::function<void(Instance&)>& edit) {
        const std::lock_guard lock(mutex_);
        edit(rows_.at(id));
    }
    void erase(InstanceId id) {
        const std::lock_guard lock(mutex_);
        rows_.erase(id);
        tokens_.erase(id);
        notices_.erase(id);
    }
    std::set<InstanceId> marked() const {
        const std::lock_guard lock(mutex_);
        return marked_;
    }
    /// The trace of the last mark.
    TraceContext markedIn() const {
        const std::lock_guard lock(mutex_);
        return marked_in_;
    }
    /// When the notice of the instance is due; nullopt if it has none.
    std::optional<TimePoint> noticeDue(InstanceId id) const {
        const std::lock_guard lock(mutex_);
        const auto found = notices_.find(id);
        return found == notices_.end() ? std::nullopt : std::optional(found->second);
    }

    // InstanceStore.
    Result<std::vector<InstanceId>> put(std::span<const Instance>, TimePoint) override {
        return unsupported();
    }
    Status reconfigure(std::span<const Instance>) override { return unsupported(); }
    Status remove(std::span<const InstanceId>) override { return unsupported(); }
    Result<std::optional<Instance>> find(InstanceId id) override {
        const std::lock_guard lock(mutex_);
        if (is_down) return down();
        const auto found = rows_.find(id);
        if (found == rows_.end()) return std::optional<Instance>();
        return std::optional<Instance>(found->second);
    }
    Result<std::optional<Instance>> findByName(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        if (is_down) return down();
        for (const auto& [id, instance] : rows_) {
            if (instance.name == name) return std::optional<Instance>(instance);
        }
        return std::optional<Instance>();
    }
    Result<std::vector<Instance>> page(InstanceId, std::size_t) override { return unsupported(); }
    Result<std::vector<Instance>> search(const store::InstanceSearch&) override {
        return unsupported();
    }
    Result<std::vector<store::FileInstance>> fileInstances() override { return unsupported(); }
    Status setReason(InstanceId, std::string_view) override { return {}; }
    Status setState(
        InstanceId id, InstanceState state, std::string_view reason, TimePoint notice_due
    ) override {
        const std::lock_guard lock(mutex_);
        if (is_down || refuses_writes) return down();
        const auto found = rows_.find(id);
        if (found == rows_.end()) return fail(ErrorCode::NotFound, "no such instance");
        found->second.state = state;
        found->second.state_reason = reason;
        notices_.erase(id);
        if (state == InstanceState::Running) notices_[id] = notice_due;
        return {};
    }
    Result<std::vector<store::AccountMatch>> findByAccount(
        std::string_view connector_key, std::string_view account_id
    ) override {
        const std::lock_guard lock(mutex_);
        ++look_ups;
        if (is_down) return down();
        std::vector<store::AccountMatch> matches;
        for (const auto& [id, instance] : rows_) {
            if (instance.connector_key == connector_key && instance.account_id == account_id &&
                instance.state == InstanceState::Running) {
                matches.push_back({id, instance.verifyingSecret()});
            }
        }
        return matches;
    }
    Result<std::map<InstanceState, std::int64_t>> countByState() override { return unsupported(); }
    Result<WebhookSecretId> internWebhookSecret(
        const Digest256& fingerprint, std::string_view sealed
    ) override {
        const std::lock_guard lock(mutex_);
        const auto next = WebhookSecretId(static_cast<std::int64_t>(secret_ids_.size()) + 1);
        const auto [found, is_new] = secret_ids_.emplace(fingerprint, next);
        if (is_new) secrets_[next] = std::string(sealed);
        return found->second;
    }
    Result<std::vector<WebhookSecretId>> webhookSecrets(std::size_t limit) override {
        const std::lock_guard lock(mutex_);
        if (is_down) return down();
        std::vector<WebhookSecretId> ids;
        for (const auto& [id, sealed] : secrets_)
            if (ids.size() < limit) ids.push_back(id);
        return ids;
    }
    Result<std::string> sealedWebhookSecret(WebhookSecretId id) override {
        const std::lock_guard lock(mutex_);
        ++secret_reads;
        if (is_down) return down();
        const auto found = secrets_.find(id);
        if (found == secrets_.end()) return fail(ErrorCode::NotFound, "no such webhook secret");
        return found->second;
    }
    Result<CallbackId> internCallback(const Digest256&) override { return unsupported(); }

    // TokenStore.
    Result<std::optional<store::SealedTokens>> get(InstanceId id) override {
        const std::lock_guard lock(mutex_);
        if (is_down) return down();
        const auto found = tokens_.find(id);
        if (found == tokens_.end()) return std::optional<store::SealedTokens>();
        return std::optional<store::SealedTokens>(found->second);
    }
    Status put(InstanceId id, const store::SealedTokens& tokens) override {
        const std::lock_guard lock(mutex_);
        if (is_down || refuses_writes) return down();
        ++token_writes;
        tokens_[id] = tokens;
        return {};
    }
    Status completeAuthorization(
        InstanceId id,
        const std::optional<store::SealedTokens>& tokens,
        std::string_view account_id,
        std::string_view account_state,
        TimePoint notice_due
    ) override {
        const std::lock_guard lock(mutex_);
        if (is_down || refuses_writes) return down();
        const auto found = rows_.find(id);
        if (found == rows_.end()) return fail(ErrorCode::NotFound, "no such instance");
        if (tokens) tokens_[id] = *tokens;
        found->second.account_id = account_id;
        found->second.account_state = account_state;
        found->second.state = InstanceState::Running;
        found->second.state_reason.clear();
        notices_[id] = notice_due;
        return {};
    }
    Status remove(InstanceId id) override {
        const std::lock_guard lock(mutex_);
        if (is_down || refuses_writes) return down();
        tokens_.erase(id);
        return {};
    }

    // NoticeStore.
    Status mark(std::span<const InstanceId> instances, TimePoint now, const TraceContext& trace)
        override {
        if (on_mark) on_mark();
        const std::lock_guard lock(mutex_);
        marked_in_ = trace;
        if (is_down || refuses_writes) return down();
        for (const InstanceId id : instances) {
            marked_.insert(id);
            notices_[id] = now;
        }
        return {};
    }
    Status markAll(TimePoint, Milliseconds) override { return unsupported(); }
    Result<std::vector<store::LeasedNotice>> lease(TimePoint, std::size_t) override {
        return unsupported();
    }
    Result<std::optional<TimePoint>> nextDue() override { return unsupported(); }
    Status release(const store::LeasedNotice&, TimePoint, unsigned) override {
        return unsupported();
    }

    // InboxStore.
    void submit(
        std::vector<store::InboxChange> changes,
        TimePoint now,
        const TraceContext& trace,
        std::function<void(Status)> done
    ) override {
        std::vector<InstanceId> instances;
        for (const store::InboxChange& change : changes)
            instances.push_back(change.instance);
        Status status = mark(instances, now, trace);
        if (status) inbox.insert(inbox.end(), changes.begin(), changes.end());
        done(std::move(status));
    }
    Result<std::vector<store::KeptChange>> read(InstanceId, std::int64_t, std::size_t, std::size_t)
        override {
        return unsupported();
    }
    Result<std::size_t> prune(TimePoint, std::size_t) override { return unsupported(); }

  private:
    static tl::unexpected<Error> down() { return fail(ErrorCode::Unavailable, "disk full"); }
    static tl::unexpected<Error> unsupported() {
        return fail(ErrorCode::Unsupported, "not in the fake store");
    }

    mutable std::mutex mutex_;
    std::map<InstanceId, Instance> rows_;
    std::map<InstanceId, store::SealedTokens> tokens_;
    std::map<InstanceId, TimePoint> notices_;
    std::set<InstanceId> marked_;
    TraceContext marked_in_;
    std::map<Digest256, WebhookSecretId> secret_ids_;
    std::map<WebhookSecretId, std::string> secrets_;
    std::int64_t next_id_ = 1;
};

}  // namespace ferry::test
