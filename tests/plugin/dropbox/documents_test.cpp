// Goal: files and folders are read by exactly the requests of the API, and what Dropbox refuses
// says whether the caller or the account is at fault. Method: whole requests compared as text,
// scripted answers.

#include "documents_fixture.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

const std::string kFile =
    R"({".tag":"file","name":"a.txt","id":"id:abc","rev":"0123456789","size":5,)"
    R"("server_modified":"2026-01-31T12:00:00Z","client_modified":"2020-01-01T00:00:00Z",)"
    R"("path_lower":"/docs/a.txt","path_display":"/Docs/a.txt","content_hash":"h",)"
    R"("sharing_info":{"modified_by":"dbid:BBB"}})";
const std::string kFolder =
    R"({".tag":"folder","name":"Docs","id":"id:def","path_lower":"/docs","path_display":"/Docs"})";

TEST_F(DropboxDocuments, MetadataByIdAndByPath) {
    for (const char* ref : {"id:abc", "/Docs/a.txt"}) {
        const AbiOutcome outcome = metadata(ref, {AbiResponse::json(200, kFile)});
        ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
        EXPECT_EQ(
            outcome.requests.at(0).text(),
            rpc("files/get_metadata", std::string(R"({"path":")") + ref + "\"}")
        );
        ASSERT_THAT(outcome.objects, SizeIs(1));
        const AbiIndexOp& object = outcome.objects[0];
        EXPECT_EQ(object.type, FERRY_OBJECT_FILE);
        EXPECT_THAT(
            object.texts,
            ElementsAre(
                Pair("object_id", "id:abc"),
                Pair("path", "/Docs/a.txt"),
                Pair("name", "a.txt"),
                Pair("revision", "0123456789"),
                Pair("content_hash", "h"),
                Pair("modified_by", "dbid:BBB")
            )
        );
        EXPECT_EQ(object.size, 5);
        EXPECT_EQ(object.modified_ms, 1'769'860'800'000);
        EXPECT_EQ(object.created_ms, 1'577'836'800'000) << "the nearest that Dropbox tells";
        EXPECT_EQ(outcome.violation, "");
    }
}

TEST_F(DropboxDocuments, WhatIsNoIdOfDropboxIsNotFoundWithoutARequest) {
    const AbiOutcome outcome = metadata("12345", {});
    EXPECT_EQ(outcome.status, FERRY_ERROR_NOT_FOUND);
    EXPECT_THAT(outcome.requests, IsEmpty());
}

TEST_F(DropboxDocuments, AListGoesOnByItsCursor) {
    const AbiOutcome first = plugin_.list(
        documentsAccount(),
        tokens(),
        "",
        "",
        7,
        {page(
            kFolder + "," + kFile + R"(,{".tag":"deleted","name":"x"},{".tag":"new"})", "C1", true
        )}
    );
    ASSERT_EQ(first.status, FERRY_OK) << first.message;
    EXPECT_EQ(
        first.requests.at(0).text(),
        rpc("files/list_folder",
            R"({"path":"","include_mounted_folders":true,"include_non_downloadable_files":true,)"
            R"("limit":7})")
    );
    ASSERT_THAT(first.objects, SizeIs(2)) << "what is neither file nor folder is left out";
    EXPECT_EQ(first.objects[0].type, FERRY_OBJECT_FOLDER);
    EXPECT_TRUE(first.has_objects_end);
    EXPECT_EQ(first.next_cursor, "C1");
    const AbiOutcome second =
        plugin_.list(documentsAccount(), tokens(), "", first.next_cursor, 7, {page("", "C2")});
    ASSERT_EQ(second.status, FERRY_OK) << second.message;
    EXPECT_EQ(
        second.requests.at(0).text(), rpc("files/list_folder/continue", R"({"cursor":"C1"})")
    );
    EXPECT_EQ(second.next_cursor, "") << "that was all";
    const AbiOutcome late = plugin_.list(
        documentsAccount(), tokens(), "", "C1", 7, {apiError(409, R"({".tag":"reset"})")}
    );
    EXPECT_EQ(late.status, FERRY_ERROR_CURSOR_INVALID);
}

TEST_F(DropboxDocuments, ASearchGoesOnByItsCursor) {
    const std::string match = R"({"match_type":{".tag":"filename"},"metadata":{".tag":"metadata",)"
                              R"("metadata":)" +
                              kFile + "}}";
    const AbiOutcome first = plugin_.search(
        documentsAccount(),
        tokens(),
        "/Docs",
        "a \"b\"",
        "",
        {AbiResponse::json(
            200,
            R"({"matches":[)" + match +
                R"(,{"metadata":{".tag":"other"}}],"has_more":true,"cursor":"S"})"
        )}
    );
    ASSERT_EQ(first.status, FERRY_OK) << first.message;
    EXPECT_EQ(
        first.requests.at(0).text(),
        rpc("files/search_v2", R"({"query":"a \"b\"","options":{"path":"/Docs"}})")
    );
    EXPECT_THAT(first.objects, SizeIs(1));
    EXPECT_EQ(first.next_cursor, "S");
    const AbiOutcome second = plugin_.search(
        documentsAccount(),
        tokens(),
        "/Docs",
        "a",
        "S",
        {AbiResponse::json(200, R"({"matches":[],"has_more":false})")}
    );
    EXPECT_EQ(second.requests.at(0).text(), rpc("files/search/continue_v2", R"({"cursor":"S"})"));
    EXPECT_EQ(second.next_cursor, "");
}

