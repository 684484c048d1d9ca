// Goal: InstanceStore keeps what its interface says, in every driver.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

#include <algorithm>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class InstanceStoreContract : public StoreContract {
  protected:
    store::InstanceStore& instances() { return store().instances(); }
    Result<std::vector<InstanceId>> put(const std::vector<Instance>& all, TimePoint due = at(0)) {
        return instances().put(all, due);
    }
    Instance get(InstanceId id) { return valueOf(instances().find(id)).value_or(Instance{}); }
};
FERRY_CONTRACT(InstanceStoreContract);

void expectEqual(const Instance& got, const Instance& want) {
    EXPECT_EQ(got.name, want.name);
    EXPECT_EQ(got.connector_key, want.connector_key);
    EXPECT_EQ(got.account_id, want.account_id);
    EXPECT_EQ(got.account_state, want.account_state);
    EXPECT_EQ(got.tags, want.tags);
    EXPECT_EQ(got.state, want.state);
    EXPECT_EQ(got.state_reason, want.state_reason);
    EXPECT_EQ(got.source, want.source);
    EXPECT_EQ(got.events_enabled, want.events_enabled);
    EXPECT_EQ(got.sealed_configuration, want.sealed_configuration);
    EXPECT_EQ(got.configuration_fingerprint, want.configuration_fingerprint);
    EXPECT_EQ(got.webhook_secret, want.webhook_secret);
    EXPECT_EQ(got.callback, want.callback);
    EXPECT_EQ(got.updated_at, want.updated_at);
}

TEST_P(InstanceStoreContract, KeepsEveryFieldOverARestart) {
    const Instance instance = anInstance("a");

    const auto ids = valueOf(put({instance}));
    reopen();

    ASSERT_THAT(ids, SizeIs(1));
    const Instance got = get(ids[0]);
    EXPECT_EQ(got.id, ids[0]);
    EXPECT_EQ(got.created_at, instance.created_at);
    expectEqual(got, instance);
    EXPECT_EQ(valueOf(instances().findByName("a")).value_or(Instance{}).id, ids[0]);
}

TEST_P(InstanceStoreContract, OverwritesAllFieldsButTheTimeOfCreation) {
    const InstanceId id = add("a");
    Instance changed = anInstance("renamed", InstanceState::Disabled);
    changed.id = id;
    changed.tags = {};
    changed.account_id = "other";
    changed.account_state = "";
    changed.callback = CallbackId(5);
    changed.source = "";
    changed.created_at = at(500);
    changed.updated_at = at(600);

    EXPECT_THAT(valueOf(put({changed})), ElementsAre(id));

    const Instance got = get(id);
    expectEqual(got, changed);
    EXPECT_EQ(got.created_at, at(1));
    EXPECT_FALSE(valueOf(instances().findByName("a")).has_value());
}

TEST_P(InstanceStoreContract, ReconfiguresAndLeavesTheRestAsItIsByThen) {
    const InstanceId id = add("a");
    Instance changed = anInstance("a", InstanceState::AwaitingAuthorization);
    changed.id = id;
    changed.tags = {"x"};
    changed.source = "file.yaml:7";
    changed.events_enabled = !changed.events_enabled;
    changed.sealed_configuration = "another";
    changed.configuration_fingerprint = sha256("another");
    changed.callback = CallbackId(77);
    changed.webhook_secret = WebhookSecretId(78);
    changed.updated_at = at(9);
    changed.account_id = "what it was before";
    changed.account_state = "then";
    changed.state_reason = "old";
    Instance want = changed;
    const Instance now = get(id);
    want.state = now.state;
    want.state_reason = now.state_reason;
    want.account_id = now.account_id;
    want.account_state = now.account_state;

    EXPECT_OK(instances().reconfigure({&changed, 1}));

    expectEqual(get(id), want);
    Instance unknown = changed;
    unknown.id = InstanceId(4711);
    changed.tags = {"y"};
    const std::vector<Instance> both{changed, unknown};
    EXPECT_EQ(instances().reconfigure(both).error().code, ErrorCode::Conflict);
    EXPECT_EQ(get(id).tags, want.tags) << "one of two was written";
}

