#pragma once
// FaultyStore: a Store whose calls fail by script, before the inner call or after it took effect,
// as a lost connection or a kill between a commit and its answer does. For simulations: "a store
// that fails at every call in turn". Leases that a failed call handed out are lost to the caller.

#include "store/store.h"
#include "support/fault_script.h"
#include "support/faulty_replay_store.h"

namespace ferry::test {

class FaultyInstanceStore final : public store::InstanceStore {
  public:
    FaultyInstanceStore(store::InstanceStore& inner, FaultScript& script)
        : inner_(inner), script_(script) {}
    Result<std::vector<InstanceId>> put(std::span<const Instance> all, TimePoint due) override {
        return script_.run("instances.put", [&] { return inner_.put(all, due); });
    }
    Status reconfigure(std::span<const Instance> all) override {
        return script_.run("instances.reconfigure", [&] { return inner_.reconfigure(all); });
    }
    Status remove(std::span<const InstanceId> ids) override {
        return script_.run("instances.remove", [&] { return inner_.remove(ids); });
    }
    Result<std::optional<Instance>> find(InstanceId id) override {
        return script_.run("instances.find", [&] { return inner_.find(id); });
    }
    Result<std::optional<Instance>> findByName(std::string_view name) override {
        return script_.run("instances.findByName", [&] { return inner_.findByName(name); });
    }
    Result<std::vector<Instance>> page(InstanceId after, std::size_t limit) override {
        return script_.run("instances.page", [&] { return inner_.page(after, limit); });
    }
    Result<std::vector<Instance>> search(const store::InstanceSearch& search) override {
        return script_.run("instances.search", [&] { return inner_.search(search); });
    }
    Result<std::vector<store::FileInstance>> fileInstances() override {
        return script_.run("instances.fileInstances", [&] { return inner_.fileInstances(); });
    }
    Status setState(InstanceId id, InstanceState to, std::string_view why, TimePoint due) override {
        return script_.run("instances.setState", [&] { return inner_.setState(id, to, why, due); });
    }
    Status setReason(InstanceId id, std::string_view why) override {
        return script_.run("instances.setReason", [&] { return inner_.setReason(id, why); });
    }
    Result<std::vector<store::AccountMatch>> findByAccount(
        std::string_view key, std::string_view account
    ) override {
        return script_.run("instances.findByAccount", [&] {
            return inner_.findByAccount(key, account);
        });
    }
    Result<std::map<InstanceState, std::int64_t>> countByState() override {
        return script_.run("instances.countByState", [&] { return inner_.countByState(); });
    }
    Result<WebhookSecretId> internWebhookSecret(
        const Digest256& fingerprint, std::string_view sealed
    ) override {
        return script_.run("instances.internWebhookSecret", [&] {
            return inner_.internWebhookSecret(fingerprint, sealed);
        });
    }
    Result<std::vector<WebhookSecretId>> webhookSecrets(std::size_t limit) override {
        return script_.run("instances.webhookSecrets", [&] {
            return inner_.webhookSecrets(limit);
        });
    }
    Result<std::string> sealedWebhookSecret(WebhookSecretId id) override {
        return script_.run("instances.sealedWebhookSecret", [&] {
            return inner_.sealedWebhookSecret(id);
        });
    }
    Result<CallbackId> internCallback(const Digest256& fingerprint) override {
        return script_.run("instances.internCallback", [&] {
            return inner_.internCallback(fingerprint);
        });
    }

  private:
    store::InstanceStore& inner_;
    FaultScript& script_;
};

class FaultyTokenStore final : public store::TokenStore {
  public:
    FaultyTokenStore(store::TokenStore& inner, FaultScript& script)
        : inner_(inner), script_(script) {}
    Result<std::optional<store::SealedTokens>> get(InstanceId id) override {
        return script_.run("tokens.get", [&] { return inner_.get(id); });
    }
    Status put(InstanceId id, const store::SealedTokens& tokens) override {
        return script_.run("tokens.put", [&] { return inner_.put(id, tokens); });
    }
    Status completeAuthorization(
        InstanceId id,
        const std::optional<store::SealedTokens>& tokens,
        std::string_view account_id,
        std::string_view account_state,
        TimePoint due
    ) override {
        return script_.run("tokens.completeAuthorization", [&] {
            return inner_.completeAuthorization(id, tokens, account_id, account_state, due);
        });
    }
    Status remove(InstanceId id) override {
        return script_.run("tokens.remove", [&] { return inner_.remove(id); });
    }

