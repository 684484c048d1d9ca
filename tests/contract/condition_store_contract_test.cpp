// Goal: ConditionStore keeps what its interface says, in every driver, and what conditions are
// looked for by is found. Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Condition aCondition(ConditionKind kind, std::int64_t subject) {
    Condition condition;
    condition.kind = kind;
    condition.subject = subject;
    condition.since = at(5);
    condition.reason = "HTTP 410";
    condition.instances = R"([{"id":1}])";
    return condition;
}

class ConditionStoreContract : public StoreContract {
  protected:
    store::ConditionStore& conditions() { return store().conditions(); }
    Condition open(ConditionKind kind, std::int64_t subject) {
        store::ConditionChanges changes;
        changes.opened.push_back(aCondition(kind, subject));
        EXPECT_OK(conditions().write(changes));
        return valueOf(conditions().all()).back();
    }
};
FERRY_CONTRACT(ConditionStoreContract);

TEST_P(ConditionStoreContract, KeepsWhatOpenedInOrder) {
    EXPECT_THAT(valueOf(conditions().all()), IsEmpty());
    open(ConditionKind::DeliveriesDead, 2);
    open(ConditionKind::CallbackSwitchedOff, 2);
    reopen();

    const auto all = valueOf(conditions().all());
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].kind, ConditionKind::DeliveriesDead);
    EXPECT_EQ(all[1].kind, ConditionKind::CallbackSwitchedOff);
    EXPECT_EQ(all[1].subject, 2);
    EXPECT_EQ(all[1].since, at(5));
    EXPECT_EQ(all[1].reason, "HTTP 410");
    EXPECT_EQ(all[1].instances, R"([{"id":1}])");
    EXPECT_TRUE(all[1].isOpen());
    EXPECT_FALSE(all[1].is_told);
}

TEST_P(ConditionStoreContract, ChangesAndRemoves) {
    Condition one = open(ConditionKind::DeliveriesDead, 1);
    const Condition other = open(ConditionKind::DeliveriesDead, 2);
    one.ended_at = at(9);
    one.is_told = true;
    store::ConditionChanges changes;
    changes.changed = {one, aCondition(ConditionKind::DeliveriesDead, 99)};
    changes.removed = {other.id, ConditionId(99)};
    EXPECT_OK(conditions().write(changes));

    const auto all = valueOf(conditions().all());
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].ended_at, at(9));
    EXPECT_TRUE(all[0].is_told);
}

TEST_P(ConditionStoreContract, NumbersNoTwoOpeningsAlike) {
    const Condition first = open(ConditionKind::DeliveriesDead, 1);
    store::ConditionChanges again;
    again.removed = {first.id};
    again.opened = {aCondition(ConditionKind::DeliveriesDead, 1)};
    EXPECT_OK(conditions().write(again));
    reopen();
    EXPECT_GT(valueOf(conditions().all()).at(0).id, first.id);
}

TEST_P(ConditionStoreContract, WritesNothingIfOneIsThereAlready) {
    const Condition one = open(ConditionKind::DeliveriesDead, 1);
    store::ConditionChanges changes;
    changes.opened = {
        aCondition(ConditionKind::DeliveriesDead, 2), aCondition(ConditionKind::DeliveriesDead, 1)};
    EXPECT_EQ(codeOf(conditions().write(changes)), ErrorCode::Conflict);
    EXPECT_THAT(valueOf(conditions().all()), SizeIs(1));
}

TEST_P(ConditionStoreContract, FindsInstancesByStateAndByCallback) {
    const InstanceId a = add("a");
    const InstanceId b = add("b", InstanceState::NeedsReauthorization);
    add("c");
    const InstanceId d = add("d", InstanceState::NeedsReauthorization);
    EXPECT_THAT(
        valueOf(store().instances().inState(InstanceState::NeedsReauthorization)), ElementsAre(b, d)
    );

    Instance changed = valueOf(store().instances().find(a)).value();
    changed.callback = callback('x');
    EXPECT_OK(store().instances().put(std::span(&changed, 1), at(0)));
    const auto found = valueOf(store().instances().ofCallback(callback('x'), 9));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].id, a);
    EXPECT_THAT(valueOf(store().instances().ofCallback(callback('x'), 0)), IsEmpty());
    EXPECT_THAT(valueOf(store().instances().ofCallback(CallbackId(), 9)), IsEmpty());
}

TEST_P(ConditionStoreContract, FindsDeadDeliveriesInTheOrderOfTheirEnd) {
    const InstanceId id = add("a");
    for (int i = 0; i < 4; ++i)
        deliver(id, callback('x'), 1, at(0));
    const auto leased = leaseDeliveries(at(5));
    record(anOutcome(leased.at(0), DeliveryState::Dead, at(30)));
    record(anOutcome(leased.at(1), DeliveryState::Delivered, at(20)));
    record(anOutcome(leased.at(2), DeliveryState::Dead, at(20)));
    record(anOutcome(leased.at(3), DeliveryState::Dead, at(20)));

    auto& deliveries = store().deliveries();
    const auto dead = valueOf(deliveries.dead(at(0), DeliveryId(), 9));
    ASSERT_THAT(dead, SizeIs(3));
    EXPECT_EQ(dead[0].id, leased.at(2).id);
    EXPECT_EQ(dead[0].instance, id);
    EXPECT_EQ(dead[0].finished_at, at(20));
    EXPECT_EQ(dead[1].id, leased.at(3).id);
    EXPECT_EQ(dead[2].id, leased.at(0).id);
    EXPECT_THAT(valueOf(deliveries.dead(at(20), leased.at(2).id, 9)), SizeIs(2));
    EXPECT_THAT(valueOf(deliveries.dead(at(0), DeliveryId(), 1)), SizeIs(1));
    EXPECT_THAT(valueOf(deliveries.dead(at(30), leased.at(0).id, 9)), IsEmpty());
}

}  // namespace
}  // namespace ferry::test