TEST_P(InstanceStoreContract, GivesIdsInTheOrderOfTheInstances) {
    const InstanceId old = add("old");
    Instance again = anInstance("old");
    again.id = old;

    const auto ids = valueOf(put({anInstance("x"), again, anInstance("y")}));

    ASSERT_THAT(ids, SizeIs(3));
    EXPECT_EQ(get(ids[0]).name, "x");
    EXPECT_EQ(ids[1], old);
    EXPECT_EQ(get(ids[2]).name, "y");
}

TEST_P(InstanceStoreContract, RefusesATakenNameAndWritesNothing) {
    add("a");

    const auto result = put({anInstance("b"), anInstance("a")});

    EXPECT_EQ(codeOf(result), ErrorCode::Conflict);
    EXPECT_THAT(result.error().message, HasSubstr("'a'"));
    EXPECT_FALSE(valueOf(instances().findByName("b")).has_value());
}

TEST_P(InstanceStoreContract, RefusesAnUnknownIdAndWritesNothing) {
    Instance unknown = anInstance("c");
    unknown.id = InstanceId(77);

    const auto result = put({anInstance("b"), unknown});

    EXPECT_EQ(codeOf(result), ErrorCode::Conflict);
    EXPECT_THAT(result.error().message, HasSubstr("'c'"));
    EXPECT_FALSE(valueOf(instances().findByName("b")).has_value());
}

TEST_P(InstanceStoreContract, MakesANoticeWhenAnInstanceBeginsToRun) {
    const InstanceId running = add("running");
    const InstanceId waiting = add("waiting", InstanceState::AwaitingAuthorization);

    ASSERT_THAT(leaseNotices(at(0)), SizeIs(1));
    Instance instance = get(waiting);
    instance.state = InstanceState::Running;
    EXPECT_OK(put({instance}, at(50)));

    EXPECT_THAT(leaseNotices(at(49)), IsEmpty());
    const auto notices = leaseNotices(at(50));
    ASSERT_THAT(notices, SizeIs(1));
    EXPECT_EQ(notices[0].instance, waiting);
    EXPECT_NE(notices[0].instance, running);
}

TEST_P(InstanceStoreContract, LeavesTheNoticeOfAnInstanceThatRanAlready) {
    const InstanceId id = add("a");
    EXPECT_OK(store().notices().release(leaseNotices(at(0)).at(0), at(900), 0));
    Instance instance = get(id);

    EXPECT_OK(put({instance}, at(10)));

    EXPECT_EQ(valueOf(store().notices().nextDue()), at(900));
}

TEST_P(InstanceStoreContract, TakesTheNoticeOfAnInstanceThatStopsRunning) {
    Instance instance = get(add("a"));
    instance.state = InstanceState::Disabled;

    EXPECT_OK(put({instance}));

    EXPECT_EQ(valueOf(store().notices().nextDue()), std::nullopt);
}

TEST_P(InstanceStoreContract, NeverGivesAnIdTwice) {
    const InstanceId first = add("a");
    EXPECT_OK(instances().remove(std::span(&first, 1)));
    reopen();

    EXPECT_GT(add("b"), first);
}

TEST_P(InstanceStoreContract, PagesInOrderOfIds) {
    std::vector<InstanceId> ids;
    for (const char* name : {"e", "d", "c", "b", "a"})
        ids.push_back(add(name));

    std::vector<InstanceId> got;
    for (InstanceId after;;) {
        const auto page = valueOf(instances().page(after, 2));
        EXPECT_LE(page.size(), 2U);
        if (page.empty()) break;
        for (const Instance& instance : page)
            got.push_back(instance.id);
        after = page.back().id;
    }

    EXPECT_EQ(got, ids);
}