  private:
    store::TokenStore& inner_;
    FaultScript& script_;
};

class FaultyNoticeStore final : public store::NoticeStore {
  public:
    FaultyNoticeStore(store::NoticeStore& inner, FaultScript& script)
        : inner_(inner), script_(script) {}
    Status mark(std::span<const InstanceId> ids, TimePoint now, const TraceContext& trace)
        override {
        return script_.run("notices.mark", [&] { return inner_.mark(ids, now, trace); });
    }
    Status markAll(TimePoint now, Milliseconds spread) override {
        return script_.run("notices.markAll", [&] { return inner_.markAll(now, spread); });
    }
    Result<std::vector<store::LeasedNotice>> lease(TimePoint now, std::size_t limit) override {
        return script_.run("notices.lease", [&] { return inner_.lease(now, limit); });
    }
    Result<std::optional<TimePoint>> nextDue() override {
        return script_.run("notices.nextDue", [&] { return inner_.nextDue(); });
    }
    Status release(const store::LeasedNotice& notice, TimePoint due, unsigned failures) override {
        return script_.run("notices.release", [&] {
            return inner_.release(notice, due, failures);
        });
    }

  private:
    store::NoticeStore& inner_;
    FaultScript& script_;
};

class FaultySyncStore final : public store::SyncStore {
  public:
    using Post = std::function<void(std::function<void()>)>;

    /// `post` runs what is submitted; null: at once.
    FaultySyncStore(store::SyncStore& inner, FaultScript& script, Post post)
        : inner_(inner), script_(script), post_(std::move(post)) {}
    Result<SyncPosition> position(InstanceId id) override {
        return script_.run("sync.position", [&] { return inner_.position(id); });
    }
    Result<std::vector<store::IndexPlace>> placesAt(
        InstanceId id, std::span<const std::string> keys
    ) override {
        return script_.run("sync.placesAt", [&] { return inner_.placesAt(id, keys); });
    }
    Result<std::vector<std::optional<store::IndexEntry>>> entriesById(
        InstanceId id, std::span<const std::string> ids
    ) override {
        return script_.run("sync.entriesById", [&] { return inner_.entriesById(id, ids); });
    }
    Result<std::vector<store::IndexEntry>> entriesBelow(
        InstanceId id, std::string_view path, std::string_view after, std::size_t limit
    ) override {
        return script_.run("sync.entriesBelow", [&] {
            return inner_.entriesBelow(id, path, after, limit);
        });
    }
    Result<std::vector<store::IndexEntry>> entriesOlderThan(
        InstanceId id, std::uint32_t generation, std::string_view after, std::size_t limit
    ) override {
        return script_.run("sync.entriesOlderThan", [&] {
            return inner_.entriesOlderThan(id, generation, after, limit);
        });
    }
    Result<std::vector<std::optional<store::LostObject>>> lostById(
        InstanceId id, std::span<const std::string> ids
    ) override {
        return script_.run("sync.lostById", [&] { return inner_.lostById(id, ids); });
    }
    Result<std::vector<store::LostObject>> lost(InstanceId id, std::size_t limit) override {
        return script_.run("sync.lost", [&] { return inner_.lost(id, limit); });
    }
    Result<std::vector<store::LostObject>> lostUnder(InstanceId id, std::string_view path)
        override {
        return script_.run("sync.lostUnder", [&] { return inner_.lostUnder(id, path); });
    }
    Result<std::vector<store::FolderMove>> folderMoves(InstanceId id) override {
        return script_.run("sync.folderMoves", [&] { return inner_.folderMoves(id); });
    }
    Result<std::vector<bool>> hasTombstones(InstanceId id, std::span<const std::string> ids)
        override {
        return script_.run("sync.hasTombstones", [&] { return inner_.hasTombstones(id, ids); });
    }
    std::vector<Status> commit(std::span<const store::SyncCommit> commits) override {
        const Fault fault = script_.next("sync.commit");
        const std::vector<Status> failed(commits.size(), FaultScript::error("sync.commit"));
        if (fault == Fault::Before) return failed;
        auto outcomes = inner_.commit(commits);
        return fault == Fault::After ? failed : outcomes;
    }
    void submit(std::vector<store::SyncCommit> commits, Committed done) override {
        const auto write = [this, commits = std::move(commits), done = std::move(done)] {
            done(commit(commits));
        };
        if (post_) {
            post_(write);
        } else {
            write();
        }
    }
    Status reset(InstanceId id) override {
        return script_.run("sync.reset", [&] { return inner_.reset(id); });
    }
    Result<std::size_t> pruneTombstones(TimePoint before, std::size_t limit) override {
        return script_.run("sync.pruneTombstones", [&] {
            return inner_.pruneTombstones(before, limit);
        });
    }

