// Goal: what goes through the boundary comes out the same on the other side, for every hook.
// Method: the sample plugin, written with the SDK, is called through the host's views.
#include "base/crypto.h"
#include "base/encoding.h"
#include "plugin/auth_view.h"
#include "plugin/changes_view.h"
#include "plugin/normalize_view.h"
#include "plugin/webhook_view.h"
#include "plugin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::plugin::test {
namespace {

using testing::HasSubstr;

class Views : public PluginTest {
  protected:
    std::shared_ptr<PluginInstance> sample_ = make("sample", "1.2.3");
    TokenSet tokens_{Secret("a"), Secret("r"), "bearer", std::nullopt, "", "", Secret()};
};

WebhookRequest aWebhook(
    std::string_view body, std::string_view signature, std::string_view query = ""
) {
    return {"POST", "/hook", query, {{"x-signature", signature}}, body};
}

TEST_F(Views, AuthorizeUrlHasAllItWasGivenAndLogsWithTheCall) {
    const auto url =
        AuthView(sample_).authorizeUrl(aCall(), anAccount(), {"r", "s1", {"a", "b"}, "ch", {}});
    ASSERT_TRUE(url);
    EXPECT_EQ(*url, "https://www.example/authorize?state=s1&scope=a&scope=b&challenge=ch");
    const LogLine line = log_.lines().back();
    EXPECT_EQ(line.plugin, "sample");
    EXPECT_EQ(line.account, "marketing");
    EXPECT_EQ(line.trace_id, "t-1");
    EXPECT_EQ(line.message, "building the url");
}

TEST_F(Views, ExchangeGivesTokensWithTheirExpiry) {
    auto operation =
        AuthView(sample_).exchangeCode(aCall(), anAccount(), {Secret("c1"), "r", Secret("v")});
    ASSERT_TRUE(operation);
    auto step = operation->advance(aCall());
    const HttpRequest& request = std::get<NeedHttp>(step.value()).request;
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://api.example/token?code=c1");
    EXPECT_EQ(request.body, "{}");
    EXPECT_EQ(request.headers.at(1).value, "t-1");
    EXPECT_EQ(request.timeout, std::chrono::seconds(9));
    EXPECT_EQ(request.response_bytes_max, std::nullopt);

    const HttpResponse answer = anAnswer("at");
    step = operation->advance(aCall(), &answer);
    const TokenSet& tokens = std::get<TokenSet>(step.value());
    EXPECT_EQ(tokens.access_token.reveal(), "at");
    EXPECT_EQ(tokens.refresh_token.reveal(), "v");
    EXPECT_EQ(tokens.expires_at, aCall().now + std::chrono::seconds(1));
}

TEST_F(Views, VerifyKeepsTheAccountState) {
    auto operation = AuthView(sample_).verify(aCall(), anAccount(), tokens_);
    (void)operation->advance(aCall());
    const HttpResponse answer = anAnswer("dbid:7");
    const auto step = operation->advance(aCall(), &answer);
    const Identity& identity = std::get<Identity>(step.value());
    EXPECT_EQ(identity.account_id, "dbid:7");
    EXPECT_EQ(identity.label, "state");
    EXPECT_EQ(identity.account_state, "state of Ann");
}

TEST_F(Views, FetchGivesAPage) {
    auto operation =
        ChangesView(sample_).fetch(aCall(), anAccount(), tokens_, {FetchMode::Baseline, "c", 9});
    (void)operation->advance(aCall());
    const HttpResponse answer = anAnswer("3");
    const auto step = operation->advance(aCall(), &answer);
    const Page& page = std::get<Page>(step.value());
    EXPECT_THAT(page.changes, testing::ElementsAre("F id:0", "F id:1", "F id:2"));
    EXPECT_EQ(page.next_cursor, "c+");
    EXPECT_TRUE(page.has_more);
}

TEST_F(Views, InitialCursorIsAPageWithoutChanges) {
    auto operation = ChangesView(sample_).initialCursor(aCall(), anAccount(), tokens_);
    (void)operation->advance(aCall());
    const HttpResponse answer = anAnswer("now");
    const auto step = operation->advance(aCall(), &answer);
    EXPECT_EQ(std::get<Page>(step.value()).next_cursor, "now");
    EXPECT_FALSE(std::get<Page>(step.value()).has_more);
}

TEST_F(Views, ErrorsSayWhatTheCallerDoesNext) {
    struct Case {
        HttpResponse answer;
        ErrorCode code;
        const char* message;
        std::optional<std::chrono::milliseconds> wait;
    };
    const Case cases[] = {
        {anAnswer("", 409), ErrorCode::CursorExpired, "plugin sample: fetch: reset", {}},
        {anAnswer("", 401), ErrorCode::Unauthenticated, "plugin sample: fetch: bearer", {}},
        {anAnswer("", 429),
         ErrorCode::RateLimited,
         "plugin sample: fetch: /list",
         std::chrono::seconds(3)},
        {{0, TransportError::Tls, {}, ""},
         ErrorCode::Unavailable,
         "plugin sample: fetch: /list?cursor=c: tls failure",
         {}},
    };
    for (const Case& one : cases) {
        auto operation = ChangesView(sample_).fetch(
            aCall(), anAccount(), tokens_, {FetchMode::Continue, "c", 0}
        );
        (void)operation->advance(aCall());
        const auto step = operation->advance(aCall(), &one.answer);
        ASSERT_FALSE(step);
        EXPECT_EQ(step.error().code, one.code);
        EXPECT_THAT(step.error().message, HasSubstr(one.message));
        EXPECT_EQ(step.error().retry_after, one.wait);
    }
    EXPECT_EQ(sample_->guard().misbehaviours(), 0u);
}

TEST_F(Views, ChallengeIsAnsweredOrNotMine) {
    const WebhookView webhook(sample_);
    const auto reply = webhook.verifyChallenge(aCall(), aWebhook("", "", "challenge=xyz"), {});
    ASSERT_TRUE(reply && *reply);
    EXPECT_EQ((*reply)->status, 200);
    EXPECT_EQ((*reply)->body, "xyz");
    EXPECT_EQ((*reply)->headers.at(1).value, "nosniff");
    const auto none = webhook.verifyChallenge(aCall(), aWebhook("", "", "other"), {});
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
}

TEST_F(Views, SignatureIsGoodOnlyWithOneOfTheSecrets) {
    const WebhookView webhook(sample_);
    const std::string good = hexEncode(asText(hmacSha256("s2", "body")));
    const Fields secrets = {{"a", "s1"}, {"b", "s2"}};
    EXPECT_TRUE(webhook.verifySignature(aCall(), aWebhook("body", good), secrets));
    for (const auto& [body, signature] :
         {std::pair{"bodY", good.c_str()}, {"body", "00"}, {"body", ""}, {"body", "throw"}}) {
        const Status status = webhook.verifySignature(aCall(), aWebhook(body, signature), secrets);
        ASSERT_FALSE(status) << signature;
        EXPECT_EQ(status.error().code, ErrorCode::PermissionDenied);
    }
    EXPECT_FALSE(webhook.verifySignature(aCall(), aWebhook("body", good), {}));
}

TEST_F(Views, NotificationNamesAccounts) {
    const auto notices =
        WebhookView(sample_).parseNotification(aCall(), aWebhook("dbid:1,dbid:2", ""));
    ASSERT_TRUE(notices);
    ASSERT_EQ(notices->size(), 2u);
    EXPECT_EQ((*notices)[0].account_key, "dbid:1");
    EXPECT_EQ((*notices)[1].account_key, "dbid:2");
}

TEST_F(Views, StrangersCannotBringAPluginIntoQuarantine) {
    for (int i = 0; i < 2 * CallGuard::kStrikesMax; ++i)
        EXPECT_FALSE(WebhookView(sample_).parseNotification(aCall(), aWebhook("throw", "")));
    EXPECT_EQ(sample_->guard().misbehaviours(), 2u * CallGuard::kStrikesMax);
    EXPECT_FALSE(sample_->guard().isQuarantined());
}

TEST_F(Views, NormalizeGivesOneItemForEachChange) {
    const std::vector<std::string> changes = {"F /a", "D /b", "R /c", "E /d", "- ", "? ", "0 ", ""};
    const auto items = NormalizeView(sample_).normalize(aCall(), anAccount(), changes);
    ASSERT_TRUE(items) << items.error().message;
    ASSERT_EQ(items->size(), 8u);

    const auto& file = std::get<IndexOp>((*items)[0]);
    EXPECT_EQ(file.action, IndexAction::UpsertFile);
    EXPECT_TRUE(file.replaces_children);
    EXPECT_EQ(file.object.object_id, "/a");
    EXPECT_EQ(file.object.size, 12);
    EXPECT_EQ(file.object.modified, fromEpochMilliseconds(1'700'000'000'000));
    EXPECT_EQ(file.object.created, std::nullopt);
    EXPECT_EQ(std::get<IndexOp>((*items)[1]).action, IndexAction::UpsertFolder);
    EXPECT_EQ(std::get<IndexOp>((*items)[2]).action, IndexAction::Remove);
    EXPECT_EQ(std::get<ProviderEvent>((*items)[3]).type, EventType::Moved);
    EXPECT_EQ(std::get<IndexOp>((*items)[4]).action, IndexAction::Ignore);
    EXPECT_EQ(std::get<Reject>((*items)[5]).error.message, "not understood: dbid:1");
    EXPECT_EQ(
        std::get<Reject>((*items)[6]).error.message, "the plugin said nothing about the change"
    );
    EXPECT_EQ(std::get<Reject>((*items)[7]).change_index, 7u);
    EXPECT_EQ(sample_->guard().misbehaviours(), 1u);
}

TEST_F(Views, MissingHooksAreUnsupported) {
    const auto rogue = make("rogue", "1.0.0");
    EXPECT_EQ(
        AuthView(rogue).refresh(aCall(), anAccount(), tokens_).error().code, ErrorCode::Unsupported
    );
    EXPECT_EQ(
        ChangesView(rogue).initialCursor(aCall(), anAccount(), tokens_).error().code,
        ErrorCode::Unsupported
    );
    EXPECT_EQ(
        WebhookView(rogue).verifySignature(aCall(), aWebhook("", ""), {}).error().code,
        ErrorCode::Unsupported
    );
    EXPECT_EQ(
        NormalizeView(rogue).normalize(aCall(), anAccount(), {}).error().code,
        ErrorCode::Unsupported
    );
}

TEST_F(Views, FailedCreateIsAnErrorWithItsReason) {
    const auto library = loadGood("sample", "1.2.3", log_);
    const auto instance = PluginInstance::create(library, {"c", {{"create", "fails"}}}, aCall());
    ASSERT_FALSE(instance);
    EXPECT_EQ(instance.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(instance.error().message, HasSubstr("no such setting"));
}

}  // namespace
}  // namespace ferry::plugin::test
