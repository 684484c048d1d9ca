// Goal: files and folders are read through the hub as the documents hub shows them, and /ping tries
// the token. Method: the whole hub between a caller and a fake Dropbox.

#include "integration/connector_call_fixture.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ApiDocumentsTest : public ConnectorCallTest {
  protected:
    static std::vector<std::string> paths(const rapidjson::Document& list) {
        std::vector<std::string> found;
        for (const auto& item : list.GetArray())
            found.push_back(text(item, "path"));
        return found;
    }
};

TEST_F(ApiDocumentsTest, PingTriesTheToken) {
    const auto pong = getJson(200, "/ping");
    EXPECT_EQ(text(pong, "endpoint"), "dropbox");
    EXPECT_THAT(text(pong, "dateTime"), HasSubstr("T"));
    EXPECT_EQ(get("/hubs/documents/ping").status, 200);
    EXPECT_EQ(get("/hubs/anything/ping").status, 200) << "the token says what is meant";
    // The provider refuses the token that the hub has: it gets another one.
    fake_->expireAccessTokens(account_);
    EXPECT_EQ(get("/ping").status, 200);
    json(401, "GET", "/ping");  // without an Element token
}

TEST_F(ApiDocumentsTest, MetadataByEveryKindOfId) {
    const auto by_path = getJson(200, "/files/metadata?path=/docs/A.txt");
    EXPECT_EQ(text(by_path, "path"), "/Docs/a.txt");
    EXPECT_EQ(text(by_path, "name"), "a.txt");
    EXPECT_EQ(by_path["size"].GetInt(), 5);
    EXPECT_FALSE(by_path["directory"].GetBool());
    EXPECT_THAT(text(by_path, "modifiedDate"), HasSubstr("Z"));
    EXPECT_EQ(text(by_path, "parentFolderId"), "%252FDocs");
    for (const std::string& id : {text(by_path, "id"), text(by_path, "refId")}) {
        const auto again = getJson(200, "/files/" + id + "/metadata");
        EXPECT_EQ(dump(again), dump(by_path)) << id;
    }
    const auto folder = getJson(200, "/folders/%252FDocs/metadata");
    EXPECT_TRUE(folder["directory"].GetBool());
    EXPECT_EQ(text(getJson(200, "/folders/%252F/metadata"), "path"), "/");
    EXPECT_EQ(text(getJson(200, "/folders/metadata"), "id"), "%252F");
}

TEST_F(ApiDocumentsTest, RefusalsHaveTheirStatus) {
    EXPECT_THAT(
        text(getJson(404, "/files/metadata?path=/nothing"), "message"), HasSubstr("nothing")
    );
    getJson(404, "/files/12345/metadata");
    getJson(404, "/files/%252Fnothing");
    getJson(409, "/files/%252FDocs/metadata");
    getJson(409, "/folders/%252Ftop.txt/metadata");
    getJson(409, "/files/%252FDocs");
    getJson(409, "/folders/contents?path=/top.txt");
    getJson(400, "/files/metadata");
    getJson(400, "/files/metadata?path=relative");
    getJson(400, "/search");
    getJson(400, "/folders/contents?nextPage=x");
    getJson(400, "/folders/contents?pageSize=0");
    fake_->faults().rateLimit("files/get_metadata", 7);
    const Answer limited = get("/files/metadata?path=/top.txt");
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(limited.headers.at("retry-after"), "7");
    fake_->faults().serverError("files/get_metadata", 503);
    const auto broken = getJson(502, "/files/metadata?path=/top.txt");
    EXPECT_THAT(text(broken, "message"), HasSubstr("http 503"));
    const auto missing = getJson(404, "/files/metadata?path=/nothing");
    EXPECT_THAT(text(missing, "providerMessage"), testing::StartsWith("{\"error_summary\":"));
    fake_->faults().next("files/get_metadata", demo::FaultKind::ResetConnection, 2);
    getJson(502, "/files/metadata?path=/top.txt");
}

TEST_F(ApiDocumentsTest, FoldersAndSearchesComeInPages) {
    EXPECT_THAT(paths(getJson(200, "/folders/contents")), ElementsAre("/Docs", "/top.txt"));
    EXPECT_THAT(
        paths(getJson(200, "/folders/%252FDocs/contents")),
        ElementsAre("/Docs/a.txt", "/Docs/b.txt")
    );
    EXPECT_THAT(
        paths(getJson(200, "/search?text=TXT&path=/Docs")),
        ElementsAre("/Docs/a.txt", "/Docs/b.txt")
    );
    for (const std::string& list :
         {std::string("/search?text=txt&pageSize=1"),
          std::string("/folders/contents?path=/Docs&pageSize=1")}) {
        std::vector<std::string> all;
        std::string target = list;
        for (int page = 0; page < 5; ++page) {
            const Answer answer = get(target);
            ASSERT_EQ(answer.status, 200) << answer.body;
            rapidjson::Document items;
            items.Parse(answer.body.c_str());
            EXPECT_EQ(answer.headers.at("elements-returned-count"), std::to_string(items.Size()));
            for (const std::string& path : paths(items))
                all.push_back(path);
            if (!answer.headers.contains("elements-next-page-token")) break;
            target = list + "&nextPage=" + answer.headers.at("elements-next-page-token");
        }
        EXPECT_GE(all.size(), 2U) << list;
        EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size()) << "none twice";
    }
}

