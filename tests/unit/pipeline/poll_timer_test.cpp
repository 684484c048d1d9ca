// Goal: polls become rarer while they find nothing, between the bounds that connector and instance
// give; and who polls at all. Method: a table of settings.

#include "pipeline/poll_timer.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

ProviderOptions polled() {
    ProviderOptions options;
    options.polling.emplace();
    options.polling->interval_min = minutes(1);
    options.polling->interval_max = minutes(4);
    options.polling->is_default = true;
    return options;
}

TEST(PollTimer, GoesFromTheLeastToTheMostAndBack) {
    const ProviderOptions options = polled();
    const InstanceSettings settings;
    EXPECT_EQ(pollInterval(options, settings, std::nullopt, false), minutes(1));
    EXPECT_EQ(pollInterval(options, settings, minutes(1), false), seconds(90));
    EXPECT_EQ(pollInterval(options, settings, seconds(90), false), seconds(135));
    EXPECT_EQ(pollInterval(options, settings, seconds(230), false), minutes(4));
    EXPECT_EQ(pollInterval(options, settings, minutes(4), false), minutes(4));
    EXPECT_EQ(pollInterval(options, settings, minutes(4), true), minutes(1));
}

TEST(PollTimer, AnInstanceHasItsOwnBounds) {
    const ProviderOptions options = polled();
    InstanceSettings settings;
    settings.poll_min = minutes(10);
    EXPECT_EQ(pollInterval(options, settings, minutes(1), false), minutes(10));
    EXPECT_EQ(pollInterval(options, settings, minutes(10), false), minutes(10));
    settings.poll_max = minutes(12);
    EXPECT_EQ(pollInterval(options, settings, minutes(10), false), minutes(12));
}

TEST(PollTimer, NobodyIsAskedWithoutPause) {
    InstanceSettings settings;
    settings.poll_min = seconds(0);
    settings.poll_max = seconds(0);
    EXPECT_EQ(pollInterval(polled(), settings, std::nullopt, true), seconds(1));
    EXPECT_EQ(pollInterval(polled(), settings, seconds(1), false), seconds(1));
}

TEST(PollTimer, WhoDoesNotPollKeepsTheSafetyNet) {
    ProviderOptions options = polled();
    options.poll_interval = minutes(5);
    InstanceSettings settings;
    settings.polls = false;
    EXPECT_EQ(pollInterval(options, settings, minutes(1), false), minutes(5));
    settings.poll_interval = minutes(7);
    EXPECT_EQ(pollInterval(options, settings, minutes(1), true), minutes(7));
}

TEST(PollTimer, TheIntervalOfCallersOfTheOriginalIsThatOfTheSafetyNet) {
    ProviderOptions options;
    options.poll_interval = minutes(5);
    InstanceSettings settings;
    settings.poll_min = minutes(15);
    EXPECT_EQ(pollInterval(options, settings, std::nullopt, false), minutes(15));
    settings.poll_interval = minutes(7);
    EXPECT_EQ(pollInterval(options, settings, std::nullopt, false), minutes(7));

    settings.poll_interval.reset();
    options.polling.emplace();
    settings.polls = false;
    EXPECT_EQ(pollInterval(options, settings, std::nullopt, false), minutes(5)) << "not polled";
}

TEST(PollTimer, TheInstanceChoosesWhereTheConnectorLeavesIt) {
    struct Case {
        const char* name;
        Feed feed;
        bool is_default;
        std::optional<bool> polls;
        bool is_polled;
        bool is_fetched;
    };
    const Case cases[] = {
        {"webhooks bring all", Feed::Brought, false, std::nullopt, false, false},
        {"marks", Feed::Fetched, false, std::nullopt, false, true},
        {"marks, polls", Feed::Fetched, false, true, true, true},
        {"either", Feed::Either, false, std::nullopt, false, false},
        {"either, polls", Feed::Either, false, true, true, true},
        {"polling alone", Feed::Fetched, true, std::nullopt, true, true},
    };
    for (const Case& one : cases) {
        ProviderOptions options = polled();
        options.feed = one.feed;
        options.polling->is_default = one.is_default;
        InstanceSettings settings;
        settings.polls = one.polls;
        EXPECT_EQ(polls(options, settings), one.is_polled) << one.name;
        EXPECT_EQ(fetchesChanges(options, settings), one.is_fetched) << one.name;
    }
    InstanceSettings wants;
    wants.polls = true;
    EXPECT_FALSE(polls(ProviderOptions(), wants)) << "the connector does not know how";
}

}  // namespace
}  // namespace ferry::pipeline
