// Goal: MessageStore keeps what its interface says, in every driver. Method: each documented
// sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kRoom = 1000;

class MessageStoreContract : public StoreContract {
  protected:
    store::MessageStore& messages() { return store().messages(); }
    store::Message message(InstanceId instance, std::string sealed = "sealed") {
        store::Message made;
        made.instance = instance;
        made.sealed = std::move(sealed);
        made.due_at = at(5);
        made.created_at = at(4);
        return made;
    }
};
FERRY_CONTRACT(MessageStoreContract);

TEST_P(MessageStoreContract, KeepsThemInOrderOfTheirNumbers) {
    const InstanceId instance = add("one");
    EXPECT_THAT(valueOf(messages().all()), IsEmpty());
    const std::string bytes("a\0\xFF", 3);
    const DeliveryId first = valueOf(messages().add(message(instance, bytes), kRoom));
    const DeliveryId second = valueOf(messages().add(message(instance), kRoom));
    EXPECT_LT(first.value, second.value);
    reopen();

    const auto all = valueOf(messages().all());
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].id, first);
    EXPECT_EQ(all[1].id, second);
    EXPECT_EQ(all[0].instance, instance);
    EXPECT_TRUE(all[0].is_asked);
    EXPECT_EQ(all[0].due_at, at(5));
    EXPECT_EQ(all[0].created_at, at(4));
    EXPECT_EQ(all[0].sealed, "");
    const auto found = valueOf(messages().find(first));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->sealed, bytes);
    EXPECT_EQ(found->due_at, at(5));
}

TEST_P(MessageStoreContract, ChangesAndRemoves) {
    const InstanceId instance = add("one");
    store::Message one = message(instance);
    one.id = valueOf(messages().add(one, kRoom));
    const DeliveryId other = valueOf(messages().add(message(instance), kRoom));
    one.sealed = "other";
    one.is_asked = false;
    one.attempt_count = 3;
    one.due_at = at(9);
    EXPECT_OK(messages().update(one));
    const auto found = valueOf(messages().find(one.id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->sealed, "other");
    EXPECT_FALSE(found->is_asked);
    EXPECT_EQ(found->attempt_count, 3U);
    EXPECT_EQ(found->due_at, at(9));

    EXPECT_OK(messages().remove(one.id));
    EXPECT_OK(messages().remove(one.id));
    EXPECT_OK(messages().update(one));
    EXPECT_FALSE(valueOf(messages().find(one.id)));
    const auto left = valueOf(messages().all());
    ASSERT_THAT(left, SizeIs(1));
    EXPECT_EQ(left[0].id, other);
}

TEST_P(MessageStoreContract, TakesNoMoreThanThereIsRoomFor) {
    const InstanceId instance = add("one");
    const DeliveryId first = valueOf(messages().add(message(instance), 2));
    valueOf(messages().add(message(instance), 2));
    EXPECT_EQ(messages().add(message(instance), 2).error().code, ErrorCode::RateLimited);
    EXPECT_OK(messages().remove(first));
    EXPECT_TRUE(messages().add(message(instance), 2));
}

TEST_P(MessageStoreContract, GoesWithItsInstance) {
    const InstanceId gone = add("gone");
    const InstanceId stays = add("stays");
    valueOf(messages().add(message(gone), kRoom));
    const DeliveryId kept = valueOf(messages().add(message(stays), kRoom));
    const InstanceId removed[] = {gone};
    EXPECT_OK(store().instances().remove(removed));
    const auto left = valueOf(messages().all());
    ASSERT_THAT(left, SizeIs(1));
    EXPECT_EQ(left[0].id, kept);
    EXPECT_EQ(messages().add(message(gone), kRoom).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace ferry::test
