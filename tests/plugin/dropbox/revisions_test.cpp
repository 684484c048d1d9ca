// Goal: revisions and storage are read by exactly the requests of the API, and nothing is made up.
// Method: whole requests compared as text, scripted answers.

#include "documents_fixture.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

TEST_F(DropboxDocuments, RevisionsGoOnBehindTheLastOne) {
    const auto revisions = [&](const std::string& cursor, std::uint32_t limit, AbiResponse answer) {
        return plugin_.revisions(
            documentsAccount(), tokens(), "/Docs/a.txt", cursor, limit, {std::move(answer)}
        );
    };
    // Entries of this list have no tag.
    const std::string entry = R"({"name":"a.txt","id":"id:abc","rev":"r2","size":7,)"
                              R"("server_modified":"2026-01-31T12:00:00Z",)"
                              R"("path_display":"/Docs/a.txt"})";
    const AbiOutcome first = revisions(
        "",
        7,
        AbiResponse::json(
            200, R"({"is_deleted":false,"entries":[)" + entry + R"(],"has_more":true})"
        )
    );
    ASSERT_EQ(first.status, FERRY_OK) << first.message;
    EXPECT_EQ(
        first.requests.at(0).text(),
        rpc("files/list_revisions", R"({"path":"/Docs/a.txt","limit":7})")
    );
    ASSERT_THAT(first.objects, SizeIs(1));
    EXPECT_THAT(first.objects[0].texts, testing::Contains(Pair("revision", "r2")));
    EXPECT_EQ(first.objects[0].size, 7);
    EXPECT_EQ(first.next_cursor, "r2");
    const AbiOutcome second =
        revisions("r2", 1000, AbiResponse::json(200, R"({"is_deleted":false,"entries":[]})"));
    EXPECT_EQ(
        second.requests.at(0).text(),
        rpc("files/list_revisions", R"({"path":"/Docs/a.txt","before_rev":"r2","limit":100})")
    );
    EXPECT_EQ(second.next_cursor, "");
    EXPECT_EQ(revisions("", 0, AbiResponse::json(200, "{}")).status, FERRY_ERROR_MALFORMED);
    EXPECT_EQ(revisions("", 0, lookupError("not_file")).status, FERRY_ERROR_CONFLICT);
    EXPECT_EQ(
        revisions("r1", 0, apiError(409, R"({".tag":"invalid_before_rev"})")).status,
        FERRY_ERROR_CURSOR_INVALID
    );
}

TEST_F(DropboxDocuments, StorageIsTheUsersOrTheTeams) {
    const auto storage = [&](const std::string& body) {
        const AbiOutcome outcome =
            plugin_.storage(documentsAccount(), tokens(), {AbiResponse::json(200, body)});
        EXPECT_EQ(outcome.requests.at(0).text(), rpc("users/get_space_usage", "null"));
        EXPECT_EQ(outcome.violation, "");
        return outcome;
    };
    const std::string team = R"({"used":5,"allocation":{".tag":"team","used":40,"allocated":100,)"
                             R"("user_within_team_space_allocated":)";
    const std::pair<std::string, std::pair<std::int64_t, std::int64_t>> cases[] = {
        {R"({"used":5,"allocation":{".tag":"individual","allocated":10}})", {5, 10}},
        {team + "0}}", {40, 100}},
        {team + "20}}", {5, 20}},
        {R"({"used":5,"allocation":{".tag":"other"}})", {5, -1}},
        {R"({"used":18446744073709551615})", {INT64_MAX, -1}},
    };
    for (const auto& [body, wanted] : cases)
        EXPECT_THAT(storage(body).storages, ElementsAre(wanted)) << body;
    for (const char* body : {"{}", R"({"used":-1})", R"({"used":"5"})"})
        EXPECT_EQ(storage(body).status, FERRY_ERROR_MALFORMED) << body;
}

TEST_F(DropboxDocuments, ALinkIsTemporary) {
    const auto link = [&](const std::string& ref, AbiResponse answer) {
        return plugin_.link(documentsAccount(), tokens(), ref, {std::move(answer)});
    };
    const AbiOutcome good = link(
        "/Docs/a.txt",
        AbiResponse::json(200, R"({"metadata":{},"link":"https://ucd0.dl.example.com/get/x"})")
    );
    ASSERT_EQ(good.status, FERRY_OK) << good.message;
    EXPECT_EQ(
        good.requests.at(0).text(), rpc("files/get_temporary_link", R"({"path":"/Docs/a.txt"})")
    );
    constexpr std::int64_t kFourHoursMs = 4 * 3'600'000;
    EXPECT_THAT(
        good.links,
        ElementsAre(Pair("https://ucd0.dl.example.com/get/x", plugin_.now_ms + kFourHoursMs))
    );
    EXPECT_EQ(
        link("id:abc", lookupError("not_found")).requests.at(0).text(),
        rpc("files/get_temporary_link", R"({"path":"id:abc"})")
    );
    EXPECT_EQ(link("id:abc", lookupError("not_found")).status, FERRY_ERROR_NOT_FOUND);
    EXPECT_EQ(link("/Docs", lookupError("not_file")).status, FERRY_ERROR_CONFLICT);
    for (const char* body : {"{}", R"({"link":7})", R"({"link":"javascript:1"})"})
        EXPECT_EQ(link("/a", AbiResponse::json(200, body)).status, FERRY_ERROR_MALFORMED) << body;
}

}  // namespace
}  // namespace ferry::test
