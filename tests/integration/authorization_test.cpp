// Goal: instances get, renew and lose their authorization as people and the provider will it, and
// say what to do. Method: the whole hub, and a browser made of HTTP requests and a cookie jar that
// goes through the fake Dropbox's consent page.

#include "base/encoding.h"
#include "integration/hub_fixture.h"

#include <fmt/format.h>

#include <thread>

namespace ferry::test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Goes where a person would; keeps the hub's cookies.
class Browser {
  public:
    Browser(std::uint16_t hub, const demo::FakeDropbox& fake)
        : hub_(hub), fake_(portOf(fake.url())) {}

    /// Opens the instance's link; the address of the consent page comes back.
    std::string open(const std::string& instance) {
        const Answer answer = ask(hub_, "GET", "/oauth/start/" + instance);
        EXPECT_EQ(answer.status, 302) << answer.body;
        keepCookie(answer);
        return answer.headers.contains("location") ? answer.headers.at("location") : std::string();
    }

    /// Decides on the consent page; what the provider redirects to comes back.
    std::string decide(
        const std::string& page, const std::string& account, const std::string& decision
    ) {
        EXPECT_EQ(ask(fake_, "GET", targetOf(page)).status, 200);
        const std::string query = page.substr(page.find('?') + 1);
        const Answer answer =
            ask(fake_,
                "POST",
                "/oauth2/authorize",
                {{"Content-Type", "application/x-www-form-urlencoded"}},
                fmt::format("{}&account_id={}&decision={}", query, percentEncode(account), decision)
            );
        EXPECT_EQ(answer.status, 302) << answer.body;
        return answer.headers.contains("location") ? answer.headers.at("location") : std::string();
    }

    /// Follows the provider's redirect back to the hub.
    Answer comeBack(const std::string& url) {
        return ask(hub_, "GET", targetOf(url), {{"Cookie", cookie_}});
    }

    Answer authorize(const std::string& instance, const std::string& account) {
        return comeBack(decide(open(instance), account, "allow"));
    }

  private:
    void keepCookie(const Answer& answer) {
        if (!answer.headers.contains("set-cookie")) return;
        const std::string& line = answer.headers.at("set-cookie");
        cookie_ = line.substr(0, line.find(';'));
    }

    std::uint16_t hub_;
    std::uint16_t fake_;
    std::string cookie_;
};

class AuthorizationTest : public HubTest {
  protected:
    static Overrides byBrowser() { return {{"oauth.user.refresh_token", ""}}; }
    Browser browser() { return {hub_->port(), *fake_}; }
};

TEST_F(AuthorizationTest, AnInstanceWithoutTokensWaits) {
    declare("marketing", byBrowser());
    startHub();

    ASSERT_TRUE(eventually([&] { return !reason("marketing").empty(); }));
    EXPECT_EQ(state("marketing"), InstanceState::AwaitingAuthorization);
    EXPECT_EQ(reason("marketing"), "it waits for somebody to authorize it");
    EXPECT_EQ(fake_->requests("oauth2/token"), 0U);
    EXPECT_EQ(fake_->requests("files/list_folder"), 0U);
}

TEST_F(AuthorizationTest, TheBrowserBringsItToLife) {
    declare("marketing", byBrowser());
    startHub();

    const Answer page = browser().authorize("marketing", account_);
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("Authorized"));
    ASSERT_TRUE(waitUntilLive("marketing"));
    EXPECT_EQ(instance("marketing")->account_id, account_);
    EXPECT_THAT(reason("marketing"), IsEmpty());
    put("/new.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
}

TEST_F(AuthorizationTest, TheScopesOfTheConnectorAreAskedForUnlessTheInstanceNamesItsOwn) {
    declare("marketing", byBrowser());
    Overrides own = byBrowser();
    own["oauth.scope"] = "account_info.read files.content.read";
    declare("sales", own);
    startHub();

    EXPECT_THAT(
        browser().open("marketing"), HasSubstr("&scope=account_info.read%20files.metadata.read")
    );
    EXPECT_THAT(
        browser().open("sales"), HasSubstr("&scope=account_info.read%20files.content.read")
    );
}