TEST_F(ApiDocumentsTest, AFileIsDownloadedWholeOrInPart) {
    const Answer whole = get("/files/%252FDocs%252Fa.txt");
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.body, "hello");
    EXPECT_EQ(whole.headers.at("content-length"), "5");
    EXPECT_EQ(whole.headers.at("content-disposition"), "attachment; filename*=UTF-8''a.txt");
    EXPECT_EQ(get("/files?path=/Docs/a.txt").body, "hello");
    const Answer part =
        ask(hub_->port(),
            "GET",
            "/elements/api-v2/files?path=/Docs/a.txt",
            {{"Authorization", element_}, {"Range", "bytes=1-3"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "ell");
    EXPECT_EQ(part.headers.at("content-range"), "bytes 1-3/5");
    fake_->expireAccessTokens(account_);
    EXPECT_EQ(get("/files?path=/Docs/a.txt").body, "hello") << "with a fresh token";
}

TEST_F(ApiDocumentsTest, WhatTheProviderCompressesUnaskedSaysSo) {
    put("/long.txt", std::string(10'000, 'a'));
    const std::string target = "/files?path=/long.txt";
    EXPECT_FALSE(get(target).headers.contains("content-encoding"));
    fake_->faults().next("files/download", demo::FaultKind::Gzip);
    const Answer packed = get(target);
    EXPECT_EQ(packed.status, 200);
    EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
    EXPECT_EQ(packed.headers.at("content-length"), std::to_string(packed.body.size()));
    EXPECT_LT(packed.body.size(), 1'000U);
}

TEST_F(ApiDocumentsTest, ATokenIsOfWhatItListsAlone) {
    put("/Docs/a.txt", "another");  // a second revision of it
    const auto nextOf = [this](const std::string& target) {
        const Answer answer = get(target);
        const auto found = answer.headers.find("elements-next-page-token");
        EXPECT_NE(found, answer.headers.end()) << answer.status << answer.body;
        return found == answer.headers.end() ? "" : "&nextPage=" + found->second;
    };
    const std::string top = "/folders/contents?pageSize=1&path=/";
    const std::string docs = "/folders/contents?pageSize=1&path=/Docs";
    const std::string words = "/search?pageSize=1&path=/&text=txt";
    const std::string revisions = "/files/revisions?pageSize=1&path=/Docs/a.txt";

    for (const auto& [list, others] : std::vector<std::pair<std::string, std::vector<std::string>>>{
             {top, {docs, words, revisions}},
             {docs, {top, "/folders/contents?path=/Docs/a.txt"}},
             {words, {"/search?path=/&text=a.txt", "/search?path=/Docs&text=txt", top}}}) {
        const std::string next = nextOf(list);
        getJson(200, list + next);
        for (const std::string& other : others) {
            const auto refused = getJson(400, other + next);
            EXPECT_THAT(text(refused, "message"), HasSubstr("not a token of this list")) << other;
        }
    }
    EXPECT_EQ(get("/folders/contents?path=/Docs/" + nextOf(docs)).status, 200) << "the same folder";
}

TEST_F(ApiDocumentsTest, AReceiverOfAnEventCanFetchTheFile) {
    put("/new.txt", "just made");
    ASSERT_TRUE(eventually([&] { return !receiver_.events().empty(); }));
    const auto events = hub_->store().events().after(EventNumber(), InstanceId(), 10);
    ASSERT_TRUE(events);
    rapidjson::Document event;
    event.Parse(events->back().body.c_str());
    EXPECT_EQ(get("/files/" + text(event, "objectId")).body, "just made");
}

TEST_F(ApiDocumentsTest, AnInstanceThatMayNotSaysWhatToDo) {
    const InstanceId instance_id(id());
    ASSERT_TRUE(hub_->store().instances().setState(
        instance_id, InstanceState::Disabled, "by hand", clock_.now()
    ));
    EXPECT_THAT(text(getJson(403, "/ping"), "message"), HasSubstr("disabled"));
    ASSERT_TRUE(hub_->store().instances().setState(
        instance_id, InstanceState::NeedsReauthorization, "gone", clock_.now()
    ));
    for (const char* target : {"/ping", "/files/metadata?path=/top.txt", "/search?text=a"}) {
        EXPECT_THAT(
            text(getJson(401, target), "message"),
            HasSubstr("http://hub.test/oauth/start/marketing")
        );
    }
}

TEST_F(ApiDocumentsTest, ConsentThatEndsIsToldAtOnce) {
    fake_->unlink(app_.key, account_);
    EXPECT_THAT(text(getJson(401, "/ping"), "message"), Not(HasSubstr("sl.")));
    EXPECT_TRUE(waitForState("marketing", InstanceState::NeedsReauthorization));
}

}  // namespace
}  // namespace ferry::test
