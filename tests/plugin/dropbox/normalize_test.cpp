// Goal: a record that is wrong is refused alone and by name, and never spoils its page. Method: a
// good record with one thing broken at a time; what good records become is in golden_test.

#include "dropbox_fixture.h"

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Normalize : public DropboxTest {
  protected:
    static std::string file(const std::string& without = {}, const std::string& instead = {}) {
        const std::pair<const char*, const char*> members[] = {
            {".tag", R"("file")"},
            {"name", R"("A.txt")"},
            {"path_lower", R"("/a.txt")"},
            {"path_display", R"("/A.txt")"},
            {"id", R"("id:1")"},
            {"client_modified", R"("2026-01-02T03:04:05Z")"},
            {"server_modified", R"("2026-01-02T03:04:06Z")"},
            {"rev", R"("0123456789")"},
            {"size", "12"}};
        std::string text = "{";
        for (const auto& [name, value] : members) {
            if (name == without && instead.empty()) continue;
            text += (text.size() > 1 ? "," : "") + ("\"" + std::string(name) + "\":") +
                    (name == without ? instead : value);
        }
        return text + "}";
    }
    /// The message of the rejection, or "" if the record was taken.
    std::string rejection(const std::string& record) {
        const AbiOutcome outcome = plugin_.normalize({file(), record, file()});
        EXPECT_EQ(outcome.status, FERRY_OK) << outcome.message;
        EXPECT_EQ(outcome.violation, "");
        EXPECT_EQ(outcome.index_ops.size() + outcome.rejects.size(), 3u);
        if (outcome.rejects.empty()) return "";
        EXPECT_EQ(outcome.rejects[0].change, 1u);
        EXPECT_EQ(outcome.rejects[0].status, FERRY_ERROR_MALFORMED);
        return outcome.rejects[0].message;
    }
};

TEST_F(Normalize, TakesTheWholeFile) {
    EXPECT_EQ(rejection(file()), "");
}

TEST_F(Normalize, RefusesAFileWithoutWhatTheApiPromises) {
    for (const char* member : {"name", "id", "rev", "size", "server_modified", ".tag"})
        EXPECT_NE(rejection(file(member)), "") << member;
    for (const char* member : {"path_lower", "path_display", "client_modified"})
        EXPECT_EQ(rejection(file(member)), "") << member;
}

TEST_F(Normalize, RefusesMembersOfAnotherType) {
    for (const char* member :
         {"name", "id", "rev", "size", "server_modified", ".tag", "path_lower", "path_display"})
        for (const char* value : {"true", "[]", "{}", "1.5", "-1"})
            EXPECT_THAT(rejection(file(member, value)), HasSubstr("wrong type")) << member << value;
    EXPECT_THAT(rejection(file("size", R"("12")")), HasSubstr("wrong type"));
    EXPECT_THAT(rejection(file("name", "7")), HasSubstr("wrong type"));
}

TEST_F(Normalize, KeepsSizesThatFitAndRefusesOthers) {
    EXPECT_EQ(rejection(file("size", "0")), "");
    EXPECT_EQ(rejection(file("size", "9223372036854775807")), "");
    EXPECT_NE(rejection(file("size", "9223372036854775808")), "");
    EXPECT_NE(rejection(file("size", "99999999999999999999999")), "");
}

TEST_F(Normalize, ReadsTimesStrictly) {
    const auto modified = [&](const std::string& time) {
        const AbiOutcome outcome = plugin_.normalize({file("server_modified", "\"" + time + "\"")});
        return outcome.index_ops.empty() ? FERRY_TIME_UNKNOWN : outcome.index_ops[0].modified_ms;
    };
    EXPECT_EQ(modified("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(modified("2000-02-29T23:59:59Z"), 951'868'799'000);
    EXPECT_EQ(modified("1969-12-31T23:59:59Z"), -1'000);
    EXPECT_EQ(modified("2026-11-24T03:52:42Z"), 1'795'492'362'000);
    for (const char* bad :
         {"2026-02-29T00:00:00Z",
          "2100-02-29T00:00:00Z",
          "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z",
          "2026-01-01T24:00:00Z",
          "2026-01-01 00:00:00Z",
          "0000-01-01T00:00:00Z",
          "2026-01-01T00:00:00",
          "2026-01-01T00:00:00.0Z",
          "+026-01-01T00:00:00Z"})
        EXPECT_EQ(modified(bad), FERRY_TIME_UNKNOWN) << bad;
}

TEST_F(Normalize, RefusesWhatTheHubCouldNotKeep) {
    const auto quoted = [](std::size_t size) { return "\"" + std::string(size, 'a') + "\""; };
    EXPECT_EQ(rejection(file("id", quoted(1024))), "");
    EXPECT_NE(rejection(file("id", quoted(1025))), "");
    EXPECT_NE(rejection(file("name", quoted(8193))), "");
    EXPECT_NE(rejection(file("path_lower", quoted(32769))), "");
    EXPECT_NE(rejection(file("name", R"("a\u0000b")")), "");
    EXPECT_NE(rejection(file("name", R"("\udc00")")), "");
    EXPECT_NE(rejection(file("name", R"("\ud800x")")), "");
    EXPECT_NE(rejection(file("name", "\"\xff\"")), "");
    EXPECT_NE(rejection(file("name", "\"\xed\xa0\x80\"")), "");
    EXPECT_NE(rejection(file("name", "\"\xc0\xaf\"")), "");
}

TEST_F(Normalize, RefusesWhatIsNotARecord) {
    for (const std::string& raw :
         {std::string(),
          std::string("null"),
          std::string("[]"),
          std::string("{}"),
          std::string("7"),
          file() + "x",
          file() + file(),
          file().substr(0, 40),
          file() + std::string(1, '\0'),
          std::string(100'000, '['),
          R"({".tag":"folder","name":"x","x":)" + std::string(100'000, '[')})
        EXPECT_NE(rejection(raw), "") << raw.substr(0, 60);
    EXPECT_NE(rejection(R"({".tag":"folder","id":"id:1"})"), "");
    EXPECT_NE(rejection(R"({".tag":"folder","name":"a"})"), "");
}

TEST_F(Normalize, StopsWhenNobodyWaitsForIt) {
    plugin_.is_cancelled = true;
    const AbiOutcome outcome = plugin_.normalize({file()});
    EXPECT_EQ(outcome.status, FERRY_ERROR_CANCELLED);
    EXPECT_THAT(outcome.index_ops, IsEmpty());
}

}  // namespace
}  // namespace ferry::test