TEST_F(AuthorizationTest, AConsentThatAnotherProgramAsksForIsNotBegunHere) {
    Overrides elsewhere = byBrowser();
    elsewhere["oauth.callback.url"] = "https://app.example/authorized";
    declare("marketing", elsewhere);
    startHub();
    const Answer page = ask(hub_->port(), "GET", "/oauth/start/marketing");
    EXPECT_EQ(page.status, 409);
    EXPECT_THAT(
        page.body,
        AllOf(
            HasSubstr("https://app.example/authorized"),
            HasSubstr("/elements/dropbox/oauth/url"),
            HasSubstr("providerData.code")
        )
    );
}

TEST_F(AuthorizationTest, DeniedConsentChangesNothing) {
    declare("marketing", byBrowser());
    startHub();
    Browser person = browser();

    const Answer page = person.comeBack(person.decide(person.open("marketing"), account_, "deny"));

    EXPECT_EQ(page.status, 400);
    EXPECT_THAT(
        page.body, AllOf(HasSubstr("Access was denied"), HasSubstr("/oauth/start/marketing"))
    );
    EXPECT_EQ(state("marketing"), InstanceState::AwaitingAuthorization);
}

TEST_F(AuthorizationTest, AStateWorksOnceAndOnlyInItsBrowser) {
    declare("marketing", byBrowser());
    startHub();
    Browser person = browser();
    const std::string back = person.decide(person.open("marketing"), account_, "allow");

    Browser stranger = browser();
    EXPECT_EQ(stranger.comeBack(back).status, 403);
    EXPECT_EQ(state("marketing"), InstanceState::AwaitingAuthorization);

    const std::string again = person.decide(person.open("marketing"), account_, "allow");
    EXPECT_EQ(person.comeBack(again).status, 200);
    const Answer reused = person.comeBack(again);
    EXPECT_EQ(reused.status, 400);
    EXPECT_THAT(reused.body, HasSubstr("used already"));
    EXPECT_EQ(state("marketing"), InstanceState::Running);
}

TEST_F(AuthorizationTest, AWrongStateIsRefused) {
    declare("marketing", byBrowser());
    startHub();
    fake_->faults().next("oauth2/authorize", demo::FaultKind::WrongState);

    EXPECT_EQ(browser().authorize("marketing", account_).status, 400);
    EXPECT_EQ(state("marketing"), InstanceState::AwaitingAuthorization);
    EXPECT_EQ(fake_->requests("oauth2/token"), 0U);
}

TEST_F(AuthorizationTest, ConsentWithdrawnAtTheProviderIsMendedInTheBrowser) {
    startWith("marketing");
    fake_->unlink(app_.key, account_);
    put("/after.txt");
    fake_->notify(app_.key, account_);
    // An app that is not linked gets no webhook: this one is a leftover, or the poll.
    postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret);

    ASSERT_TRUE(waitForState("marketing", InstanceState::NeedsReauthorization));
    EXPECT_THAT(reason("marketing"), Not(AnyOf(IsEmpty(), HasSubstr("/oauth/start"))));
    // It stops asking.
    const std::uint64_t asked = fake_->requests("oauth2/token");
    EXPECT_EQ(
        postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret).status, 200
    );
    reload();
    EXPECT_EQ(state("marketing"), InstanceState::NeedsReauthorization);
    EXPECT_EQ(fake_->requests("oauth2/token"), asked);

    const std::string bob = fake_->addAccount("Bob", "bob@example.com");
    const Answer wrong = browser().authorize("marketing", bob);
    EXPECT_EQ(wrong.status, 409) << wrong.body;
    EXPECT_THAT(wrong.body, HasSubstr("another account"));
    EXPECT_EQ(state("marketing"), InstanceState::NeedsReauthorization);

    EXPECT_EQ(browser().authorize("marketing", account_).status, 200);
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_EQ(state("marketing"), InstanceState::Running);
    EXPECT_THAT(reason("marketing"), IsEmpty());
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /after.txt"));
}

