// Goal: TokenStore and MetaStore keep what their interfaces say, in every driver.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class TokenStoreContract : public StoreContract {
  protected:
    store::TokenStore& tokens() { return store().tokens(); }
};
FERRY_CONTRACT(TokenStoreContract);

TEST_P(TokenStoreContract, KeepsBytesAndExpiryOverARestart) {
    const InstanceId with_expiry = add("a");
    const InstanceId without = add("b");
    const std::string sealed("\0sealed\xff", 8);

    EXPECT_OK(tokens().put(with_expiry, {sealed, at(9)}));
    EXPECT_OK(tokens().put(without, {sealed, std::nullopt}));
    reopen();

    const auto first = valueOf(tokens().get(with_expiry));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->sealed, sealed);
    EXPECT_EQ(first->expires_at, at(9));
    EXPECT_EQ(valueOf(tokens().get(without)).value().expires_at, std::nullopt);
}

TEST_P(TokenStoreContract, OverwritesAndForgets) {
    const InstanceId id = add("a");

    EXPECT_OK(tokens().put(id, {"one", {}}));
    EXPECT_OK(tokens().put(id, {"two", {}}));
    EXPECT_EQ(valueOf(tokens().get(id)).value().sealed, "two");

    EXPECT_OK(tokens().remove(id));
    EXPECT_FALSE(valueOf(tokens().get(id)).has_value());
    EXPECT_OK(tokens().remove(id));
}

TEST_P(TokenStoreContract, KeepsNothingForAnInstanceThatIsGone) {
    EXPECT_EQ(codeOf(tokens().put(InstanceId(9), {"x", {}})), ErrorCode::NotFound);
    EXPECT_FALSE(valueOf(tokens().get(InstanceId(9))).has_value());
}

TEST_P(TokenStoreContract, CompletesAnAuthorization) {
    const InstanceId id = add("a", InstanceState::AwaitingAuthorization);

    EXPECT_OK(tokens().completeAuthorization(
        id, store::SealedTokens{"sealed", {}}, "dbid:x", "state", at(30)
    ));

    const Instance instance = valueOf(store().instances().find(id)).value();
    EXPECT_EQ(instance.state, InstanceState::Running);
    EXPECT_EQ(instance.state_reason, "");
    EXPECT_EQ(instance.account_id, "dbid:x");
    EXPECT_EQ(instance.account_state, "state");
    EXPECT_EQ(valueOf(tokens().get(id)).value().sealed, "sealed");
    EXPECT_THAT(leaseNotices(at(29)), IsEmpty());
    EXPECT_THAT(leaseNotices(at(30)), SizeIs(1));
    EXPECT_THAT(valueOf(store().instances().findByAccount("dropbox", "dbid:x")), SizeIs(1));
}

TEST_P(TokenStoreContract, CompletesAnAuthorizationWithoutTokens) {
    const InstanceId id = add("a", InstanceState::AwaitingAuthorization);

    EXPECT_OK(tokens().completeAuthorization(id, std::nullopt, "dbid:x", "", at(0)));

    EXPECT_FALSE(valueOf(tokens().get(id)).has_value());
    EXPECT_EQ(valueOf(store().instances().find(id)).value().state, InstanceState::Running);
}

TEST_P(TokenStoreContract, CannotCompleteForAnInstanceThatIsGone) {
    EXPECT_EQ(
        codeOf(tokens().completeAuthorization(
            InstanceId(9), store::SealedTokens{"x", {}}, "a", "b", at(0)
        )),
        ErrorCode::NotFound
    );
    EXPECT_FALSE(valueOf(tokens().get(InstanceId(9))).has_value());
}

class MetaStoreContract : public StoreContract {};
FERRY_CONTRACT(MetaStoreContract);

TEST_P(MetaStoreContract, KeepsTextsUnderNames) {
    EXPECT_EQ(valueOf(store().meta().get("key_id")), std::nullopt);

    EXPECT_OK(store().meta().put("key_id", "one"));
    EXPECT_OK(store().meta().put("key_id", "two"));
    reopen();

    EXPECT_EQ(valueOf(store().meta().get("key_id")), "two");
    EXPECT_EQ(valueOf(store().meta().get("other")), std::nullopt);
}

}  // namespace
}  // namespace ferry::test
