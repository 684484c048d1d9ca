#include "contract/store_contract.h"

#include <fmt/format.h>

namespace ferry::test {

Instance anInstance(std::string name, InstanceState state) {
    Instance instance;
    instance.name = std::move(name);
    instance.connector_key = "dropbox";
    instance.account_id = "dbid:" + instance.name;
    instance.account_state = "{\"root\":1}";
    instance.tags = {"tenant-7", "a \"quoted\" tag"};
    instance.state = state;
    instance.state_reason = "because";
    instance.source = "instances/all.yaml:3";
    instance.events_enabled = true;
    instance.sealed_configuration = std::string("sealed\0bytes\xff", 13);
    instance.configuration_fingerprint.fill(7);
    instance.webhook_secret = WebhookSecretId(4);
    instance.created_at = at(1);
    instance.updated_at = at(2);
    return instance;
}

store::IndexEntry anEntry(std::string object_id, std::string path_key, std::uint32_t generation) {
    store::IndexEntry entry;
    entry.object.object_id = std::move(object_id);
    entry.object.path_key = std::move(path_key);
    entry.object.path = entry.object.path_key.empty() ? "" : "/Shown" + entry.object.path_key;
    entry.object.name = "Name";
    entry.object.kind = ObjectKind::Folder;
    entry.object.revision = "r1";
    entry.object.content_hash = "hash";
    entry.object.size = 12;
    entry.object.modified_ms = 13;
    entry.object.modified_by = "dbid:someone";
    entry.generation = generation;
    return entry;
}

store::LostObject aLostObject(std::string object_id, std::string path_key) {
    store::LostObject lost;
    lost.object = anEntry(std::move(object_id), std::move(path_key)).object;
    lost.event_id = "event-id";
    lost.cascade_of = "cascade-id";
    lost.raw = "{\"raw\":1}";
    lost.lost_at_ms = 99;
    return lost;
}

RecordedEvent anEvent(std::string id, TimePoint recorded_at) {
    RecordedEvent event;
    event.id = std::move(id);
    event.type = EventType::Moved;
    event.object_kind = ObjectKind::Folder;
    event.recorded_at = recorded_at;
    event.body = "{\"body\":1}";
    event.raw = "{\"raw\":2}";
    return event;
}

store::SyncCommit aCommit(InstanceId instance, std::size_t event_count) {
    store::SyncCommit commit;
    commit.instance = instance;
    commit.now = at(0);
    for (std::size_t i = 0; i < event_count; ++i)
        commit.events.push_back(anEvent(fmt::format("e{}", i)));
    return commit;
}

std::vector<std::int64_t> numbersOf(const std::vector<Delivery>& deliveries) {
    std::vector<std::int64_t> numbers;
    for (const Delivery& delivery : deliveries)
        numbers.push_back(delivery.id.value);
    return numbers;
}

AttemptOutcome anOutcome(const Delivery& delivery, DeliveryState state, TimePoint finished_at) {
    AttemptOutcome outcome;
    outcome.delivery = delivery.id;
    outcome.instance = delivery.instance;
    outcome.callback = delivery.callback;
    outcome.lane = delivery.lane;
    outcome.state = state;
    outcome.attempt_count = delivery.attempt_count + 1;
    outcome.next_attempt_at = finished_at;
    outcome.finished_at = finished_at;
    outcome.status = state == DeliveryState::Delivered ? 200 : 503;
    outcome.latency = Milliseconds(17);
    outcome.error = state == DeliveryState::Delivered ? "" : "busy";
    return outcome;
}

void StoreContract::reopen() {
    store_.reset();
    auto opened = harness_->open();
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
}

InstanceId StoreContract::add(const std::string& name, InstanceState state) {
    const Instance instance = anInstance(name, state);
    const auto ids = valueOf(store().instances().put(std::span(&instance, 1), at(0)));
    return ids.empty() ? InstanceId() : ids[0];
}

CallbackId StoreContract::callback(char name) {
    Digest256 fingerprint{};
    fingerprint.fill(static_cast<std::uint8_t>(name));
    return valueOf(store().instances().internCallback(fingerprint));
}

Status StoreContract::commit(const store::SyncCommit& commit) {
    return store().sync().commit(std::span(&commit, 1)).at(0);
}

void StoreContract::deliver(
    InstanceId instance, CallbackId to, std::size_t event_count, TimePoint now
) {
    store::SyncCommit one = aCommit(instance, event_count);
    one.callback = to;
    one.now = now;
    EXPECT_OK(commit(one));
}

std::vector<store::LeasedNotice> StoreContract::leaseNotices(TimePoint now, std::size_t limit) {
    return valueOf(store().notices().lease(now, limit));
}

std::vector<Delivery> StoreContract::leaseDeliveries(
    TimePoint now, std::size_t limit, std::size_t per_callback_limit
) {
    return valueOf(store().deliveries().lease({now, limit, per_callback_limit}));
}

void StoreContract::record(const AttemptOutcome& outcome) {
    EXPECT_OK(store().deliveries().record(std::span(&outcome, 1)));
}

}  // namespace ferry::test
