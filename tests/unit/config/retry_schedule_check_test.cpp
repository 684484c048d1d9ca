// Goal: delivery.retry_schedule of ferry.yaml takes what an instance's schedule takes, and says
// what is meant where it does not. Method: short files.

#include "base/retry_schedule.h"
#include "config/hub_config.h"
#include "unit/config/config_test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::config {
namespace {

using testing::HasSubstr;

/// What is read of the value; `found` gets what is told of it.
std::optional<HubConfig> readSchedule(const std::string& value, std::string& found) {
    YamlDocument document;
    Diagnostics out;
    const std::string text = "delivery: {retry_schedule: " + value + "}\n";
    EXPECT_TRUE(parseYaml("ferry.yaml", text, document, out));
    auto config = readHubConfig(document, withVariables({}), out);
    found = printed(out);
    return config;
}

TEST(RetryScheduleOfTheHub, IsWrittenAsThatOfAnInstance) {
    const auto read = [](const std::string& value) {
        std::string found;
        const auto config = readSchedule(value, found);
        EXPECT_TRUE(config) << found;
        return config ? config->delivery.retry_schedule : RetryDelays();
    };
    EXPECT_EQ(read("standard"), delaysOf(standardRetrySchedule()));
    EXPECT_EQ(read("[standard]"), delaysOf(standardRetrySchedule()));
    const RetryDelays nine = read("open-connectors-9");
    EXPECT_EQ(nine, delaysOf(*findRetrySchedule("open-connectors-9")));
    EXPECT_TRUE(nine.is_exact) << "its receivers rely on the times";
    EXPECT_EQ(nine.jitter, 0);
    for (const char* waits : {"'5s,5m'", "'5s, 5m'", "[5s, 5m]"}) {
        const RetryDelays own = read(waits);
        EXPECT_EQ(own, *parseRetrySchedule("5s,5m")) << waits;
        EXPECT_EQ(own.delays.size(), 2U);
    }
}

TEST(RetryScheduleOfTheHub, WhatIsMeantIsTold) {
    const std::pair<const char*, const char*> cases[] = {
        {"Standard", "did you mean 'standard'?"},
        {"open-connectors-7", "did you mean 'open-connectors-9'?"},
        {"often",
         "write standard, open-connectors-9, open-connectors-5, or waits such as 5s,5m,1h"},
        {"[5s, standard]", "is the name of a whole schedule"},
        {"[5s, 31d]", "has a wait of more than 30 days"},
    };
    for (const auto& [value, finding] : cases) {
        std::string found;
        readSchedule(value, found);
        EXPECT_THAT(found, HasSubstr("error: an item of 'retry_schedule' ")) << value;
        EXPECT_THAT(found, HasSubstr(finding)) << value;
    }
}

}  // namespace
}  // namespace ferry::config
