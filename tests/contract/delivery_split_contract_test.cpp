// Goal: deliveries have as many events as their format takes, also those made before it was chosen.
// Method: pages of a commit by their size; one delivery of several events is split.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DeliverySplitContract : public StoreContract {
  protected:
    store::DeliveryStore& deliveries() { return store().deliveries(); }
    static std::string rangeOf(const Delivery& delivery) {
        return std::to_string(delivery.first_event.value) + "-" +
               std::to_string(delivery.last_event.value);
    }
    static std::vector<std::string> rangesOf(const std::vector<Delivery>& deliveries) {
        std::vector<std::string> ranges;
        for (const Delivery& delivery : deliveries)
            ranges.push_back(rangeOf(delivery));
        return ranges;
    }
};
FERRY_CONTRACT(DeliverySplitContract);

TEST_P(DeliverySplitContract, ACommitMakesDeliveriesOfTheSizeThatItSays) {
    store::SyncCommit one = aCommit(add("a"), 5);
    one.callback = callback('c');
    one.events_per_delivery = 2;
    one.now = at(0);
    EXPECT_OK(commit(one));

    EXPECT_THAT(rangesOf(leaseDeliveries(at(0), 9, 9)), ElementsAre("1-2", "3-4", "5-5"));
}

TEST_P(DeliverySplitContract, PutsThePartsInThePlaceOfTheWhole) {
    const InstanceId id = add("a");
    deliver(id, callback('c'), 3, at(0));
    deliver(id, callback('c'), 1, at(0));
    const auto leased = leaseDeliveries(at(0), 1);
    ASSERT_THAT(leased, SizeIs(1));
    const std::vector<EventNumber> events = {EventNumber(1), EventNumber(2), EventNumber(3)};

    EXPECT_OK(deliveries().split(leased[0], events));

    const auto parts = leaseDeliveries(at(0), 9, 9);
    EXPECT_THAT(rangesOf(parts), ElementsAre("1-1", "2-2", "3-3", "4-4"));
    ASSERT_THAT(parts, SizeIs(4));
    EXPECT_EQ(parts[0].id, leased[0].id);
    EXPECT_EQ(parts[1].created_at, leased[0].created_at);
    EXPECT_EQ(parts[1].instance, id);
    EXPECT_EQ(parts[1].origin, leased[0].origin);
}

TEST_P(DeliverySplitContract, LeavesTheAttemptsWithTheFirstPart) {
    deliver(add("a"), callback('c'), 2, at(0));
    const auto first = leaseDeliveries(at(0), 1);
    ASSERT_THAT(first, SizeIs(1));
    AttemptOutcome tried = anOutcome(first[0], DeliveryState::Waiting, at(1));
    tried.next_attempt_at = at(5);
    record(tried);
    const auto again = leaseDeliveries(at(5), 1);
    ASSERT_THAT(again, SizeIs(1));
    const std::vector<EventNumber> events = {EventNumber(1), EventNumber(2)};

    EXPECT_OK(deliveries().split(again[0], events));

    const auto parts = leaseDeliveries(at(5), 9, 9);
    ASSERT_THAT(parts, SizeIs(2));
    EXPECT_EQ(parts[0].attempt_count, 1U);
    EXPECT_EQ(parts[1].attempt_count, 0U);
}

TEST_P(DeliverySplitContract, DoesNothingIfTheDeliveryIsGone) {
    const InstanceId id = add("a");
    deliver(id, callback('c'), 2, at(0));
    const auto leased = leaseDeliveries(at(0), 1);
    ASSERT_THAT(leased, SizeIs(1));
    EXPECT_OK(store().instances().remove(std::vector{id}));
    const std::vector<EventNumber> events = {EventNumber(1), EventNumber(2)};

    EXPECT_OK(deliveries().split(leased[0], events));

    EXPECT_THAT(leaseDeliveries(at(0), 9, 9), IsEmpty());
}

}  // namespace
}  // namespace ferry::test
