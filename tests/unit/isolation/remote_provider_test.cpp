// Goal: a plugin gives the same in a process of its own as in the hub's. Method: each call of the
// seams is made to both, with the sample plugin, which has every hook, and with the Dropbox plugin;
// what comes back is compared byte for byte, as the codec writes it.

#include "isolation/remote_provider.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "support/sim_clock.h"
#include "unit/isolation/isolation_fixture.h"

namespace ferry::isolation::test {
namespace {

using testing::HasSubstr;

template <typename T>
std::string bytesOf(const Result<T>& result) {
    FrameWriter writer;
    writeResult(writer, result);
    return std::string(writer.content());
}

http::OutboundResponse answer(int status, std::string body) {
    http::OutboundResponse response;
    response.status = status;
    response.headers.add("X-Name", "Ann");
    response.body = std::move(body);
    return response;
}

/// The same plugin twice.
class SamenessTest : public IsolationTest {
  protected:
    SamenessTest() { clock_ = &sim_clock_; }

    void use(const std::filesystem::path& file, const std::string& id, const std::string& version) {
        auto library = plugin::PluginLibrary::load(
            {file, id, version, 1}, std::make_shared<plugin::HostServices>(), log_, {}
        );
        ASSERT_TRUE(library) << library.error().message;
        here_ = serve(**library);
        auto isolated = load(file, id, version);
        ASSERT_TRUE(isolated) << isolated.error().message;
        isolated_ = *isolated;
        there_ = serve(*isolated_);
    }
    void useSample() { use(testPlugins() / "sample/libsample.so", "sample", "1.2.3"); }

    template <typename Call>
    void expectSame(const char* what, const Call& call) {
        const auto here = call(*here_);
        const auto there = call(*there_);
        EXPECT_EQ(bytesOf(here), bytesOf(there))
            << what << ": " << messageOf(here) << " / " << messageOf(there);
    }
    /// The whole operation, step by step.
    template <typename Start>
    void expectSameSteps(
        const char* what, const Start& start, const std::vector<http::OutboundResponse>& answers
    ) {
        Result<pipeline::OperationPtr> here = start(*here_);
        Result<pipeline::OperationPtr> there = start(*there_);
        ASSERT_TRUE(there) << what << messageOf(there) << ": the process is not asked yet";
        if (!here) {
            const auto remote = (*there)->advance(nullptr);
            EXPECT_EQ(here.error().message, messageOf(remote)) << what;
            return;
        }
        const http::OutboundResponse* response = nullptr;
        for (std::size_t i = 0; i <= answers.size(); ++i) {
            const auto step = (*here)->advance(response);
            const auto remote = (*there)->advance(response);
            ASSERT_EQ(bytesOf(step), bytesOf(remote))
                << what << ", step " << i << ": " << messageOf(step) << " / " << messageOf(remote);
            if (!step || std::holds_alternative<pipeline::OperationResult>(*step)) return;
            ASSERT_LT(i, answers.size()) << what << " asks for more";
            response = &answers[i];
        }
    }
    template <typename T>
    static std::string messageOf(const Result<T>& result) {
        return result ? "good" : result.error().message;
    }

