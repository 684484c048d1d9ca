// Goal: TopicStore keeps what its interface says, in every driver. Method: each documented
// sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kRoom = 1000;
constexpr DeliveryId kNewest(INT64_MAX);

class TopicStoreContract : public StoreContract {
  protected:
    store::TopicStore& topics() { return store().topics(); }
    std::int64_t subscribe(std::vector<std::string> names, char mark, std::size_t room = kRoom) {
        return valueOf(topics().subscribe(subscription(std::move(names), mark), room));
    }
    store::TopicSubscription subscription(std::vector<std::string> names, char mark) {
        store::TopicSubscription made;
        made.topics = std::move(names);
        made.fingerprint.fill(static_cast<std::uint8_t>(mark));
        made.sealed_url = std::string("url\0", 4) + mark;
        made.created_at = at(1);
        return made;
    }
    DeliveryId publish(std::string topic, TimePoint when, std::string message = "hello") {
        store::TopicNotification made;
        made.topic = std::move(topic);
        made.sender = "me";
        made.severity = "high";
        made.message = std::move(message);
        made.created_at = when;
        return valueOf(topics().publish(made, kRoom));
    }
    std::vector<DeliveryId> listed(std::vector<std::string> names, DeliveryId before = kNewest) {
        std::vector<DeliveryId> ids;
        for (const auto& one : valueOf(topics().notifications(names, before, 10)))
            ids.push_back(one.id);
        return ids;
    }
    std::vector<std::pair<std::int64_t, DeliveryId>> sendings() {
        std::vector<std::pair<std::int64_t, DeliveryId>> all;
        for (const store::TopicSending& one : valueOf(topics().nextSendings()))
            all.emplace_back(one.subscription, one.notification);
        return all;
    }
};
FERRY_CONTRACT(TopicStoreContract);

TEST_P(TopicStoreContract, KeepsSubscriptions) {
    const std::int64_t first = subscribe({"a", "b"}, '1');
    const std::int64_t second = subscribe({"b"}, '2');
    EXPECT_EQ(subscribe({"a", "b"}, '1'), first) << "of the same fingerprint";
    reopen();
    const auto found = valueOf(topics().subscription(first));
    ASSERT_TRUE(found);
    EXPECT_THAT(found->topics, ElementsAre("a", "b"));
    EXPECT_EQ(found->sealed_url, subscription({}, '1').sealed_url);
    EXPECT_EQ(found->fingerprint, subscription({}, '1').fingerprint);
    EXPECT_TRUE(found->is_active);
    EXPECT_EQ(found->created_at, at(1));
    const auto page = valueOf(topics().subscriptions(first, 10));
    ASSERT_THAT(page, SizeIs(1));
    EXPECT_EQ(page[0].id, second);
    EXPECT_THAT(page[0].topics, ElementsAre("b"));
    EXPECT_THAT(valueOf(topics().subscriptions(0, 1)), SizeIs(1));
    EXPECT_FALSE(valueOf(topics().subscription(second + 1)));
}

TEST_P(TopicStoreContract, NumbersOfSubscriptionsAreGivenOnce) {
    const std::int64_t first = subscribe({"a"}, '1');
    EXPECT_TRUE(valueOf(topics().unsubscribe(first)));
    EXPECT_FALSE(valueOf(topics().unsubscribe(first)));
    EXPECT_FALSE(valueOf(topics().subscription(first)));
    EXPECT_GT(subscribe({"a"}, '1'), first);
}

TEST_P(TopicStoreContract, HasRoomForSoManySubscriptions) {
    const std::int64_t first = subscribe({"a"}, '1', 1);
    const auto refused = topics().subscribe(subscription({"a"}, '2'), 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::RateLimited);
    EXPECT_EQ(subscribe({"a"}, '1', 1), first) << "it is there already";
}

