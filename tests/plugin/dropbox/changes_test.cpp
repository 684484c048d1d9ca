// Goal: pages come from list_folder and its continuation by exactly the requests of the API, and
// the position heals itself when folder, root or account change. Method: whole requests compared as
// text, scripted answers, the cursor of one fetch given to the next.

#include "dropbox_fixture.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Changes : public DropboxTest {
  protected:
    AbiOutcome fetch(
        const AbiAccount& account,
        ferry_fetch_mode mode,
        const std::string& cursor,
        const Script& script,
        std::uint32_t limit = 0
    ) {
        return plugin_.fetch(account, tokens(), mode, cursor, script, limit);
    }
    /// The cursor after a baseline of `account` that ended with Dropbox's cursor C1.
    std::string cursorOf(const AbiAccount& account) {
        const AbiOutcome outcome = fetch(account, FERRY_FETCH_BASELINE, "", {page("", "C1")});
        EXPECT_EQ(outcome.status, FERRY_OK) << outcome.message;
        return outcome.next_cursor;
    }
    static std::string listRequest(const std::string& path, const std::string& root = {}) {
        return "POST https://api.example.com/2/files/list_folder\n"
               "Authorization: Bearer access-token\n" +
               rootHeader(root) + "Content-Type: application/json\n\n{\"path\":\"" + path +
               "\",\"recursive\":true,\"include_deleted\":false,\"include_mounted_folders\":true,"
               "\"include_non_downloadable_files\":true,\"limit\":2000}";
    }
    static std::string continueRequest(const std::string& cursor, const std::string& root = {}) {
        return "POST https://api.example.com/2/files/list_folder/continue\n"
               "Authorization: Bearer access-token\n" +
               rootHeader(root) + "Content-Type: application/json\n\n{\"cursor\":\"" + cursor +
               "\"}";
    }
    static std::string rootHeader(const std::string& root) {
        return root.empty()
                   ? ""
                   : "Dropbox-API-Path-Root: {\".tag\":\"root\",\"root\":\"" + root + "\"}\n";
    }
    static AbiResponse notFound() {
        return apiError(409, R"({".tag":"path","path":{".tag":"not_found"}})");
    }
    static AbiResponse invalidRoot() {
        return apiError(
            422,
            R"({".tag":"invalid_root","invalid_root":{".tag":"team","root_namespace_id":"888",)"
            R"("home_namespace_id":"111","home_path":"/Jane"}})"
        );
    }
};

TEST_F(Changes, BaselineListsEverythingAndHandsTheRecordsOverAsTheyCame) {
    const std::string first =
        R"({".tag":"file", "name":"a\u00e9 \"}{][","x":{"y":[1,2,{"z":[]}]}})";
    const AbiOutcome outcome = fetch(
        account(),
        FERRY_FETCH_BASELINE,
        "",
        {AbiResponse::json(
            200,
            "{ \"has_more\" : true,\"new\":{\"entries\":[{}],\"cursor\":\"no\",\"has_more\":false},"
            "\"entries\": [ " +
                first + " , {}\n,{\"b\":1}], \"cursor\":\"C\\u00e9\" } "
        )}
    );

    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    ASSERT_THAT(outcome.requests, SizeIs(1));
    EXPECT_EQ(outcome.requests[0].text(), listRequest(""));
    EXPECT_EQ(outcome.requests[0].timeout_ms, 100'000);
    EXPECT_EQ(outcome.requests[0].response_bytes_max, 32 << 20);
    EXPECT_THAT(outcome.changes, ElementsAre(first, "{}", R"({"b":1})"));
    EXPECT_TRUE(outcome.has_more);
    EXPECT_THAT(outcome.next_cursor, testing::EndsWith(";C\xc3\xa9"));
}

TEST_F(Changes, ContinuesWithTheCursorAndNothingElse) {
    const std::string cursor = cursorOf(account());

    const AbiOutcome next =
        fetch(account(), FERRY_FETCH_CONTINUE, cursor, {page("", "C;2\\\"", true)});
    ASSERT_EQ(next.status, FERRY_OK) << next.message;
    const AbiOutcome last =
        fetch(account(), FERRY_FETCH_CONTINUE, next.next_cursor, {page("{}", "C3")});

    EXPECT_EQ(next.requests.at(0).text(), continueRequest("C1"));
    EXPECT_THAT(next.changes, IsEmpty());
    EXPECT_TRUE(next.has_more);
    EXPECT_EQ(last.requests.at(0).text(), continueRequest("C;2\\\""));
    EXPECT_FALSE(last.has_more);
    EXPECT_THAT(last.changes, ElementsAre("{}"));
}

