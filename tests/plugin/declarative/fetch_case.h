#pragma once
// The plugin 'declarative' as the hub loads it, for tests of its polls: the cursor of one fetch is
// given to the next.

#include "support/abi_host.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>

namespace ferry::test {

inline std::string pluginFile() {
    const char* folder = std::getenv("FERRY_BUILD_DIR");
    return std::string(folder != nullptr ? folder : ".") + "/plugins/declarative/libdeclarative.so";
}

inline constexpr const char* kMap =
    R"([{"event":"changed","id":{"path":["id"]},"created":{"path":["created"]},)"
    R"("modified":{"path":["at"]}}])";

/// A resource with the requests `requests`, as the hub writes it.
inline Pairs settings(const std::string& requests) {
    return {
        {"polling",
         R"({"resources":[{"name":"things",)" + requests +
             R"(,"overlap_ms":0}],"expired":[410],"tolerance_ms":2000})"},
        {"map", kMap}};
}

inline const std::string kTokens =
    R"({"url":"https://a.test/list","records":["items"],"next_page":{"path":["next"]}})";
inline const std::string kNumbered =
    R"({"url":"https://a.test/list","records":["items"],"page_size":2,"past_end":[404]})";

class Fetch : public testing::Test {
  protected:
    explicit Fetch(const Pairs& settings) : plugin_(pluginFile(), "acme", settings) {}

    /// The next page of a poll.
    AbiOutcome fetch(ferry_fetch_mode mode, AbiResponse answer) {
        AbiOutcome outcome = plugin_.fetch({}, {}, mode, cursor_, {std::move(answer)});
        EXPECT_EQ(outcome.violation, "");
        if (outcome.status == FERRY_OK) cursor_ = outcome.next_cursor;
        return outcome;
    }
    static AbiResponse page(const std::string& items, const std::string& more = {}) {
        return AbiResponse::json(200, R"({"items":[)" + items + "]" + more + "}");
    }
    static AbiResponse status(int status) { return AbiResponse::json(status, "{}"); }

    AbiPlugin plugin_;
    std::string cursor_;
};

/// More than 1 MiB, and no text of it is long.
inline const std::string kLarge = [] {
    std::string record = R"({"id":"b","many":[)";
    while (record.size() < (1U << 20U))
        record += "1234567,";
    return record + "1]}";
}();

class ChangesByTime : public Fetch {
  protected:
    ChangesByTime()
        : Fetch(settings(R"("changes":)" + kNumbered + R"(,"updated":{"path":["at"]})")) {}
};

}  // namespace ferry::test