  private:
    store::SyncStore& inner_;
    FaultScript& script_;
    const Post post_;
};

class FaultyEventLog final : public store::EventLog {
  public:
    FaultyEventLog(store::EventLog& inner, FaultScript& script) : inner_(inner), script_(script) {}
    Result<std::vector<RecordedEvent>> range(
        InstanceId id, EventNumber first, EventNumber last, std::size_t limit
    ) override {
        return script_.run("events.range", [&] { return inner_.range(id, first, last, limit); });
    }
    Result<std::vector<RecordedEvent>> after(EventNumber number, InstanceId id, std::size_t limit)
        override {
        return script_.run("events.after", [&] { return inner_.after(number, id, limit); });
    }
    Result<EventNumber> newest() override {
        return script_.run("events.newest", [&] { return inner_.newest(); });
    }
    Result<EventNumber> beforeNewest(InstanceId id, std::size_t count) override {
        return script_.run("events.before_newest", [&] { return inner_.beforeNewest(id, count); });
    }
    Result<std::int64_t> count(InstanceId id) override {
        return script_.run("events.count", [&] { return inner_.count(id); });
    }
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override {
        return script_.run("events.prune", [&] { return inner_.prune(before, limit); });
    }

  private:
    store::EventLog& inner_;
    FaultScript& script_;
};

class FaultyDeliveryStore final : public store::DeliveryStore {
  public:
    FaultyDeliveryStore(store::DeliveryStore& inner, FaultScript& script)
        : inner_(inner), script_(script) {}
    Result<std::vector<Delivery>> lease(const store::DeliveryLeaseRequest& request) override {
        return script_.run("deliveries.lease", [&] { return inner_.lease(request); });
    }
    Result<std::optional<TimePoint>> nextDue(std::size_t limit) override {
        return script_.run("deliveries.nextDue", [&] { return inner_.nextDue(limit); });
    }
    Status record(std::span<const AttemptOutcome> outcomes) override {
        return script_.run("deliveries.record", [&] { return inner_.record(outcomes); });
    }
    void attempted(const Delivery& delivery) override { inner_.attempted(delivery); }
    void release(std::span<const Delivery> deliveries) override { inner_.release(deliveries); }
    void pace(CallbackId callback, const store::CallbackPace& pace) override {
        inner_.pace(callback, pace);
    }
    Status split(const Delivery& delivery, std::span<const EventNumber> events) override {
        return script_.run("deliveries.split", [&] { return inner_.split(delivery, events); });
    }
    Result<store::SharedLimits> limits(CallbackId callback) override {
        return script_.run("deliveries.limits", [&] { return inner_.limits(callback); });
    }
    Status switchOff(CallbackId callback, TimePoint now, std::string_view reason) override {
        return script_.run("deliveries.switchOff", [&] {
            return inner_.switchOff(callback, now, reason);
        });
    }
    Status switchOn(CallbackId callback, TimePoint now) override {
        return script_.run("deliveries.switchOn", [&] { return inner_.switchOn(callback, now); });
    }
    Result<std::vector<store::CallbackSwitchedOff>> switchedOff() override {
        return inner_.switchedOff();
    }
    Result<std::size_t> bringForward(CallbackId callback, TimePoint now, std::size_t limit)
        override {
        return script_.run("deliveries.bringForward", [&] {
            return inner_.bringForward(callback, now, limit);
        });
    }
    Result<std::size_t> bringInstanceForward(
        CallbackId callback, InstanceId instance, TimePoint now
    ) override {
        return script_.run("deliveries.bringInstanceForward", [&] {
            return inner_.bringInstanceForward(callback, instance, now);
        });
    }
    Result<bool> isBehind(CallbackId callback, TimePoint now) override {
        return script_.run("deliveries.isBehind", [&] { return inner_.isBehind(callback, now); });
    }
    Result<std::vector<CallbackId>> dueLater(TimePoint now) override {
        return script_.run("deliveries.dueLater", [&] { return inner_.dueLater(now); });
    }
    Result<std::optional<Delivery>> find(InstanceId instance, DeliveryId id) override {
        return script_.run("deliveries.find", [&] { return inner_.find(instance, id); });
    }
    Result<std::vector<Delivery>> page(InstanceId id, DeliveryId before, std::size_t limit)
        override {
        return script_.run("deliveries.page", [&] { return inner_.page(id, before, limit); });
    }
    Result<std::vector<store::DeliveryAttempt>> attempts(
        InstanceId instance, DeliveryId id, std::size_t limit
    ) override {
        return script_.run("deliveries.attempts", [&] {
            return inner_.attempts(instance, id, limit);
        });
    }
    Result<std::vector<store::FailingDeliveries>> failing() override {
        return script_.run("deliveries.failing", [&] { return inner_.failing(); });
    }
    Result<std::map<DeliveryState, std::int64_t>> countByState() override {
        return script_.run("deliveries.countByState", [&] { return inner_.countByState(); });
    }
    Status planAgain(TimePoint now) override {
        return script_.run("deliveries.planAgain", [&] { return inner_.planAgain(now); });
    }
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override {
        return script_.run("deliveries.prune", [&] { return inner_.prune(before, limit); });
    }
    Result<std::size_t> expire(TimePoint before, TimePoint now, std::size_t limit) override {
        return script_.run("deliveries.expire", [&] { return inner_.expire(before, now, limit); });
    }

