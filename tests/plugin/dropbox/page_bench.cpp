// Prints what the plugin needs for a page of 2,000 entries: fetch (from Dropbox's answer to raw
// records) and normalize (from raw records to operations).

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

/// A host whose sinks count and keep nothing: what is measured is the plugin.
struct NullHost {
    NullHost() {
        call.struct_size = sizeof call;
        call.ctx = this;
        call.is_cancelled = [](const ferry_call*) noexcept -> ferry_bool { return 0; };
        call.fail = [](const ferry_call*, ferry_status, std::int64_t, ferry_str) noexcept {};
        sink.struct_size = sizeof sink;
        sink.ctx = this;
        sink.http_request = [](const ferry_sink*, const ferry_http_request*) noexcept {
            return ferry_status{FERRY_OK};
        };
        sink.change = [](const ferry_sink*, const ferry_change*) noexcept {
            return ferry_status{FERRY_OK};
        };
        sink.page = [](const ferry_sink*, const ferry_page*) noexcept {
            return ferry_status{FERRY_OK};
        };
        sink.index_op = [](const ferry_sink* to, const ferry_index_op*) noexcept {
            ++static_cast<NullHost*>(to->ctx)->operations;
            return ferry_status{FERRY_OK};
        };
    }
    NullHost(const NullHost&) = delete;
    NullHost& operator=(const NullHost&) = delete;

    void fetch(const AbiPlugin& plugin, const std::string& body) {
        const auto* table =
            static_cast<const ferry_changes_1*>(plugin.module().get_extension(FERRY_EXT_CHANGES));
        ferry_account account{};
        account.struct_size = sizeof account;
        ferry_token_set tokens{};
        tokens.struct_size = sizeof tokens;
        tokens.access_token = {"t", 1};
        const ferry_fetch fetch{sizeof(ferry_fetch), FERRY_FETCH_BASELINE, {}, 0, 0};
        ferry_operation* op = nullptr;
        table->fetch_start(plugin.self(), &call, &account, &tokens, &fetch, &op);
        plugin.module().advance(plugin.self(), op, &call, nullptr, &sink);
        ferry_http_response response{};
        response.struct_size = sizeof response;
        response.status = 200;
        response.body = {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()};
        plugin.module().advance(plugin.self(), op, &call, &response, &sink);
        plugin.module().drop(plugin.self(), op);
    }
    void normalize(const AbiPlugin& plugin, const std::vector<std::string>& changes) {
        const auto* table =
            static_cast<const ferry_normalize_1*>(plugin.module().get_extension(FERRY_EXT_NORMALIZE)
            );
        std::vector<ferry_change> lent;
        for (const std::string& raw : changes)
            lent.push_back(
                {sizeof(ferry_change),
                 0,
                 {reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()},
                 {}}
            );
        ferry_account account{};
        account.struct_size = sizeof account;
        operations = 0;
        table->normalize(
            plugin.self(), &call, &account, {lent.data(), sizeof(ferry_change), lent.size()}, &sink
        );
    }

    ferry_call call{};
    ferry_sink sink{};
    std::size_t operations = 0;
};

int run() {
    AbiPlugin plugin(pluginFile(), "dropbox");
    std::string entries;
    for (int i = 0; i < 2'000; ++i)
        entries += (i == 0 ? "" : ", ") + entry(i);
    const Script script{AbiResponse::json(
        200, R"({"entries": [)" + entries + R"(], "cursor": "AAAB", "has_more": false})"
    )};
    const std::string& body = script[0].body;
    AbiAccount account;
    AbiTokens tokens;
    tokens.access_token = "t";
    const AbiOutcome page = plugin.fetch(account, tokens, FERRY_FETCH_BASELINE, "", script);

    NullHost host;
    const double fetch_ms = bestMs([&] { host.fetch(plugin, body); });
    const double normalize_ms = bestMs([&] { host.normalize(plugin, page.changes); });
    std::printf(
        "%zu bytes, %zu changes, %zu operations: fetch %.2f ms, normalize %.2f ms, together %.2f "
        "ms (best of 100, sinks that keep nothing)\n",
        body.size(),
        page.changes.size(),
        host.operations,
        fetch_ms,
        normalize_ms,
        fetch_ms + normalize_ms
    );
    return host.operations == 2'000 ? 0 : 1;
}

}  // namespace
}  // namespace ferry::test

int main() {
    return ferry::test::run();
}
