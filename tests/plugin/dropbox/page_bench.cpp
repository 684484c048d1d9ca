// Prints what the plugin needs for a page of 2,000 entries: fetch (from Dropbox's answer to raw
// records) and normalize (from raw records to operations), with the bare cost of the test host.

#include "dropbox_fixture.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace ferry::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string entry(int number) {
    const std::string n = std::to_string(100'000 + number);
    return R"({".tag": "file", "name": "Quarterly report )" + n +
           R"(.docx", "path_lower": "/accounts/customer )" + n + R"(/quarterly report )" + n +
           R"(.docx", "path_display": "/Accounts/Customer )" + n + R"(/Quarterly report )" + n +
           R"(.docx", "id": "id:a4ayc_80_OEAAAAAAA)" + n +
           R"(", "client_modified": "2026-05-12T15:50:38Z", "server_modified": )"
           R"("2026-05-12T15:50:38Z", "rev": "a1c10ce0d)" +
           n + R"(", "size": 7212)" + n +
           R"(, "is_downloadable": true, "content_hash": )"
           R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})";
}

template <typename Body>
double bestMs(Body body) {
    double best = 1e9;
    for (int round = 0; round < 100; ++round) {
        const auto begin = SteadyClock::now();
        body();
        const std::chrono::duration<double, std::milli> taken = SteadyClock::now() - begin;
        best = std::min(best, taken.count());
    }
    return best;
}

int run() {
    AbiPlugin plugin(pluginFile(), "dropbox");
    std::string entries;
    for (int i = 0; i < 2'000; ++i)
        entries += (i == 0 ? "" : ", ") + entry(i);
    const Script script{AbiResponse::json(
        200, R"({"entries": [)" + entries + R"(], "cursor": "AAAB", "has_more": false})"
    )};
    AbiAccount account;
    AbiTokens tokens;
    tokens.access_token = "t";

    AbiOutcome page;
    const double fetch_ms =
        bestMs([&] { page = plugin.fetch(account, tokens, FERRY_FETCH_BASELINE, "", script); });
    AbiOutcome outcome;
    const double normalize_ms = bestMs([&] { outcome = plugin.normalize(page.changes); });
    std::printf(
        "%zu bytes, %zu changes, %zu operations: fetch %.2f ms, normalize %.2f ms, together %.2f "
        "ms (best of 100, with the copies of the test host)\n",
        script[0].body.size(),
        page.changes.size(),
        outcome.index_ops.size(),
        fetch_ms,
        normalize_ms,
        fetch_ms + normalize_ms
    );
    return outcome.index_ops.size() == 2'000 ? 0 : 1;
}

}  // namespace
}  // namespace ferry::test

int main() {
    return ferry::test::run();
}