  private:
    store::DeliveryStore& inner_;
    FaultScript& script_;
};

class FaultyMetaStore final : public store::MetaStore {
  public:
    FaultyMetaStore(store::MetaStore& inner, FaultScript& script)
        : inner_(inner), script_(script) {}
    Result<std::optional<std::string>> get(std::string_view name) override {
        return script_.run("meta.get", [&] { return inner_.get(name); });
    }
    Status put(std::string_view name, std::string_view value) override {
        return script_.run("meta.put", [&] { return inner_.put(name, value); });
    }

  private:
    store::MetaStore& inner_;
    FaultScript& script_;
};

/// Threads: as the inner store. Lifetime: shorter than the inner store's and the script's.
class FaultyStore final : public store::Store {
  public:
    /// `post` runs the commits of drains that are submitted; null: at once.
    FaultyStore(store::Store& inner, FaultScript& script, FaultySyncStore::Post post = {})
        : instances_(inner.instances(), script),
          tokens_(inner.tokens(), script),
          notices_(inner.notices(), script),
          sync_(inner.sync(), script, std::move(post)),
          events_(inner.events(), script),
          deliveries_(inner.deliveries(), script),
          event_search_(inner.eventSearch()),
          delivery_search_(inner.deliverySearch()),
          replays_(inner.replays(), script),
          cursors_(inner.cursors(), script),
          inbox_(inner.inbox()),
          conditions_(inner.conditions()),
          messages_(inner.messages()),
          subscriptions_(inner.subscriptions()),
          topics_(inner.topics()),
          meta_(inner.meta(), script) {}

    store::InstanceStore& instances() override { return instances_; }
    store::TokenStore& tokens() override { return tokens_; }
    store::NoticeStore& notices() override { return notices_; }
    store::SyncStore& sync() override { return sync_; }
    store::EventLog& events() override { return events_; }
    store::DeliveryStore& deliveries() override { return deliveries_; }
    store::EventSearch& eventSearch() override { return event_search_; }
    store::DeliverySearch& deliverySearch() override { return delivery_search_; }
    store::ReplayStore& replays() override { return replays_; }
    store::CursorStore& cursors() override { return cursors_; }
    store::InboxStore& inbox() override { return inbox_; }
    store::ConditionStore& conditions() override { return conditions_; }
    store::MessageStore& messages() override { return messages_; }
    store::SubscriptionStore& subscriptions() override { return subscriptions_; }
    store::TopicStore& topics() override { return topics_; }
    store::MetaStore& meta() override { return meta_; }

  private:
    FaultyInstanceStore instances_;
    FaultyTokenStore tokens_;
    FaultyNoticeStore notices_;
    FaultySyncStore sync_;
    FaultyEventLog events_;
    FaultyDeliveryStore deliveries_;
    store::EventSearch& event_search_;  // what people ask fails where they ask
    store::DeliverySearch& delivery_search_;
    FaultyReplayStore replays_;
    FaultyCursorStore cursors_;
    store::InboxStore& inbox_;
    store::ConditionStore& conditions_;
    store::MessageStore& messages_;
    store::SubscriptionStore& subscriptions_;
    store::TopicStore& topics_;
    FaultyMetaStore meta_;
};

}  // namespace ferry::test