TEST_F(Changes, BaselineAndResyncGoOnFromTheirCursor) {
    const std::string cursor = cursorOf(account());
    for (const ferry_fetch_mode mode : {FERRY_FETCH_BASELINE, FERRY_FETCH_RESYNC}) {
        const AbiOutcome outcome = fetch(account(), mode, cursor, {page("", "C2")});
        EXPECT_EQ(outcome.requests.at(0).text(), continueRequest("C1"));
    }
    const AbiOutcome again = fetch(account(), FERRY_FETCH_RESYNC, "", {page("", "D1")});
    EXPECT_EQ(again.requests.at(0).text(), listRequest(""));
}

TEST_F(Changes, ClampsTheLimit) {
    const auto limitOf = [&](std::uint32_t limit) {
        const AbiOutcome outcome = fetch(account(), FERRY_FETCH_BASELINE, "", {}, limit);
        return outcome.requests.at(0).body.substr(outcome.requests.at(0).body.rfind(':') + 1);
    };
    EXPECT_EQ(limitOf(0), "2000}");
    EXPECT_EQ(limitOf(1), "1}");
    EXPECT_EQ(limitOf(2000), "2000}");
    EXPECT_EQ(limitOf(2001), "2000}");
}

TEST_F(Changes, WatchesTheFolderOfTheConfiguration) {
    const auto pathOf = [&](const std::string& path) {
        return fetch(account({{"dropbox.path", path}}), FERRY_FETCH_BASELINE, "", {})
            .requests.at(0)
            .text();
    };
    EXPECT_EQ(pathOf("/"), listRequest(""));
    EXPECT_EQ(pathOf("/Docs/\"a\"/"), listRequest("/Docs/\\\"a\\\""));
    EXPECT_EQ(pathOf("id:abc"), listRequest("id:abc"));

    const AbiOutcome bad = fetch(account({{"dropbox.path", "Docs"}}), FERRY_FETCH_BASELINE, "", {});
    EXPECT_EQ(bad.status, FERRY_ERROR_INVALID);
    EXPECT_THAT(bad.message, HasSubstr("dropbox.path"));
}

TEST_F(Changes, ListsTheTeamSpaceOfAMemberUnlessToldNotTo) {
    const AbiOutcome root = fetch(teamAccount(), FERRY_FETCH_BASELINE, "", {page("", "C1")});
    const AbiOutcome next =
        fetch(teamAccount(), FERRY_FETCH_CONTINUE, root.next_cursor, {page("", "C2")});
    const AbiOutcome home = fetch(
        teamAccount({{"dropbox.path.root", "home"}}), FERRY_FETCH_BASELINE, "", {page("", "C1")}
    );
    AbiAccount own = account();
    own.state = kOwnState;

    EXPECT_EQ(root.requests.at(0).text(), listRequest("", "777"));
    EXPECT_EQ(next.requests.at(0).text(), continueRequest("C1", "777"));
    EXPECT_EQ(home.requests.at(0).text(), listRequest(""));
    EXPECT_EQ(fetch(own, FERRY_FETCH_BASELINE, "", {}).requests.at(0).text(), listRequest(""));
    EXPECT_EQ(
        fetch(account({{"dropbox.path.root", "x"}}), FERRY_FETCH_BASELINE, "", {}).status,
        FERRY_ERROR_INVALID
    );
}

TEST_F(Changes, ARootThatChangedIsPickedUpByTheResyncAndKeptInTheCursor) {
    const AbiAccount stale = teamAccount();
    const AbiOutcome live = fetch(stale, FERRY_FETCH_CONTINUE, cursorOf(stale), {invalidRoot()});
    EXPECT_EQ(live.status, FERRY_ERROR_CURSOR_INVALID);
    EXPECT_THAT(live.message, HasSubstr("root namespace"));
    EXPECT_THAT(live.message, HasSubstr("verify the account again"));

    const AbiOutcome resync =
        fetch(stale, FERRY_FETCH_RESYNC, "", {invalidRoot(), page("{}", "C8")});
    ASSERT_EQ(resync.status, FERRY_OK) << resync.message;
    EXPECT_EQ(resync.requests.at(0).text(), listRequest("", "777"));
    EXPECT_EQ(resync.requests.at(1).text(), listRequest("", "888"));
    EXPECT_THAT(resync.log, ElementsAre(HasSubstr("root namespace")));

    const AbiOutcome next =
        fetch(stale, FERRY_FETCH_CONTINUE, resync.next_cursor, {page("", "C9")});
    EXPECT_EQ(next.requests.at(0).text(), continueRequest("C8", "888"));
}

