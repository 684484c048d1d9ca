// Goal: calls that Dropbox refuses are refused in the same form. Method: a table of calls with the
// status and words expected; names at their limits.

#include "demo/fake_dropbox/arguments.h"
#include "demo/fake_dropbox/content_hash.h"
#include "demo/fake_dropbox/cursor.h"
#include "demo/fake_dropbox/path_names.h"
#include "unit/demo/fake_fixture.h"

#include <algorithm>
#include <thread>

namespace ferry::demo {
namespace {

struct Case {
    const char* name;
    const char* route;
    const char* body;
    int status;
    const char* words;
};

void PrintTo(const Case& test_case, std::ostream* out) {
    *out << test_case.name;
}

class StrictCall : public FakeFixture, public testing::WithParamInterface<Case> {};

TEST_P(StrictCall, IsRefusedInTheFormOfTheApi) {
    const Reply reply = call(GetParam().route, GetParam().body);

    EXPECT_EQ(reply.status, GetParam().status) << reply.body;
    EXPECT_NE(reply.body.find(GetParam().words), std::string::npos) << reply.body;
    const bool is_json = reply.status != 400 && reply.status != 404;
    EXPECT_EQ(reply.content_type == "application/json", is_json) << reply.content_type;
    EXPECT_EQ(headerOf(reply, "X-Dropbox-Request-Id").size(), 32U);
}

constexpr const char* kList = "files/list_folder";
constexpr const char* kContinue = "files/list_folder/continue";
constexpr const char* kSearch = "files/search_v2";

INSTANTIATE_TEST_SUITE_P(
    All,
    StrictCall,
    testing::Values(
        Case{"SlashAsRoot", kList, R"({"path":"/"})", 400, "Specify the root folder as an empty"},
        Case{"NoLeadingSlash", kList, R"({"path":"a"})", 400, "did not match pattern"},
        Case{"NoPath", kList, "{}", 400, "missing required field 'path'"},
        Case{"UnknownField", kList, R"({"path":"","x":1})", 400, "unknown field 'x'"},
        Case{"WrongType", kList, R"({"path":"","recursive":"yes"})", 400, "expected boolean"},
        Case{"LimitZero", kList, R"({"path":"","limit":0})", 400, "limit: 0 is not within"},
        Case{"LimitTooLarge", kList, R"({"path":"","limit":2001})", 400, "limit: 2001"},
        Case{"LimitLargest", kList, R"({"path":"","limit":2000})", 200, "entries"},
        Case{"SearchWithoutQuery", kSearch, "{}", 400, "missing required field 'query'"},
        Case{"SearchForNothing", kSearch, R"({"query":" "})", 409, "invalid_argument"},
        Case{
            "SearchUnknownOption",
            kSearch,
            R"({"query":"a","options":{"x":1}})",
            400,
            "unknown field 'x'"
        },
        Case{
            "SearchTooMany",
            kSearch,
            R"({"query":"a","options":{"max_results":1001}})",
            400,
            "max_results: 1001"
        },
        Case{
            "SearchMissingFolder",
            kSearch,
            R"({"query":"a","options":{"path":"/no"}})",
            409,
            "path/not_found"
        },
        Case{
            "SearchForeignCursor",
            "files/search/continue_v2",
            R"({"cursor":"AAabc"})",
            400,
            "cursor"
        },
        Case{"NotJson", kList, R"({"path")", 400, "could not decode input as JSON"},
        Case{"MissingFolder", kList, R"({"path":"/no"})", 409, "path/not_found"},
        Case{"DotDot", kList, R"({"path":"/a/../b"})", 409, "path/malformed_path"},
        Case{"UnknownId", kList, R"({"path":"id:AAAAAAAAAAAAAAAAAAAAAA"})", 409, "path/not_found"},
        Case{"ForeignCursor", kContinue, R"({"cursor":"AAabc"})", 400, "cursor"},
        Case{
            "ExtraFieldOfContinue",
            kContinue,
            R"({"cursor":"x","limit":5})",
            400,
            "Error in call to API function \"files/list_folder/continue\": request body: unknown "
            "field 'limit'"
        },
        Case{"UnknownRoute", "files/nothing", "null", 404, "Unknown API function"},
        Case{"VoidWithFields", "users/get_current_account", R"({"a":1})", 400, "unknown field 'a'"},
        Case{"DeleteMissing", "files/delete_v2", R"({"path":"/no"})", 409, "path_lookup/not_found"},
        Case{
            "LongpollWithAuthorization",
            "files/list_folder/longpoll",
            R"({"cursor":"x"})",
            400,
            "must be called without authorization"
        }
    ),
    [](const auto& test) { return test.param.name; }
);

using StrictFixture = FakeFixture;

TEST_F(StrictFixture, CursorsOfAnotherAppOrAccountAreBadInput) {
    const Json page = parsed(call(kList, R"({"path":""})"));
    const std::string cursor = page["cursor"].GetString();
    const std::string other_account = fake.addAccount("Bob", "bob@example.com");
    tokens = fake.link(app.key, other_account);
    EXPECT_EQ(callContinue(cursor).status, 400);
    tokens = fake.link(fake.addApp({}).key, account);
    EXPECT_EQ(callContinue(cursor).status, 400);
}

TEST_F(StrictFixture, LongpollAnswersAtOnceWhenSomethingChangedAndFalseAtTheTimeout) {
    const Json page = parsed(call(kList, R"({"path":""})"));
    Request request;
    request.path = "/2/files/list_folder/longpoll";
    request.headers["Content-Type"] = "application/json";
    request.body = std::string(R"({"cursor":")") + page["cursor"].GetString() + R"("})";
    (void)fake.putFile(account, "/a.txt", "x");
    EXPECT_EQ(fake.handle(request).body, R"({"changes":true})");
}

TEST_F(StrictFixture, ParallelEqualCallsAreRateLimited) {
    fake.limitParallelLists(true, Milliseconds(300));
    const auto list = [&] { return call("files/list_folder", R"({"path":""})").status; };
    int statuses[3] = {};
    {
        std::vector<std::thread> threads;
        for (int& status : statuses)
            threads.emplace_back([&] { status = list(); });
        for (std::thread& thread : threads)
            thread.join();
    }
    std::sort(std::begin(statuses), std::end(statuses));
    EXPECT_EQ(statuses[0], 200);
    EXPECT_EQ(statuses[2], 429);
    EXPECT_EQ(list(), 200);
}

TEST(PathNames, LowerCasesEachCharacterAndComposesAccents) {
    EXPECT_EQ(lowerPath("/ÄÖ/ΣΣ/Ж"), "/äö/σσ/ж");
    EXPECT_EQ(lowerPath("/Cafe\xCC\x81"), "/café");
}

TEST(PathNames, NamesHaveAtMost255Bytes) {
    EXPECT_FALSE(pathProblem("/" + std::string(255, 'n')));
    EXPECT_TRUE(pathProblem("/" + std::string(256, 'n')));
    EXPECT_TRUE(pathProblem("/a//b"));
    EXPECT_TRUE(pathProblem("/\xff"));
    EXPECT_FALSE(pathProblem("/line\nend/😀"));
}

TEST(ContentHash, HashesBlocksOfFourMebibytes) {
    EXPECT_EQ(contentHash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // Computed with Python's hashlib over as many bytes "a".
    EXPECT_EQ(
        contentHash(std::string(kContentHashBlockBytes + 1, 'a')),
        "5f858b62ccd88447586305aec6fd53c96747cfebf527cbba129a6dfed47d9624"
    );
}

TEST(Cursor, ReadsBackWhatItWroteAndRefusesEveryChange) {
    CursorState state;
    state.app_key = "app";
    state.folder = "/with\nline";
    state.recursive = true;
    state.position = 12345678901;
    const std::string text = encodeCursor(state, "key");

    EXPECT_EQ(decodeCursor(text, "key"), state);
    EXPECT_FALSE(decodeCursor(text, "other key"));
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = changed[at] == 'B' ? 'C' : 'B';
        EXPECT_FALSE(decodeCursor(changed, "key")) << at;
        EXPECT_FALSE(decodeCursor(text.substr(0, at), "key")) << at;
    }
}

TEST(AsciiJson, EscapesEverythingThatAHeaderCannotHold) {
    EXPECT_EQ(asciiJson("{\"a\":\"é\x7f😀\"}"), R"({"a":"\u00E9\u007f\uD83D\uDE00"})");
}

}  // namespace
}  // namespace ferry::demo
