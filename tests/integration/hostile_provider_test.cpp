// Goal: whatever the provider answers, the hub says clearly what was wrong, loses and invents
// nothing, and goes on once the provider is right again. Method: the whole hub and one fault of the
// fake Dropbox after the other, at the listing and at the token endpoint.

#include "integration/hub_fixture.h"

#include <fmt/format.h>

#include <thread>

namespace ferry::test {
namespace {

using demo::FaultKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Case {
    FaultKind kind;
    const char* said;  ///< part of the log line; "": the answer is odd but good
    int number = 0;
};

const Case kCases[] = {
    {FaultKind::HtmlBody, "text/html"},
    {FaultKind::NotJson, "json"},
    {FaultKind::TruncateBody, "drain failed"},
    {FaultKind::ResetConnection, "drain failed"},
    {FaultKind::EndlessBody, "the answer is larger than any that dropbox gives"},
    {FaultKind::ServerError, "500"},
    {FaultKind::BadCall, "400"},
    {FaultKind::WrongContentType, ""},
    {FaultKind::Chunked, ""},
    {FaultKind::Gzip, ""},
    {FaultKind::UnknownFields, ""},
    {FaultKind::UnknownTag, ""},
    {FaultKind::NullPaths, ""},
    {FaultKind::MissingContentHash, ""},
    {FaultKind::NoRequestId, ""},
    {FaultKind::DuplicatePage, ""},
    {FaultKind::EmptyPageWithMore, ""},
};

class HostileListing : public HubTest, public testing::WithParamInterface<Case> {};

TEST_P(HostileListing, IsSaidAndRecoveredFrom) {
    const Case& odd = GetParam();
    startWith("marketing");
    fake_->setNoticesOn(false);
    fake_->faults().nextListing(odd.kind);
    put("/new.txt");
    const std::string target(kWebhookTarget);
    postWebhook(target, noticeBody(account_), app_.secret);

    if (*odd.said != '\0') {
        ASSERT_TRUE(waitForLog("drain failed")) << "the fault is seen";
        EXPECT_THAT(logText(), HasSubstr(odd.said));
        EXPECT_EQ(state("marketing"), InstanceState::Running);
    }
    // A notice makes it due again, whatever the back-off.
    ASSERT_TRUE(eventually([&] {
        if (!receiver_.events().empty()) return true;
        if (fake_->faults().waiting() == 0) postWebhook(target, noticeBody(account_), app_.secret);
        return false;
    })) << reason("marketing");
    std::vector<std::string> logged = loggedEvents();
    // An object that is mounted nowhere is one all the same.
    EXPECT_EQ(std::erase(logged, "CREATED "), odd.kind == FaultKind::NullPaths ? 1U : 0U);
    EXPECT_THAT(logged, ElementsAre("CREATED /new.txt")) << "none lost, none invented";
    EXPECT_TRUE(eventually([&] { return reason("marketing").empty(); })) << reason("marketing");
    EXPECT_EQ(fake_->faults().waiting(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    EachFault,
    HostileListing,
    testing::ValuesIn(kCases),
    [](const auto& item) { return std::string(demo::faultKindName(item.param.kind)); }
);

class HostileToken : public HubTest, public testing::WithParamInterface<FaultKind> {};

TEST_P(HostileToken, DisablesNothing) {
    startWith("marketing");
    fake_->expireAccessTokens(account_);
    fake_->faults().next("oauth2/token", GetParam());
    put("/new.txt");

    ASSERT_TRUE(waitForLog("a refresh failed"));
    EXPECT_EQ(state("marketing"), InstanceState::Running);
    ASSERT_TRUE(receiver_.waitForEvents(1)) << reason("marketing");
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /new.txt"));
}

INSTANTIATE_TEST_SUITE_P(
    EachFault,
    HostileToken,
    testing::Values(
        FaultKind::HtmlBody,
        FaultKind::TruncateBody,
        FaultKind::ResetConnection,
        FaultKind::ServerError
    ),
    [](const auto& item) { return std::string(demo::faultKindName(item.param)); }
);

using HostileProviderTest = HubTest;

TEST_F(HostileProviderTest, AReasonIsGivenOnceItLastsAndTakenBackAfterwards) {
    startWith("marketing");
    fake_->faults().nextListing(FaultKind::NotJson, 1);
    put("/new.txt");

    ASSERT_TRUE(eventually([&] { return !reason("marketing").empty(); }));
    EXPECT_THAT(reason("marketing"), HasSubstr("files/list_folder/continue"));
    EXPECT_THAT(reason("marketing"), HasSubstr("json"));
    postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret);
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_TRUE(eventually([&] { return reason("marketing").empty(); }));
}

TEST_F(HostileProviderTest, AProxysPageStopsNobodyAndResyncsNothing) {
    startWith("marketing");
    fake_->setNoticesOn(false);
    const std::string target(kWebhookTarget);
    for (const int status : {400, 401, 403, 409}) {
        // Twice, as a refused token is refreshed and tried again.
        fake_->faults().serverError("files/list_folder/continue", status, 2);
        ASSERT_TRUE(eventually([&] {
            postWebhook(target, noticeBody(account_), app_.secret);
            return fake_->faults().waiting() == 0;
        }));
        ASSERT_TRUE(waitForLog(fmt::format("http {}: an answer that dropbox does not give", status)));
        EXPECT_EQ(state("marketing"), InstanceState::Running) << status;
    }
    put("/new.txt");
    postWebhook(target, noticeBody(account_), app_.secret);
    ASSERT_TRUE(receiver_.waitForEvents(1)) << reason("marketing");
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /new.txt"));
    EXPECT_EQ(metric("ferry_sync_resyncs_total"), 0);
}

TEST_F(HostileProviderTest, ARefusalIsShownAtOnceWithWhatToDoAndStopsNothing) {
    startWith("marketing");
    fake_->setNoticesOn(false);
    fake_->faults().unionError("files/list_folder/continue", 403, "team_access_denied");
    const std::string target(kWebhookTarget);
    postWebhook(target, noticeBody(account_), app_.secret);

    ASSERT_TRUE(eventually([&] { return !reason("marketing").empty(); }));
    EXPECT_THAT(reason("marketing"), HasSubstr("403 team_access_denied"));
    EXPECT_THAT(reason("marketing"), HasSubstr("correct this at the provider"));
    EXPECT_EQ(state("marketing"), InstanceState::Running);
    put("/new.txt");
    postWebhook(target, noticeBody(account_), app_.secret);
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_TRUE(eventually([&] { return reason("marketing").empty(); }));
}

TEST_F(HostileProviderTest, AWebhookIsNoReasonToAskBeforeTheProviderSaysSo) {
    startWith("marketing");
    fake_->setNoticesOn(false);
    fake_->faults().rateLimit("files/list_folder/continue", 3);
    const std::string target(kWebhookTarget);
    put("/new.txt");
    postWebhook(target, noticeBody(account_), app_.secret);
    ASSERT_TRUE(waitForLog("drain failed"));
    const std::uint64_t asked = fake_->requests("files/list_folder/continue");
    for (int i = 0; i < 10; ++i) {
        postWebhook(target, noticeBody(account_), app_.secret);
        std::this_thread::sleep_for(Milliseconds(50));
    }
    EXPECT_EQ(fake_->requests("files/list_folder/continue"), asked);
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /new.txt"));
}

TEST_F(HostileProviderTest, ATokenMayBeRefusedMoreThanOnceInALongDrain) {
    startWith("marketing");
    fake_->setNoticesOn(false);
    const std::string route = "files/list_folder/continue";
    fake_->faults().unionError(route, 401, "expired_access_token");
    fake_->faults().next(route, FaultKind::OneEntryPage);
    fake_->faults().unionError(route, 401, "expired_access_token");
    put("/1.txt");
    put("/2.txt");
    postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret);

    ASSERT_TRUE(receiver_.waitForEvents(2)) << reason("marketing");
    EXPECT_EQ(fake_->faults().waiting(), 0U);
    EXPECT_EQ(state("marketing"), InstanceState::Running);
}

TEST_F(HostileProviderTest, ResetCursorsInventNothing) {
    put("/kept.txt");
    startWith("marketing");
    fake_->expireCursors(account_);
    put("/new.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /new.txt"));
    put("/later.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_EQ(loggedEvents().size(), 2U);
}

TEST_F(HostileProviderTest, ASlowAnswerHoldsNobodyElseUp) {
    const std::string bob = fake_->addAccount("Bob", "bob@example.com");
    declare("alice");
    declare("bob", {{"oauth.user.refresh_token", fake_->linkedRefreshToken(app_.key, bob)}});
    startHub();
    ASSERT_TRUE(waitUntilLive("alice"));
    ASSERT_TRUE(waitUntilLive("bob"));
    fake_->faults().slow("files/list_folder/continue", FaultKind::Delay, Milliseconds(3'000));
    put("/slow.txt");
    ASSERT_TRUE(eventually([&] { return fake_->faults().waiting() == 0; }));

    ASSERT_TRUE(fake_->putFile(bob, "/fast.txt", "x"));
    ASSERT_TRUE(receiver_.waitForEvents(2));
    std::vector<std::string> order;
    for (const ReceivedEvent& event : receiver_.events())
        order.push_back(told(event));
    EXPECT_THAT(order, ElementsAre("CREATED /fast.txt", "CREATED /slow.txt"));
}

TEST_F(HostileProviderTest, OneDrainAtATimeHoweverManyWebhooksCome) {
    startWith("marketing");
    fake_->limitParallelLists(true, Milliseconds(30));
    constexpr int kChanges = 30;
    for (int at = 0; at < kChanges; ++at) {
        put(fmt::format("/{:02}.txt", at));
        fake_->notify(app_.key, account_, 5);
    }
    ASSERT_TRUE(receiver_.waitForEvents(kChanges));
    ASSERT_TRUE(eventually([&] {
        const auto counts = fake_->noticeCounts();
        return counts.accepted >= kChanges;
    }));

    // The fake refuses the second of two equal listings under way at one time.
    for (const auto& [route_and_status, count] : fake_->statusCounts()) {
        if (!route_and_status.starts_with("files/list_folder")) continue;
        EXPECT_THAT(route_and_status, testing::EndsWith(" 200")) << count;
    }
    EXPECT_EQ(loggedEvents().size(), static_cast<std::size_t>(kChanges));
    EXPECT_THAT(logText(), Not(HasSubstr("drain failed")));
    // Notices coalesce: far fewer drains than webhooks.
    EXPECT_LT(fake_->requests("files/list_folder/continue"), fake_->noticeCounts().sent);
    EXPECT_THAT(reason("marketing"), IsEmpty());
}

}  // namespace
}  // namespace ferry::test
