// Goal: the store holds what the files declare, and what is unchanged is not touched. Method: one
// version of the files after another, applied to a SQLite store.

#include "instance_apply_fixture.h"

namespace ferry::app::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(InstanceApplyTest, CreatesWhatIsDeclared) {
    const ApplyReport report = apply(declared("one") + declared("two"));

    EXPECT_EQ(report.created, 2U);
    EXPECT_THAT(report.to_authorize, ElementsAre(stored("one").id, stored("two").id));
    const Instance one = stored("one");
    EXPECT_EQ(one.state, InstanceState::AwaitingAuthorization);
    EXPECT_EQ(one.connector_key, "dropbox");
    EXPECT_TRUE(one.events_enabled);
    EXPECT_THAT(one.source, HasSubstr("a.yaml:2"));
    EXPECT_EQ(value("one", "oauth.api.secret"), "app-secret");
    EXPECT_TRUE(one.webhook_secret);
    EXPECT_EQ(one.webhook_secret, stored("two").webhook_secret) << "one app, one secret";
    EXPECT_EQ(one.callback, stored("two").callback) << "one URL, one queue";
    EXPECT_EQ(one.sealed_configuration.find("app-secret"), std::string::npos);
}

TEST_F(InstanceApplyTest, LeavesWhatIsUnchangedAlone) {
    apply(declared("one"));
    authorize("one");
    const Instance before = stored("one");

    const ApplyReport report = apply();

    EXPECT_EQ(report.unchanged, 1U);
    EXPECT_EQ(report.created + report.changed + report.removed_names.size() + report.kept, 0U);
    EXPECT_THAT(report.touched, IsEmpty());
    EXPECT_THAT(report.to_authorize, IsEmpty());
    EXPECT_EQ(stored("one").updated_at, before.updated_at);
}

TEST_F(InstanceApplyTest, ChangesOfEventsAndCallbackKeepTheAuthorization) {
    apply(declared("one"));
    authorize("one");
    const Instance before = stored("one");
    for (const Values& change :
         {Values{{"event.notification.enabled", "false"}},
          Values{{"event.notification.callback.url", "https://app.example.com/other"}},
          Values{{"event.notification.signature.key", "another"}},
          Values{{"event.move.window", "7000ms"}}}) {
        const ApplyReport report = apply(declared("one", change));

        const std::string& key = change.begin()->first;
        EXPECT_EQ(report.changed, 1U) << key;
        EXPECT_THAT(report.to_authorize, IsEmpty()) << key;
        EXPECT_THAT(report.touched, ElementsAre(before.id)) << key;
        EXPECT_EQ(stored("one").state, InstanceState::Running) << key;
        EXPECT_EQ(stored("one").account_id, "dbid:1") << key;
        EXPECT_TRUE(hasTokens("one")) << key;
        EXPECT_GT(stored("one").updated_at, before.updated_at) << key;
        EXPECT_EQ(value("one", key), change.begin()->second);
    }
    EXPECT_NE(
        apply(declared("one", {{"event.notification.callback.url", "https://b.example/"}})).changed,
        0U
    );
    EXPECT_NE(stored("one").callback, before.callback);
}

TEST_F(InstanceApplyTest, WhoPollsOtherwiseIsDrainedAtOnce) {
    apply(declared("one"));
    authorize("one");
    ASSERT_TRUE(store_->notices().markAll(clock_.now() + Milliseconds(9'000'000), Milliseconds(1)));
    apply(declared("one", {{"event.poll.interval", "1h"}}));
    EXPECT_LE(**store_->notices().nextDue(), clock_.now());
}

TEST_F(InstanceApplyTest, AnAuthorizationThatEndsMeanwhileIsKept) {
    apply(declared("one"));
    before_call_ = [this](std::string_view call) {
        if (call == "instances.reconfigure") authorize("one");
    };

    apply(declared("one", {{"event.notification.callback.url", "https://b.example/"}}));

    EXPECT_TRUE(hasTokens("one"));
    EXPECT_EQ(stored("one").state, InstanceState::Running);
    EXPECT_EQ(stored("one").account_id, "dbid:1");
    EXPECT_EQ(value("one", "event.notification.callback.url"), "https://b.example/");
}

TEST_F(InstanceApplyTest, ChangesOfCredentialsAskForANewAuthorization) {
    for (const Values& change :
         {Values{{"oauth.api.key", "another-app"}},
          Values{{"oauth.user.refresh_token", "another-token"}},
          Values{{"code", "grant-code"}, {"oauth.user.refresh_token", ""}},
          Values{
              {"authentication.type", "apiKey"},
              {"dropbox.authorization.apikey", "a-token"},
              {"oauth.api.key", ""},
              {"oauth.callback.url", ""},
              {"oauth.user.refresh_token", ""}}}) {
        apply(declared("one"));
        authorize("one");
        const std::string& key = change.begin()->first;

        const ApplyReport report = apply(declared("one", change));

        EXPECT_EQ(report.changed, 1U) << key << printed();
        EXPECT_THAT(report.to_authorize, ElementsAre(stored("one").id)) << key;
        EXPECT_EQ(stored("one").state, InstanceState::AwaitingAuthorization) << key;
        EXPECT_FALSE(hasTokens("one")) << key;
        EXPECT_THAT(stored("one").state_reason, HasSubstr("was changed")) << key;
    }
}

