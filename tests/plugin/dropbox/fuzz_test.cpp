// Goal: no input from outside makes the plugin crash, read out of bounds or break the ABI. Method:
// 10,000 seeded mutations of good inputs of every pure hook and of every answer that operations
// parse, under AddressSanitizer, with a host that checks all outputs. FERRY_FUZZ_SEED repeats a
// run.

#include "dropbox_fixture.h"

#include <cstdio>
#include <random>

namespace ferry::test {
namespace {

constexpr int kMutations = 10'000;

class Fuzz : public DropboxTest {
  protected:
    Fuzz() {
        const char* given = std::getenv("FERRY_FUZZ_SEED");
        const unsigned seed =
            given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20'261'124;
        std::printf("seed %u\n", seed);
        random_.seed(seed);
    }

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

    std::string mutate(std::string text) {
        static const std::string kBits[] = {
            "\"",
            "\\",
            "\\u",
            "\\ud800",
            "\\u0000",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "null",
            "true",
            "-1",
            "1e999",
            "99999999999999999999",
            "\xff",
            "\xed\xa0\x80",
            std::string(1, '\0'),
            "%",
            "%4",
            "&",
            "=",
            ".tag",
            "\"file\"",
            "{\".tag\":"};
        for (std::size_t rounds = 1 + below(4); rounds > 0; --rounds) {
            const std::size_t at = below(text.size() + 1);
            switch (below(6)) {
                case 0:
                    if (at < text.size()) text[at] = static_cast<char>(random_());
                    break;
                case 1:
                    text.insert(at, kBits[below(std::size(kBits))]);
                    break;
                case 2:
                    text.erase(at, below(16));
                    break;
                case 3:
                    text.insert(at, text.substr(below(text.size() + 1), below(64)));
                    break;
                case 4:
                    text.resize(at);
                    break;
                default:
                    if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            }
        }
        return text;
    }

    std::mt19937 random_;
    const std::string record_ =
        R"({".tag":"file","name":"A\u00e9\n.txt","path_lower":"/a","path_display":"/A","id":"id:1",)"
        R"("client_modified":"2026-01-02T03:04:05Z","server_modified":"2026-01-02T03:04:06Z",)"
        R"("rev":"0123456789","size":12,"sharing_info":{"modified_by":"dbid:A","x":[{}]},)"
        R"("content_hash":"0123"})";
};

TEST_F(Fuzz, NormalizeGivesOneResultForEachRecord) {
    for (int i = 0; i < kMutations; ++i) {
        const std::string raw = mutate(record_);
        const AbiOutcome outcome = plugin_.normalize({raw, record_});
        ASSERT_EQ(outcome.status, FERRY_OK) << raw;
        ASSERT_EQ(outcome.violation, "") << raw;
        ASSERT_EQ(outcome.index_ops.size() + outcome.rejects.size(), 2u) << raw;
    }
}

TEST_F(Fuzz, ParseNotificationNamesAccountsOrRefuses) {
    const std::string body =
        R"({"list_folder":{"accounts":["dbid:A","dbid:\u0042"],"teams":{"t":["m"]}},"delta":{}})";
    for (int i = 0; i < kMutations; ++i) {
        const AbiOutcome outcome = plugin_.parseNotification(mutate(body));
        ASSERT_TRUE(outcome.status == FERRY_OK || outcome.status == FERRY_ERROR_MALFORMED);
        ASSERT_EQ(outcome.violation, "");
    }
}

TEST_F(Fuzz, VerifyChallengeEchoesOrIsNotAsked) {
    for (int i = 0; i < kMutations; ++i) {
        const AbiOutcome outcome = plugin_.verifyChallenge("GET", mutate("a=b&challenge=x%20y+z"));
        ASSERT_TRUE(outcome.status == FERRY_YES || outcome.status == FERRY_NO);
        ASSERT_EQ(outcome.replies.size(), outcome.status == FERRY_YES ? 1u : 0u);
    }
}

TEST_F(Fuzz, VerifySignatureRefusesEveryMutation) {
    const std::string body = R"({"list_folder":{"accounts":["dbid:A"]}})";
    const std::string signature(64, 'a');
    for (int i = 0; i < kMutations; ++i)
        ASSERT_EQ(
            plugin_.verifySignature(
                mutate(body),
                {{mutate("x-dropbox-signature"), mutate(signature)}},
                {"s", mutate("t")}
            ),
            FERRY_ERROR_BAD_SIGNATURE
        );
}

TEST_F(Fuzz, AuthorizeUrlIsAnAbsoluteUrlWithoutSpaces) {
    for (int i = 0; i < kMutations; ++i) {
        const AbiOutcome outcome = plugin_.authorizeUrl(
            account(), mutate("https://hub/cb"), mutate("state"), {mutate("a.b")}, mutate("ch")
        );
        ASSERT_EQ(outcome.status, FERRY_OK);
        for (const char c : outcome.texts.at(0))
            ASSERT_TRUE(c > ' ' && c <= '~') << outcome.texts.at(0);
    }
}

TEST_F(Fuzz, AnswersNeverBreakAnOperation) {
    const std::string list =
        R"({"entries":[)" + record_ + "," + record_ + R"(],"cursor":"C\u0041","has_more":true})";
    const std::string error =
        R"({"error_summary":"path/..","error":{".tag":"path","path":{".tag":"not_found"}}})";
    const int statuses[] = {200, 400, 401, 403, 409, 422, 429, 500};
    for (int i = 0; i < kMutations; ++i) {
        const int status = statuses[below(std::size(statuses))];
        const AbiResponse answer = AbiResponse::json(status, mutate(status == 200 ? list : error));
        const AbiOutcome fetched = plugin_.fetch(
            teamAccount(), tokens(), FERRY_FETCH_RESYNC, mutate("1;777;777;x;C"), {answer, answer}
        );
        ASSERT_EQ(fetched.violation, "") << answer.body;
        ASSERT_NE(fetched.status, FERRY_ERROR_INTERNAL) << answer.body;
        const AbiOutcome verified = plugin_.verify(account(), tokens(), {answer});
        ASSERT_EQ(verified.violation, "") << answer.body;
        ASSERT_NE(plugin_.refresh(account(), tokens(), {answer}).status, FERRY_ERROR_INTERNAL);
    }
}

TEST_F(Fuzz, AccountStateAndConfigurationNeverBreakAFetch) {
    for (int i = 0; i < kMutations / 10; ++i) {
        AbiAccount odd = account({{"dropbox.path", mutate("/Docs")}});
        odd.state = mutate(kTeamState);
        const AbiOutcome outcome = plugin_.fetch(odd, tokens(), FERRY_FETCH_BASELINE, "", {});
        ASSERT_EQ(outcome.violation, "") << odd.state;
        ASSERT_TRUE(
            outcome.status == FERRY_NEED_HTTP || outcome.status == FERRY_ERROR_INVALID ||
            outcome.status == FERRY_ERROR_MALFORMED
        ) << odd.state
          << outcome.message;
    }
}

}  // namespace
}  // namespace ferry::test