TEST_F(DropboxDocuments, ADownloadIsAskedForAndNotTouched) {
    const AbiOutcome outcome = download(
        "/\xC3\xA9\x7F.txt",
        {AbiResponse::plain(206, "not for the plugin", "application/octet-stream")
             .with("dropbox-api-result", R"({"name":"a.txt","id":"id:abc","size":5})")},
        "bytes=1-2"
    );
    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_EQ(
        outcome.requests.at(0).text(),
        "POST https://content.example.com/2/files/download\nAuthorization: Bearer access-token\n"
        "Dropbox-API-Arg: {\"path\":\"/\\u00E9\\u007f.txt\"}\nRange: bytes=1-2\n\n"
    );
    EXPECT_TRUE(outcome.requests[0].streams_answer);
    ASSERT_THAT(outcome.objects, SizeIs(1));
    EXPECT_EQ(outcome.objects[0].size, 5);
}

TEST_F(DropboxDocuments, ADownloadWithoutItsMetadataIsNoDownload) {
    EXPECT_EQ(
        download("id:abc", {AbiResponse::plain(200, "x", "text/html")}).status,
        FERRY_ERROR_UNAVAILABLE
    );
}

struct Refusal {
    const char* name;
    AbiResponse answer;
    ferry_status status;
};

TEST_F(DropboxDocuments, RefusalsSayWhoIsAtFault) {
    const Refusal refusals[] = {
        {"not found", lookupError("not_found"), FERRY_ERROR_NOT_FOUND},
        {"not a file", lookupError("not_file"), FERRY_ERROR_CONFLICT},
        {"malformed", lookupError("malformed_path"), FERRY_ERROR_INVALID},
        {"restricted", lookupError("restricted_content"), FERRY_ERROR_REJECTED},
        {"locked", lookupError("locked"), FERRY_ERROR_CONFLICT},
        {"unsupported", apiError(409, R"({".tag":"unsupported_file"})"), FERRY_ERROR_CONFLICT},
        {"400",
         AbiResponse::plain(400, "Error in call to API function \"files/download\": bad path"),
         FERRY_ERROR_INVALID},
        {"expired", apiError(401, R"({".tag":"expired_access_token"})"), FERRY_ERROR_AUTH_EXPIRED},
        // The consent is good for the events: the instance must not stop for it.
        {"scope",
         apiError(401, R"({".tag":"missing_scope","required_scope":"files.content.read"})"),
         FERRY_ERROR_REJECTED},
        {"429",
         AbiResponse::plain(429, "slow down").with("retry-after", "7"),
         FERRY_ERROR_RATE_LIMITED},
        {"503", AbiResponse::plain(503, "later"), FERRY_ERROR_UNAVAILABLE},
        {"timeout", AbiResponse::failure(FERRY_TRANSPORT_TIMEOUT), FERRY_ERROR_UNAVAILABLE},
    };
    for (const Refusal& refusal : refusals) {
        const AbiOutcome outcome = download("id:abc", {refusal.answer});
        EXPECT_EQ(outcome.status, refusal.status) << refusal.name << ": " << outcome.message;
        EXPECT_THAT(outcome.objects, IsEmpty()) << refusal.name;
        EXPECT_EQ(outcome.message.find("access-token"), std::string::npos);
    }
    EXPECT_EQ(
        download("id:abc", {AbiResponse::plain(429, "x").with("retry-after", "7")}).retry_after_ms,
        7000
    );
}

TEST_F(DropboxDocuments, FollowsANewRootOfTheAccount) {
    AbiAccount team = documentsAccount();
    team.state = kTeamState;
    const AbiOutcome outcome = plugin_.metadata(
        team,
        tokens(),
        "/Docs",
        {apiError(
             422,
             R"({".tag":"invalid_root","invalid_root":{".tag":"team","root_namespace_id":"888",)"
             R"("home_namespace_id":"111","home_path":"/Jane"}})"
         ),
         AbiResponse::json(200, kFolder)}
    );
    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    ASSERT_THAT(outcome.requests, SizeIs(2));
    EXPECT_THAT(outcome.requests[0].text(), HasSubstr(R"("root":"777")"));
    EXPECT_THAT(outcome.requests[1].text(), HasSubstr(R"("root":"888")"));
}

TEST_F(DropboxDocuments, AnswersThatAreNotUnderstoodAreErrors) {
    for (const char* body : {"", "[]", "{}", "nonsense", R"({"entries":{}})"}) {
        const AbiOutcome outcome =
            plugin_.list(documentsAccount(), tokens(), "/a", "", 0, {AbiResponse::json(200, body)});
        EXPECT_LT(outcome.status, 0) << body;
        EXPECT_EQ(outcome.violation, "") << body;
    }
}

}  // namespace
}  // namespace ferry::test