TEST_F(InstanceApplyTest, ARefusedKeyIsTriedAgainWithWhateverChanged) {
    const Values with_key{
        {"authentication.type", "apiKey"},
        {"dropbox.authorization.apikey", "a-token"},
        {"oauth.api.key", ""},
        {"oauth.callback.url", ""},
        {"oauth.user.refresh_token", ""}};
    apply(declared("one", with_key));
    const auto refuse = [&] {
        ASSERT_TRUE(store_->instances().setState(
            stored("one").id,
            InstanceState::NeedsReauthorization,
            "the provider refuses the access key",
            clock_.now()
        ));
    };
    refuse();
    Values told_otherwise = with_key;
    told_otherwise["event.notification.callback.url"] = "https://b.example/";
    EXPECT_THAT(apply(declared("one", told_otherwise)).to_authorize, IsEmpty());
    EXPECT_EQ(stored("one").state, InstanceState::NeedsReauthorization);

    // It may be the key of another connector's parameter, or what the key is good for.
    Values changed = told_otherwise;
    changed["oauth.api.secret"] = "another";
    EXPECT_THAT(apply(declared("one", changed)).to_authorize, ElementsAre(stored("one").id));
    EXPECT_EQ(stored("one").state, InstanceState::AwaitingAuthorization);
}

TEST_F(InstanceApplyTest, AnInstanceThatWaitsIsTriedAgainWithWhatChanged) {
    apply(declared("one", {{"oauth.api.secret", "wrong"}}));
    ASSERT_TRUE(store_->instances().setState(
        stored("one").id,
        InstanceState::AwaitingAuthorization,
        "the provider refuses the app",
        clock_.now()
    ));

    const ApplyReport report = apply(declared("one"));

    EXPECT_THAT(report.to_authorize, ElementsAre(stored("one").id));
    EXPECT_EQ(stored("one").state_reason, "") << "it was about the old version";
    EXPECT_THAT(apply().to_authorize, IsEmpty()) << "nothing changed since";
}

TEST_F(InstanceApplyTest, AMovedLineChangesNothingButTheSource) {
    apply(declared("one"));
    authorize("one");

    write("a.yaml", "# a comment\n\ninstances:\n" + declared("one"));
    const ApplyReport report = apply();

    EXPECT_EQ(report.unchanged, 1U);
    EXPECT_EQ(report.changed, 0U);
    EXPECT_THAT(report.to_authorize, IsEmpty());
    EXPECT_THAT(stored("one").source, HasSubstr("a.yaml:4"));
    EXPECT_EQ(stored("one").state, InstanceState::Running);
    EXPECT_EQ(stored("one").account_id, "dbid:1");
    EXPECT_TRUE(hasTokens("one"));
}

TEST_F(InstanceApplyTest, AnInstanceMayMoveToAnotherFile) {
    apply(declared("one") + declared("two"));
    authorize("two");
    const InstanceId id = stored("two").id;

    write("a.yaml", "instances:\n" + declared("one"));
    write("b.yaml", "instances:\n" + declared("two"));
    const ApplyReport report = apply();

    EXPECT_EQ(report.unchanged, 2U);
    EXPECT_TRUE(report.removed_names.empty());
    EXPECT_EQ(stored("two").id, id);
    EXPECT_EQ(stored("two").state, InstanceState::Running);
    EXPECT_THAT(stored("two").source, HasSubstr("b.yaml:2"));
}

TEST_F(InstanceApplyTest, RemovesWhatIsDeclaredNoMore) {
    apply(declared("one") + declared("two"));
    const InstanceId gone = stored("two").id;

    const ApplyReport report = apply(declared("one"));

    EXPECT_THAT(report.removed_names, ElementsAre("two"));
    EXPECT_THAT(report.touched, ElementsAre(gone));
    EXPECT_TRUE(isStored("one"));
    EXPECT_FALSE(isStored("two"));
    // The name is free again, and its next owner is another instance.
    EXPECT_EQ(apply(declared("one") + declared("two")).created, 1U);
    EXPECT_NE(stored("two").id, gone);
}

TEST_F(InstanceApplyTest, AnInstanceThatOnlyPollsHasNoWebhookSecret) {
    apply(declared("one", {{"event.vendor.type", "polling"}}));
    EXPECT_FALSE(stored("one").webhook_secret);
}

TEST_F(InstanceApplyTest, ManyInstancesAreAppliedTwice) {
#ifdef NDEBUG
    constexpr std::size_t kInstances = 10'000;
#else
    constexpr std::size_t kInstances = 2'000;  // sanitizers are slow; time is not judged there
#endif
    std::string text;
    for (std::size_t at = 0; at < kInstances; ++at)
        text += declared("customer-" + std::to_string(at));
    EXPECT_EQ(apply(text).created, kInstances);
    const Instance first = stored("customer-0");

    const auto begin = std::chrono::steady_clock::now();
    const ApplyReport second = apply();
    const auto taken = std::chrono::steady_clock::now() - begin;

    EXPECT_EQ(second.unchanged, kInstances);
    EXPECT_THAT(second.touched, IsEmpty());
    EXPECT_EQ(stored("customer-0").updated_at, first.updated_at);
    std::cout << "second apply " << std::chrono::duration_cast<Milliseconds>(taken).count()
              << " ms\n";
#ifdef NDEBUG
    EXPECT_LT(taken, std::chrono::seconds(3));
#endif
}

}  // namespace
}  // namespace ferry::app::test
