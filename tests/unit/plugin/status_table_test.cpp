// Goal: what sdk/README.md promises plugin authors about each status is what the hub does.
// Method: each status through the guard and the policy of failed drains, and its row of the table.

#include "pipeline/sync_failure_policy.h"
#include "plugin/call_guard.h"
#include "plugin/call_scope.h"

#include <ferry/abi/status.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace ferry::plugin {
namespace {

struct Row {
    const char* name;
    ferry_status status;
    const char* does;
    const char* promise = nullptr;  ///< in the table, if it is in other words
};

const Row kRows[] = {
    {"INTERNAL", FERRY_ERROR_INTERNAL, "asks rarely"},
    {"INVALID", FERRY_ERROR_INVALID, "asks rarely"},
    {"UNSUPPORTED", FERRY_ERROR_UNSUPPORTED, "asks rarely"},
    {"CANCELLED", FERRY_ERROR_CANCELLED, "backs off"},
    {"DEADLINE", FERRY_ERROR_DEADLINE, "backs off"},
    {"AUTH_EXPIRED", FERRY_ERROR_AUTH_EXPIRED, "backs off"},
    {"AUTH_REVOKED", FERRY_ERROR_AUTH_REVOKED, "stops", "stops the instance"},
    {"RATE_LIMITED", FERRY_ERROR_RATE_LIMITED, "backs off"},
    {"UNAVAILABLE", FERRY_ERROR_UNAVAILABLE, "backs off"},
    {"REJECTED", FERRY_ERROR_REJECTED, "asks rarely"},
    {"MALFORMED", FERRY_ERROR_MALFORMED, "asks rarely"},
    {"BAD_SIGNATURE", FERRY_ERROR_BAD_SIGNATURE, "asks rarely"},
    {"CURSOR_INVALID", FERRY_ERROR_CURSOR_INVALID, "backs off"},
    {"LIMIT", FERRY_ERROR_LIMIT, "asks rarely"},
    {"NOT_FOUND", FERRY_ERROR_NOT_FOUND, "asks rarely"},
    {"CONFLICT", FERRY_ERROR_CONFLICT, "backs off"},
};

class NoLog final : public PluginLog {
  public:
    void write(const LogLine&) override {}
};

/// The row of the table whose first column names `status`; empty if there is none.
std::string rowOf(const std::string& status) {
    std::ifstream readme(std::string(std::getenv("FERRY_SOURCE_DIR")) + "/sdk/README.md");
    std::string line;
    while (std::getline(readme, line)) {
        const std::string first = line.substr(0, line.find('|', 1));
        if (line.starts_with("| `") && first.find("`" + status + "`") != std::string::npos) {
            return line;
        }
    }
    return {};
}

class StatusTable : public testing::TestWithParam<Row> {};

TEST_P(StatusTable, SaysWhatTheHubDoes) {
    const Row& row = GetParam();
    NoLog log;
    CallGuard guard("plugin", log);
    const CallInfo info;
    const CallScope scope(guard, info);
    const Error error = guard.failure("fetch", row.status, scope, Trust::Provider);
    const auto decision = pipeline::decideSyncFailure(error, {0, 1.0});

    const std::string promise = row.promise != nullptr ? row.promise : row.does;
    EXPECT_THAT(rowOf(row.name), testing::HasSubstr(promise));
    const std::string does = decision.state                           ? "stops"
                             : decision.delay == Milliseconds(1'000)  ? "backs off"
                             : decision.delay == Milliseconds(60'000) ? "asks rarely"
                                                                      : "something else";
    EXPECT_EQ(does, row.does);
}

INSTANTIATE_TEST_SUITE_P(Each, StatusTable, testing::ValuesIn(kRows), [](const auto& item) {
    return std::string(item.param.name);
});

TEST(StatusTable, HasARowForEveryStatus) {
    EXPECT_EQ(std::size(kRows), static_cast<std::size_t>(-FERRY_ERROR_CONFLICT));
}

}  // namespace
}  // namespace ferry::plugin
