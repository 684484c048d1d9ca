// Goal: a change in an account becomes one signed event at each callback that is to have it.
// Method: the whole hub in this process between the fake Dropbox and a receiver that keeps what it
// gets.

#include "base/encoding.h"
#include "integration/hub_fixture.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using MainFlowTest = HubTest;

TEST_F(MainFlowTest, ChangesBecomeSignedEvents) {
    put("/before.txt");
    startWith("marketing");

    ASSERT_NO_FATAL_FAILURE(changeAFile());
    ASSERT_TRUE(fake_->remove(account_, "/before.txt"));
    ASSERT_TRUE(receiver_.waitForEvents(5));

    const std::vector<std::string> expected{
        "CREATED /a",
        "CREATED /a/one.txt",
        "UPDATED /a/one.txt",
        "MOVED /a/one.txt -> /two.txt",
        "DELETED /before.txt"};
    EXPECT_EQ(loggedEvents(), expected);
    std::vector<std::string> received;
    for (const ReceivedEvent& event : receiver_.events()) {
        received.push_back(told(event));
        EXPECT_EQ(event.instance, "marketing");
    }
    EXPECT_EQ(received, expected);
    for (const http::Request& request : receiver_.requests())
        EXPECT_TRUE(isSigned(request, signature_key_)) << request.body;
}

TEST_F(MainFlowTest, TwoAppsShareOneWebhookUrl) {
    const demo::App other = fake_->addApp({});
    const std::string bob = fake_->addAccount("Bob", "bob@example.com");
    declare("alice");
    declare(
        "bob",
        {{"oauth.api.key", other.key},
         {"oauth.api.secret", other.secret},
         {"oauth.user.refresh_token", fake_->linkedRefreshToken(other.key, bob)},
         {"event.notification.callback.url", receiver_.url("/bob")}}
    );
    startHub();
    ASSERT_TRUE(fake_->setWebhookUris(other.key, webhook_uris_));
    ASSERT_TRUE(waitUntilLive("alice"));
    ASSERT_TRUE(waitUntilLive("bob"));

    put("/alice.txt");
    ASSERT_TRUE(fake_->putFile(bob, "/bob.txt", "x"));
    ASSERT_TRUE(receiver_.waitForEvents(2));

    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /alice.txt", "CREATED /bob.txt"));
    for (const ReceivedEvent& event : receiver_.events())
        EXPECT_EQ(event.url_path, event.instance == "bob" ? "/bob" : "/events");
    EXPECT_EQ(metric("ferry_webhooks_rejected_total{reason=\"bad_signature\"}"), 0);
    // The secret of one app does not verify for the account of the other.
    const std::string target(kWebhookTarget);
    EXPECT_EQ(postWebhook(target, noticeBody(bob), app_.secret).status, 401);
    EXPECT_EQ(postWebhook(target, noticeBody(bob), other.secret).status, 200);
}

TEST_F(MainFlowTest, TwoInstancesOfOneAccountBothTell) {
    declare("first");
    declare("second", {{"event.notification.callback.url", receiver_.url("/second")}});
    startHub();
    ASSERT_TRUE(waitUntilLive("first"));
    ASSERT_TRUE(waitUntilLive("second"));

    put("/new.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));

    std::vector<std::string> instances;
    for (const ReceivedEvent& event : receiver_.events()) {
        EXPECT_EQ(told(event), "CREATED /new.txt");
        instances.push_back(event.instance + event.url_path);
    }
    EXPECT_THAT(instances, UnorderedElementsAre("first/events", "second/second"));
}

TEST_F(MainFlowTest, AnInstancesOwnUrlMarksThatInstanceAlone) {
    declare("first");
    declare("second");
    startHub();
    ASSERT_TRUE(waitUntilLive("first"));
    ASSERT_TRUE(waitUntilLive("second"));
    fake_->setNoticesOn(false);
    put("/new.txt");

    const std::string part = base64Encode(std::to_string(instance("second")->id.value));
    const std::string target = fmt::format("{}/{}", kWebhookTarget, part);
    EXPECT_EQ(postWebhook(target, noticeBody(account_), app_.secret).status, 200);
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_EQ(receiver_.events().front().instance, "second");
    EXPECT_EQ(metric("ferry_notices_marked_total"), 1);

    const std::string unknown = fmt::format("{}/{}", kWebhookTarget, base64Encode("999"));
    EXPECT_EQ(postWebhook(unknown, noticeBody(account_), app_.secret).status, 404);
    const std::string nonsense = fmt::format("{}/!!", kWebhookTarget);
    EXPECT_EQ(postWebhook(nonsense, noticeBody(account_), app_.secret).status, 404);
    EXPECT_EQ(loggedEvents().size(), 1U) << "first was not drained";
}

TEST_F(MainFlowTest, ApiKeyInstancesWorkWithoutABrowser) {
    const demo::IssuedTokens tokens = fake_->link(app_.key, account_);
    startWith(
        "direct",
        {{"authentication.type", "apiKey"},
         {"dropbox.authorization.apikey", tokens.access_token},
         {"oauth.api.key", ""},
         {"oauth.callback.url", ""}}
    );

    put("/new.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /new.txt"));

    fake_->expireAccessTokens(account_);
    put("/later.txt");
    ASSERT_TRUE(waitForState("direct", InstanceState::NeedsReauthorization));
    EXPECT_THAT(reason("direct"), HasSubstr("dropbox.authorization.apikey"));
    EXPECT_THAT(reason("direct"), testing::Not(HasSubstr("/oauth/start/")));

    // A new key in the file brings it back, and nothing was lost meanwhile.
    declare(
        "direct",
        {{"authentication.type", "apiKey"},
         {"dropbox.authorization.apikey", fake_->link(app_.key, account_).access_token},
         {"oauth.api.key", ""},
         {"oauth.callback.url", ""}}
    );
    EXPECT_EQ(reload().applied.changed, 1U);
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_EQ(state("direct"), InstanceState::Running);
    EXPECT_THAT(reason("direct"), IsEmpty());
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /later.txt", "CREATED /new.txt"));
}

TEST_F(MainFlowTest, MovesMayBeToldAsDeletedAndCreated) {
    put("/a.txt");
    startWith("plain", {{"event.notification.moves", "deleted-created"}});

    ASSERT_TRUE(fake_->move(account_, "/a.txt", "/b.txt"));
    ASSERT_TRUE(receiver_.waitForEvents(2));

    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /b.txt", "DELETED /a.txt"));
}

TEST_F(MainFlowTest, WhatIsInAMovedFolderMovesAlsoIfTheProviderListsTheFolderAlone) {
    ASSERT_TRUE(fake_->createFolder(account_, "/a"));
    put("/a/one.txt", "1");
    put("/a/two.txt", "2");
    demo::DeltaShape shape;
    shape.list_moved_children = false;
    fake_->setShape(account_, shape);
    startWith("marketing");

    ASSERT_TRUE(fake_->move(account_, "/a", "/b"));
    ASSERT_TRUE(receiver_.waitForEvents(3));

    EXPECT_THAT(
        receiver_.toldEvents(),
        ElementsAre(
            "MOVED /a -> /b", "MOVED /a/one.txt -> /b/one.txt", "MOVED /a/two.txt -> /b/two.txt"
        )
    );
}

TEST_F(MainFlowTest, ChangesWhileTheHubWasDownAreTold) {
    startWith("marketing");
    stopHub();
    put("/while-down.txt");
    startHub();
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /while-down.txt"));
}

}  // namespace
}  // namespace ferry::test