TEST_P(TopicStoreContract, ANotificationGoesToWhoSubscribed) {
    const std::int64_t one = subscribe({"a"}, '1');
    const std::int64_t both = subscribe({"a", "b"}, '2');
    subscribe({"c"}, '3');
    const DeliveryId first = publish("a", at(10));
    EXPECT_EQ(valueOf(topics().sendingCount()), 2U);
    const DeliveryId second = publish("b", at(11));
    publish("d", at(12));
    EXPECT_GT(second.value, first.value);
    EXPECT_EQ(valueOf(topics().sendingCount()), 3U);
    reopen();
    using Next = std::pair<std::int64_t, DeliveryId>;
    EXPECT_THAT(sendings(), ElementsAre(Next{one, first}, Next{both, first})) << "one of each";

    store::TopicSending sending = valueOf(topics().nextSendings())[1];
    EXPECT_EQ(sending.due_at, at(10));
    sending.attempt_count = 2;
    sending.due_at = at(20);
    EXPECT_TRUE(topics().postpone(sending));
    EXPECT_THAT(sendings(), ElementsAre(Next{one, first}, Next{both, second}));
    EXPECT_TRUE(topics().endSending({second, both, 0, {}}));
    EXPECT_TRUE(topics().endSending({first, one, 0, {}}));
    const auto left = valueOf(topics().nextSendings());
    ASSERT_THAT(left, SizeIs(1));
    EXPECT_EQ(left[0].attempt_count, 2U);
    EXPECT_EQ(left[0].due_at, at(20));
    EXPECT_TRUE(topics().endSending(left[0]));
    EXPECT_TRUE(topics().postpone(left[0]));
    EXPECT_THAT(sendings(), IsEmpty()) << "one that is gone stays gone";
}

TEST_P(TopicStoreContract, WhoWantsNoMoreGetsNoMore) {
    const std::int64_t one = subscribe({"a"}, '1');
    const std::int64_t other = subscribe({"a"}, '2');
    publish("a", at(10));
    EXPECT_TRUE(topics().deactivate(one));
    EXPECT_TRUE(valueOf(topics().unsubscribe(other)));
    EXPECT_EQ(valueOf(topics().sendingCount()), 0U);
    EXPECT_FALSE(valueOf(topics().subscription(one))->is_active);
    publish("a", at(11));
    EXPECT_EQ(valueOf(topics().sendingCount()), 0U);
    EXPECT_EQ(subscribe({"a"}, '1'), one);
    EXPECT_TRUE(valueOf(topics().subscription(one))->is_active);
}

TEST_P(TopicStoreContract, RefusesWhatWouldBeTooMuchForOne) {
    subscribe({"a"}, '1');
    subscribe({"a", "b"}, '2');
    const DeliveryId first = publish("a", at(2));
    store::TopicNotification made;
    made.topic = "b";
    made.created_at = at(3);
    const auto refused = topics().publish(made, 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::RateLimited);
    EXPECT_EQ(valueOf(topics().sendingCount()), 2U);
    EXPECT_THAT(listed({"a", "b"}), ElementsAre(first));
    made.topic = "c";
    EXPECT_TRUE(topics().publish(made, 1)) << "nobody waits for it";
    made.topic = "b";
    EXPECT_TRUE(topics().publish(made, 2));
}

TEST_P(TopicStoreContract, ListsTheNewestFirst) {
    const DeliveryId first = publish("a", at(10), std::string("a\0b", 3));
    const DeliveryId second = publish("b", at(11));
    const DeliveryId third = publish("a", at(12));
    publish("c", at(13));
    EXPECT_THAT(listed({"a", "b"}), ElementsAre(third, second, first));
    EXPECT_THAT(listed({"a", "b"}, second), ElementsAre(first));
    EXPECT_THAT(listed({}), IsEmpty());
    const std::vector<std::string> both{"a", "b"};
    EXPECT_THAT(valueOf(topics().notifications(both, kNewest, 2)), SizeIs(2));
    const auto found = valueOf(topics().notification(first));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->topic, "a");
    EXPECT_EQ(found->sender, "me");
    EXPECT_EQ(found->severity, "high");
    EXPECT_EQ(found->message, std::string("a\0b", 3));
    EXPECT_EQ(found->created_at, at(10));
    EXPECT_FALSE(found->is_acknowledged);
    EXPECT_TRUE(valueOf(topics().acknowledge(first)));
    EXPECT_TRUE(valueOf(topics().notification(first))->is_acknowledged);
    EXPECT_FALSE(valueOf(topics().acknowledge(DeliveryId(9999))));
    EXPECT_FALSE(valueOf(topics().notification(DeliveryId(9999))));
}

TEST_P(TopicStoreContract, PrunesWhatIsOldAndOnItsWayNoMore) {
    subscribe({"a"}, '1');
    const DeliveryId waiting = publish("a", at(10));
    publish("b", at(11));
    publish("b", at(12));
    const DeliveryId young = publish("b", at(20));
    EXPECT_EQ(valueOf(topics().prune(at(15), 1)), 1U);
    EXPECT_EQ(valueOf(topics().prune(at(15), 10)), 1U);
    EXPECT_THAT(listed({"a", "b"}), ElementsAre(young, waiting));
    EXPECT_TRUE(topics().endSending({waiting, 1, 0, {}}));
    EXPECT_EQ(valueOf(topics().prune(at(15), 10)), 1U);
    EXPECT_THAT(listed({"a", "b"}), ElementsAre(young));
}

}  // namespace
}  // namespace ferry::test