    ferry::test::SimClock sim_clock_;
    std::shared_ptr<IsolatedPlugin> isolated_;
    std::shared_ptr<pipeline::Provider> here_;
    std::shared_ptr<pipeline::Provider> there_;
    const pipeline::ProviderAccount account_ = accountOf("dbid:1");
    const TokenSet tokens_{Secret("access"), Secret("refresh"), std::nullopt, "a b", "dbid:1"};
};

TEST_F(SamenessTest, PureHooks) {
    useSample();
    http::Request request;
    request.method = "POST";
    request.query = "challenge=abc";
    request.body = std::string("a,b\0\xff", 5);
    request.headers.add("X-Signature", hexEncode(hmac(Hash::Sha256, "secret", request.body)));
    expectSame("challenge", [&](auto& p) { return p.answerChallenge(request, nullptr); });
    expectSame("signed", [&](auto& p) { return p.verifySignature(request, Secret("secret")); });
    expectSame("not signed", [&](auto& p) { return p.verifySignature(request, Secret("other")); });
    expectSame("no UTF-8", [&](auto& p) { return p.parseNotification(request); });
    request.body = "a,b";
    request.query = "";
    expectSame("notification", [&](auto& p) { return p.parseNotification(request); });
    const Secret secret("secret");
    expectSame("no challenge", [&](auto& p) { return p.answerChallenge(request, &secret); });
    request.body = "throw";
    expectSame("a throw", [&](auto& p) { return p.parseNotification(request); });
    const pipeline::AuthorizeUrlRequest wanted{"https://hub.example/cb", "st", "a b", "ch"};
    expectSame("url", [&](auto& p) { return p.authorizeUrl(account_, wanted); });
    const std::vector<std::string> changes{"F id:1", "D /x", "nonsense", ""};
    expectSame("normalize", [&](auto& p) { return p.normalize(account_, changes, {}); });
    EXPECT_EQ(here_->options().feed, there_->options().feed);
    EXPECT_EQ(here_->subscriptions() != nullptr, there_->subscriptions() != nullptr);
}

TEST_F(SamenessTest, Operations) {
    useSample();
    const std::vector<http::OutboundResponse> answers{answer(200, "3"), answer(200, "2")};
    const pipeline::CodeExchangeRequest code{"c", "https://hub.example/cb", "v"};
    expectSameSteps(
        "exchange", [&](auto& p) { return p.startExchange(account_, code); }, answers
    );
    expectSameSteps(
        "refresh", [&](auto& p) { return p.startRefresh(account_, tokens_); }, answers
    );
    expectSameSteps(
        "revoke", [&](auto& p) { return p.startRevoke(account_, tokens_); }, answers
    );
    expectSameSteps(
        "verify", [&](auto& p) { return p.startVerify(account_, tokens_); }, answers
    );
    const pipeline::FetchRequest fetch{"c0", SyncPhase::Live, 100};
    for (const int status : {200, 401, 409, 429, 0})
        expectSameSteps(
            "fetch",
            [&](auto& p) { return p.startFetch(account_, tokens_, fetch); },
            {answer(status, "3")}
        );
    pipeline::ProviderAccount streaming = account_;
    streaming.configuration = {{"mode", "stream"}};
    expectSameSteps(
        "stream", [&](auto& p) { return p.startRefresh(streaming, tokens_); }, answers
    );
}

TEST_F(SamenessTest, Documents) {
    useSample();
    const pipeline::DocumentRef ref{"id:1", ""};
    const auto documents = [&](auto method, auto request) {
        return [this, method, request](pipeline::Provider& p) {
            return (p.documents()->*method)(account_, tokens_, request);
        };
    };
    using pipeline::Documents;
    const std::vector<http::OutboundResponse> good{answer(200, "ab")};
    expectSameSteps("metadata", documents(&Documents::startMetadata, ref), good);
    expectSameSteps("missing", documents(&Documents::startMetadata, ref), {answer(404, "")});
    const pipeline::DocumentListRequest list{ref, "c", 2};
    expectSameSteps("list", documents(&Documents::startList, list), good);
    const pipeline::DocumentSearchRequest search{ref, "text", "", 0};
    expectSameSteps("search", documents(&Documents::startSearch, search), good);
    const pipeline::DocumentRevisionsRequest revisions{ref, "", 3};
    expectSameSteps("revisions", documents(&Documents::startRevisions, revisions), good);
    const pipeline::DocumentDownloadRequest download{ref, "bytes=0-1"};
    http::OutboundResponse streamed = answer(206, "");
    streamed.is_body_streamed = true;
    expectSameSteps("download", documents(&Documents::startDownload, download), {streamed});
    expectSameSteps(
        "storage",
        [&](pipeline::Provider& p) { return p.documents()->startStorage(account_, tokens_); },
        good
    );
}

TEST_F(SamenessTest, Subscriptions) {
    useSample();
    ASSERT_NE(there_->subscriptions(), nullptr);
    const pipeline::SubscriptionRequest request{
        "https://hub.example/e", Secret("secret"), "nonce", "state"};
    const auto subscribe = [&](auto& p) {
        return p.subscriptions()->startSubscribe(account_, tokens_, request);
    };
    expectSameSteps("subscribe", subscribe, {answer(200, "new state")});
    expectSameSteps("without an end", subscribe, {answer(201, "new state")});
    expectSameSteps("with a secret", subscribe, {answer(202, "new state")});
    expectSameSteps("without a state", subscribe, {answer(200, "")});
    const auto unsubscribe = [&](auto& p) {
        return p.subscriptions()->startUnsubscribe(account_, tokens_, request);
    };
    expectSameSteps("unsubscribe", unsubscribe, {answer(200, "")});
    expectSameSteps("limited", unsubscribe, {answer(429, "")});
}

TEST_F(SamenessTest, Dropbox) {
    use(buildFolder() / "plugins/dropbox/libdropbox.so", "dropbox", "1.0.0");
    pipeline::ProviderAccount account = account_;
    account.configuration = {
        {"authentication.type", "oauth2"}, {"oauth.api.key", "k"}, {"oauth.api.secret", "s"}};
    const pipeline::AuthorizeUrlRequest wanted{"https://hub.example/cb", "st", "", "ch"};
    expectSame("url", [&](auto& p) { return p.authorizeUrl(account, wanted); });
    const std::string file =
        R"({".tag":"file","name":"Ä.txt","id":"id:1","rev":"5","size":3,"path_lower":"/ä.txt",)"
        R"("path_display":"/Ä.txt","client_modified":"2026-01-02T03:04:05Z",)"
        R"("server_modified":"2026-01-02T03:04:05Z"})";
    const std::string deleted =
        R"({".tag":"deleted","name":"b","path_lower":"/b","path_display":"/B"})";
    const std::string page =
        R"({"entries":[)" + file + "," + deleted + R"(],"cursor":"c1","has_more":true})";
    const pipeline::FetchRequest fetch{"c0", SyncPhase::Live, 100};
    const auto start = [&](auto& p) { return p.startFetch(account, tokens_, fetch); };
    expectSameSteps("fetch", start, {answer(200, page)});
    expectSameSteps(
        "reset", start, {answer(409, R"({"error_summary":"reset/.","error":{".tag":"reset"}})")}
    );
    expectSameSteps("garbage", start, {answer(200, "{")});
    expectSame("normalize", [&](auto& p) {
        return p.normalize(account, {file, deleted, "{", ""}, {});
    });
}

/// A page as large as pages may be.
TEST_F(SamenessTest, AFullPage) {
    useSample();
    const std::vector<std::string> changes(10'000, "F id:" + std::string(1'000, '1'));
    expectSame("normalize", [&](auto& p) { return p.normalize(account_, changes, {}); });
    const pipeline::FetchRequest fetch{"c0", SyncPhase::Live, 100};
    expectSameSteps(
        "fetch",
        [&](auto& p) { return p.startFetch(account_, tokens_, fetch); },
        {answer(200, "10000")}
    );
    EXPECT_EQ(isolated_->health().restarts, 0U);
}

TEST_F(SamenessTest, OperationsThatAreDroppedEndThere) {
    // Less than what all of them hold, and more than a sanitizer keeps of what was freed.
    options_.memory_bytes = 512U << 20U;
    useSample();
    pipeline::ProviderAccount large = account_;
    large.account_state = std::string(1U << 20U, 'x');
    for (int i = 0; i < 700; ++i)
        ASSERT_TRUE(there_->startFetch(large, tokens_, {"c0", SyncPhase::Live, 100})) << i;
    EXPECT_EQ(isolated_->health().restarts, 0U);
}

TEST_F(SamenessTest, RequestsGoWhereTheManifestSaysAlone) {
    useSample();
    EXPECT_TRUE(there_->checkEgress("https://api.example/x"));
    EXPECT_FALSE(there_->checkEgress("https://elsewhere.test/"));
    pipeline::ProviderAccount elsewhere = account_;
    elsewhere.base_urls = {{"api", "https://elsewhere.test"}};
    auto operation = there_->startVerify(elsewhere, tokens_);
    ASSERT_TRUE(operation);
    const auto step = (*operation)->advance(nullptr);
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().code, ErrorCode::PermissionDenied);
}

}  // namespace
}  // namespace ferry::isolation::test