TEST_F(Changes, ARootThatIsNotToldIsAskedFor) {
    const AbiOutcome outcome = fetch(
        teamAccount(),
        FERRY_FETCH_RESYNC,
        "",
        {apiError(422, R"({".tag":"invalid_root"})"),
         AbiResponse::json(
             200,
             R"({"account_id":"dbid:A","root_info":{".tag":"user","root_namespace_id":"5",)"
             R"("home_namespace_id":"5"}})"
         ),
         page("", "C1")}
    );

    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    ASSERT_THAT(outcome.requests, SizeIs(3));
    EXPECT_EQ(outcome.requests[1].url, "https://api.example.com/2/users/get_current_account");
    EXPECT_EQ(outcome.requests[2].text(), listRequest(""));
}

TEST_F(Changes, ARootThatIsNoNamespaceNeverGetsIntoAHeader) {
    for (const char* root : {"1;2", "1\\\"}", "a b", "a\\u000d\\u000ax"}) {
        AbiAccount odd = account();
        odd.state = std::string(R"({"root_namespace_id":")") + root + "\"}";
        EXPECT_EQ(fetch(odd, FERRY_FETCH_BASELINE, "", {}).status, FERRY_ERROR_MALFORMED) << root;
    }
}

TEST_F(Changes, ARootThatIsRefusedAndStillTheSameIsAnError) {
    const AbiAccount account = [] {
        AbiAccount made = teamAccount();
        made.state = R"({"root_namespace_id":"888","home_namespace_id":"111"})";
        return made;
    }();
    EXPECT_EQ(
        fetch(account, FERRY_FETCH_RESYNC, "", {invalidRoot()}).status, FERRY_ERROR_CURSOR_INVALID
    );
}

TEST_F(Changes, ACursorOfAnotherFolderOrRootAsksForAResync) {
    const std::string cursor = cursorOf(teamAccount({{"dropbox.path", "/x"}}));
    AbiAccount moved = account();
    moved.state = R"({"root_namespace_id":"888","home_namespace_id":"111"})";

    for (const AbiAccount& other :
         {teamAccount(), teamAccount({{"dropbox.path.root", "home"}}), moved}) {
        const AbiOutcome outcome = fetch(other, FERRY_FETCH_CONTINUE, cursor, {});
        EXPECT_EQ(outcome.status, FERRY_ERROR_CURSOR_INVALID);
        EXPECT_THAT(outcome.requests, IsEmpty()) << "the root is always there";
    }
    const AbiAccount other = teamAccount({{"dropbox.path", "/y"}});
    const AbiOutcome there = fetch(other, FERRY_FETCH_CONTINUE, cursor, {page("{}", "C2")});
    EXPECT_EQ(there.status, FERRY_ERROR_CURSOR_INVALID);
    EXPECT_EQ(there.requests.at(0).text(), listRequest("/y", "777"));
    EXPECT_EQ(
        fetch(other, FERRY_FETCH_CONTINUE, cursor, {invalidRoot()}).status,
        FERRY_ERROR_CURSOR_INVALID
    ) << "the listing finds the root";
    for (const char* foreign : {"", "AAAB", "2;;;;x", "1;;;x", ";;;;"})
        EXPECT_EQ(
            fetch(account(), FERRY_FETCH_CONTINUE, foreign, {}).status, FERRY_ERROR_CURSOR_INVALID
        ) << foreign;
}

TEST_F(Changes, AWatchedFolderThatIsGoneEmptiesTheIndexAndIsLookedForAgain) {
    const AbiAccount watched = account({{"dropbox.path", "/Docs"}});
    const AbiOutcome live = fetch(watched, FERRY_FETCH_CONTINUE, cursorOf(watched), {notFound()});
    const AbiOutcome resync = fetch(watched, FERRY_FETCH_RESYNC, "", {notFound()});
    ASSERT_EQ(resync.status, FERRY_OK) << resync.message;
    const AbiOutcome still = fetch(watched, FERRY_FETCH_CONTINUE, resync.next_cursor, {notFound()});
    const AbiOutcome back =
        fetch(watched, FERRY_FETCH_CONTINUE, resync.next_cursor, {page("{}", "C2")});

    EXPECT_EQ(live.status, FERRY_ERROR_CURSOR_INVALID);
    EXPECT_THAT(resync.changes, IsEmpty());
    EXPECT_FALSE(resync.has_more);
    EXPECT_THAT(resync.log, ElementsAre(HasSubstr("dropbox.path is gone")));
    EXPECT_EQ(still.status, FERRY_ERROR_REJECTED) << "an empty page would look as if all were well";
    EXPECT_THAT(still.message, HasSubstr("the folder at dropbox.path is gone"));
    EXPECT_EQ(still.requests.at(0).text(), listRequest("/Docs"));
    EXPECT_EQ(back.status, FERRY_ERROR_CURSOR_INVALID);
}