TEST_P(InstanceStoreContract, ListsOnlyInstancesOfFiles) {
    const InstanceId of_file = add("a");
    Instance rest = anInstance("b");
    rest.source = "";
    EXPECT_OK(put({rest}));

    const auto all = valueOf(instances().fileInstances());

    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].id, of_file);
    EXPECT_EQ(all[0].name, "a");
    EXPECT_EQ(all[0].source, "instances/all.yaml:3");
    EXPECT_EQ(all[0].configuration_fingerprint, anInstance("a").configuration_fingerprint);
    EXPECT_OK(instances().setReason(of_file, "because"));
    EXPECT_EQ(valueOf(instances().fileInstances())[0].state_reason, "because");
}

TEST_P(InstanceStoreContract, SetsStateReasonAndNotice) {
    const InstanceId id = add("a");

    EXPECT_OK(instances().setState(id, InstanceState::NeedsReauthorization, "revoked", at(5)));
    EXPECT_EQ(get(id).state, InstanceState::NeedsReauthorization);
    EXPECT_EQ(get(id).state_reason, "revoked");
    EXPECT_EQ(get(id).updated_at, at(5));
    EXPECT_EQ(valueOf(store().notices().nextDue()), std::nullopt);

    EXPECT_OK(instances().setState(id, InstanceState::Running, "", at(70)));
    EXPECT_EQ(valueOf(store().notices().nextDue()), at(70));
    EXPECT_EQ(
        codeOf(instances().setState(InstanceId(99), InstanceState::Running, "", at(0))),
        ErrorCode::NotFound
    );
}

TEST_P(InstanceStoreContract, FindsRunningInstancesOfAnAccount) {
    Instance first = anInstance("a");
    first.account_id = "shared";
    Instance second = anInstance("b");
    second.account_id = "shared";
    second.webhook_secret = WebhookSecretId(9);
    Instance stopped = anInstance("c", InstanceState::Disabled);
    stopped.account_id = "shared";
    Instance other = anInstance("d");
    other.account_id = "shared";
    other.connector_key = "box";
    const auto ids = valueOf(put({first, second, stopped, other}));

    auto matches = valueOf(instances().findByAccount("dropbox", "shared"));

    ASSERT_THAT(matches, SizeIs(2));
    std::sort(matches.begin(), matches.end(), [](const auto& left, const auto& right) {
        return left.instance < right.instance;
    });
    EXPECT_EQ(matches[0].instance, ids[0]);
    EXPECT_EQ(matches[0].webhook_secret, WebhookSecretId(4));
    EXPECT_EQ(matches[1].instance, ids[1]);
    EXPECT_EQ(matches[1].webhook_secret, WebhookSecretId(9));
    EXPECT_THAT(valueOf(instances().findByAccount("dropbox", "nobody")), IsEmpty());
}

TEST_P(InstanceStoreContract, CountsByState) {
    add("a");
    add("b");
    add("c", InstanceState::Disabled);

    const auto counts = valueOf(instances().countByState());

    EXPECT_EQ(counts.at(InstanceState::Running), 2);
    EXPECT_EQ(counts.at(InstanceState::Disabled), 1);
}

TEST_P(InstanceStoreContract, InternsSecretsAndCallbacksOnce) {
    Digest256 one{};
    Digest256 two{};
    two[0] = 1;

    const auto first = valueOf(instances().internWebhookSecret(one, "sealed one"));
    const auto again = valueOf(instances().internWebhookSecret(one, "another sealing"));
    const auto second = valueOf(instances().internWebhookSecret(two, "sealed two"));

    EXPECT_TRUE(first);
    EXPECT_EQ(first, again);
    EXPECT_NE(first, second);
    EXPECT_EQ(valueOf(instances().sealedWebhookSecret(first)), "sealed one");
    EXPECT_EQ(codeOf(instances().sealedWebhookSecret(WebhookSecretId(99))), ErrorCode::NotFound);
    EXPECT_EQ(callback('a'), callback('a'));
    EXPECT_NE(callback('a'), callback('b'));
}

}  // namespace
}  // namespace ferry::test
