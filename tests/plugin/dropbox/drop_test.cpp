// Goal: an operation may be dropped at any point, and nothing leaks or runs on. Method: each kind
// of operation is played for every number of answers up to its end, then dropped; LeakSanitizer and
// AddressSanitizer watch.

#include "dropbox_fixture.h"

namespace ferry::test {
namespace {

class Drop : public DropboxTest {
  protected:
    /// Runs with every beginning of `script`, the whole of it included, which ends with `end`.
    template <typename Run>
    static void everyBeginning(const Script& script, Run run, ferry_status end = FERRY_OK) {
        for (std::size_t size = 0; size <= script.size(); ++size) {
            const AbiOutcome outcome =
                run(Script(script.begin(), script.begin() + static_cast<std::ptrdiff_t>(size)));
            EXPECT_EQ(outcome.status, size < script.size() ? FERRY_NEED_HTTP : end)
                << size << " " << outcome.message;
            EXPECT_EQ(outcome.requests.size(), std::min(size + 1, script.size()));
            EXPECT_EQ(outcome.violation, "");
        }
    }
    const AbiResponse invalid_root_ = apiError(422, R"({".tag":"invalid_root"})");
    const AbiResponse account_answer_ = AbiResponse::json(
        200,
        R"({"account_id":"dbid:A","root_info":{"root_namespace_id":"9","home_namespace_id":"1"}})"
    );
};

TEST_F(Drop, AtEveryStepOfAuthorization) {
    const AbiResponse fresh =
        AbiResponse::json(200, R"({"access_token":"a","token_type":"bearer"})");
    everyBeginning({fresh}, [&](const Script& script) {
        return plugin_.exchange(account(), "c", "r", "v", script);
    });
    everyBeginning({fresh}, [&](const Script& script) {
        return plugin_.refresh(account(), tokens(), script);
    });
    everyBeginning({AbiResponse::json(200, "null")}, [&](const Script& script) {
        return plugin_.revoke(account(), tokens(), script);
    });
    everyBeginning({account_answer_}, [&](const Script& script) {
        return plugin_.verify(account(), tokens(), script);
    });
}

TEST_F(Drop, AtEveryStepOfAFetchWithAnInnerOperation) {
    const Script script{invalid_root_, account_answer_, page(R"({"a":1})", "C1")};
    for (const ferry_fetch_mode mode : {FERRY_FETCH_BASELINE, FERRY_FETCH_RESYNC})
        everyBeginning(script, [&](const Script& part) {
            return plugin_.fetch(teamAccount(), tokens(), mode, "", part);
        });
    everyBeginning(
        {invalid_root_, account_answer_, AbiResponse::json(200, R"({"cursor":"C"})")},
        [&](const Script& part) { return plugin_.initialCursor(teamAccount(), tokens(), part); }
    );
}

TEST_F(Drop, OnAFolderThatIsGone) {
    const AbiAccount watched = account({{"dropbox.path", "/x"}});
    const AbiResponse gone = apiError(409, R"({".tag":"path","path":{".tag":"not_found"}})");
    const std::string cursor =
        plugin_.fetch(watched, tokens(), FERRY_FETCH_RESYNC, "", {gone}).next_cursor;
    const auto look = [&](const Script& part) {
        return plugin_.fetch(watched, tokens(), FERRY_FETCH_CONTINUE, cursor, part);
    };
    everyBeginning({gone}, look, FERRY_ERROR_REJECTED);
}

TEST_F(Drop, BeforeTheFirstStep) {
    // Start alone: the coroutine was made and never ran.
    const auto* changes =
        static_cast<const ferry_changes_1*>(plugin_.module().get_extension(FERRY_EXT_CHANGES));
    ferry_call call{};
    call.struct_size = sizeof call;
    ferry_account account{};
    account.struct_size = sizeof account;
    ferry_token_set tokens{};
    tokens.struct_size = sizeof tokens;
    const ferry_fetch fetch{sizeof(ferry_fetch), FERRY_FETCH_BASELINE, {}, 0, 0};
    ferry_operation* op = nullptr;

    ASSERT_EQ(
        changes->fetch_start(plugin_.self(), &call, &account, &tokens, &fetch, &op), FERRY_OK
    );
    plugin_.module().drop(plugin_.self(), op);
}

}  // namespace
}  // namespace ferry::test