TEST_F(Changes, ASlipInAChangedPathDeletesNothing) {
    const std::string cursor = cursorOf(account({{"dropbox.path", "/Docs"}}));
    const AbiAccount slip = account({{"dropbox.path", "/Dcos"}});
    const AbiOutcome outcome = fetch(slip, FERRY_FETCH_CONTINUE, cursor, {notFound()});
    EXPECT_EQ(outcome.status, FERRY_ERROR_REJECTED);
    EXPECT_THAT(outcome.message, HasSubstr("no folder at dropbox.path"));
    const AbiOutcome corrected = fetch(
        account({{"dropbox.path", "/Docs"}}),
        FERRY_FETCH_CONTINUE,
        cursor,
        {page("", "C2")}
    );
    EXPECT_EQ(corrected.status, FERRY_OK) << "the former position is still good";
}

TEST_F(Changes, AFolderThatWasNeverThereIsAnErrorThatNamesTheParameter) {
    const AbiAccount typo = teamAccount({{"dropbox.path", "/Dcos"}});

    const AbiOutcome outcome = fetch(typo, FERRY_FETCH_BASELINE, "", {notFound()});
    EXPECT_EQ(outcome.status, FERRY_ERROR_REJECTED);
    EXPECT_THAT(outcome.message, HasSubstr("dropbox.path"));
    // Under a new root the folder may only be named otherwise: no mass deletion.
    EXPECT_EQ(
        fetch(typo, FERRY_FETCH_RESYNC, "", {invalidRoot(), notFound()}).status,
        FERRY_ERROR_REJECTED
    );
}

TEST_F(Changes, RefusesAPageThatWouldNeverEnd) {
    const AbiOutcome outcome =
        fetch(account(), FERRY_FETCH_CONTINUE, cursorOf(account()), {page("{}", "C1", true)});
    EXPECT_EQ(outcome.status, FERRY_ERROR_UNAVAILABLE);
    EXPECT_EQ(
        fetch(account(), FERRY_FETCH_CONTINUE, cursorOf(account()), {page("{}", "C1")}).status,
        FERRY_OK
    );
}

TEST_F(Changes, InitialCursorAsksForThePositionOfNow) {
    const AbiOutcome outcome =
        plugin_.initialCursor(account(), tokens(), {AbiResponse::json(200, R"({"cursor":"NOW"})")});

    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_EQ(
        outcome.requests.at(0).url, "https://api.example.com/2/files/list_folder/get_latest_cursor"
    );
    EXPECT_EQ(
        fetch(account(), FERRY_FETCH_CONTINUE, outcome.next_cursor, {}).requests.at(0).text(),
        continueRequest("NOW")
    );
}

TEST_F(Changes, RefusesPagesWithoutTheirParts) {
    for (const char* body :
         {"{}",
          "[]",
          "null",
          "7",
          R"({"entries":[],"cursor":"C"})",
          R"({"entries":[],"has_more":false})",
          R"({"cursor":"C","has_more":false})",
          R"({"entries":[],"cursor":"","has_more":false})",
          R"({"entries":[1],"cursor":"C","has_more":false})",
          R"({"entries":[[]],"cursor":"C","has_more":false})",
          R"({"entries":{"a":{}},"cursor":"C","has_more":false})",
          R"({"entries":null,"cursor":"C","has_more":false})",
          R"({"entries":[],"cursor":5,"has_more":false})",
          R"({"entries":[],"cursor":"C","has_more":"no"})",
          R"({"entries":[{}}],"cursor":"C","has_more":false})",
          R"({"entries":[],"cursor":"C","has_more":false}x)"}) {
        const AbiOutcome outcome =
            fetch(account(), FERRY_FETCH_BASELINE, "", {AbiResponse::json(200, body)});
        EXPECT_EQ(outcome.status, FERRY_ERROR_MALFORMED) << body;
        EXPECT_THAT(outcome.changes, IsEmpty());
        EXPECT_THAT(outcome.message, HasSubstr("files/list_folder: http 200")) << body;
    }
}

TEST_F(Changes, TakesEveryCutOfAPageForAPassingFault) {
    const std::string whole = page(R"({".tag":"file","name":"a\"b","size":12})", "C1", true).body;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const AbiOutcome outcome = fetch(
            account(), FERRY_FETCH_BASELINE, "", {AbiResponse::json(200, whole.substr(0, size))}
        );
        ASSERT_EQ(outcome.status, FERRY_ERROR_UNAVAILABLE) << size << " " << outcome.message;
    }
}

TEST_F(Changes, BoundsTheNestingOfAPage) {
    const std::string deep(200'000, '[');
    EXPECT_EQ(
        fetch(account(), FERRY_FETCH_BASELINE, "", {page(R"({"a":)" + deep, "C")}).status,
        FERRY_ERROR_MALFORMED
    );
}

}  // namespace
}  // namespace ferry::test