TEST_F(AuthorizationTest, ATokenThatEndsInTheMiddleOfADrainIsRenewed) {
    startWith("marketing");
    const std::uint64_t refreshed = fake_->requests("oauth2/token");
    // Three pages; the second one is refused.
    fake_->faults().add(
        {"files/list_folder/continue",
         {demo::FaultKind::UnionError, 401, "expired_access_token", {}, {}, false, false, {}, 0},
         1,
         1}
    );
    ASSERT_TRUE(fake_->addManyFiles(account_, "/many", 4'100));

    ASSERT_TRUE(receiver_.waitForEvents(4'101));
    EXPECT_EQ(fake_->requests("oauth2/token"), refreshed + 1);
    EXPECT_EQ(fake_->faults().waiting(), 0U);
    EXPECT_EQ(loggedEvents().size(), receiver_.events().size());
    EXPECT_THAT(reason("marketing"), IsEmpty());
}

TEST_F(AuthorizationTest, AnOutageOfTheTokenEndpointDisablesNothing) {
    startWith("marketing");
    fake_->expireAccessTokens(account_);
    fake_->faults().tokenEndpoint500(1);
    put("/new.txt");

    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_EQ(state("marketing"), InstanceState::Running);
    EXPECT_EQ(fake_->faults().waiting(), 0U);
}

TEST_F(AuthorizationTest, AWrongAppSecretSaysSoAndACorrectedOneIsTriedAtOnce) {
    declare("marketing", {{"oauth.api.secret", "not-the-secret"}});
    startHub();
    ASSERT_TRUE(eventually([&] { return !reason("marketing").empty(); }));
    EXPECT_EQ(state("marketing"), InstanceState::AwaitingAuthorization);
    EXPECT_THAT(
        reason("marketing"), AllOf(HasSubstr("oauth.api.secret"), Not(HasSubstr("not-the-secret")))
    );

    declare("marketing");
    reload();
    ASSERT_TRUE(waitUntilLive("marketing")) << reason("marketing");
    EXPECT_THAT(reason("marketing"), IsEmpty());
}

TEST_F(AuthorizationTest, AStopWaitsForNoBrowser) {
    declare("marketing", byBrowser());
    startHub();
    Browser person = browser();
    const std::string back = person.decide(person.open("marketing"), account_, "allow");
    fake_->faults().slow("oauth2/token", demo::FaultKind::Delay, Milliseconds(20'000));
    Answer page;
    std::thread waiting([&] { page = person.comeBack(back); });
    ASSERT_TRUE(eventually([&] { return fake_->requests("oauth2/token") == 1; }));

    const auto begin = std::chrono::steady_clock::now();
    hub_->stop(Milliseconds(8'000));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
    waiting.join();
    EXPECT_EQ(page.status, 503);
    EXPECT_THAT(page.body, HasSubstr("shutting down"));
}

TEST_F(AuthorizationTest, JoiningATeamMovesTheRootAndInventsNoEvents) {
    put("/old.txt", "old");
    startWith("marketing");
    ASSERT_TRUE(fake_->joinTeam(account_, "The Team"));
    ASSERT_TRUE(fake_->putFile(account_, "/Alice/new.txt", "new"));

    ASSERT_TRUE(eventually([&] {
        const auto events = receiver_.toldEvents();
        return std::find(events.begin(), events.end(), "CREATED /Alice/new.txt") != events.end();
    })) << testing::PrintToString(receiver_.toldEvents());
    EXPECT_EQ(state("marketing"), InstanceState::Running);
    // The file is in another place now, and that is all that happened to it.
    for (const std::string& event : receiver_.toldEvents()) {
        EXPECT_THAT(event, Not(HasSubstr("DELETED")));
        if (event.find("old.txt") != std::string::npos) {
            EXPECT_EQ(event, "MOVED /old.txt -> /Alice/old.txt");
        }
    }

    ASSERT_TRUE(fake_->putFile(account_, "/Alice/later.txt", "later"));
    ASSERT_TRUE(eventually([&] {
        const auto events = receiver_.toldEvents();
        return std::find(events.begin(), events.end(), "CREATED /Alice/later.txt") != events.end();
    }));
}

TEST_F(AuthorizationTest, ATeamMembersRootIsSentFromTheBeginning) {
    account_ = fake_->addTeamAccount("Tess", "tess@example.com", "The Team");
    startWith("team");
    ASSERT_TRUE(fake_->createFolder(account_, "/Shared by all"));
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /Shared by all"));
    EXPECT_FALSE(fake_->statusCounts().contains("files/list_folder 422"));
}

}  // namespace
}  // namespace ferry::test
