// Goal: what Prometheus reads is what was counted. Method: the text itself; tests/clients has it
// read by Prometheus' own parser.

#include "observe/metrics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ferry::observe {
namespace {

using std::chrono::milliseconds;

constexpr std::array<double, 3> kBounds{0.01, 0.1, 2.5};

TEST(HistogramTest, CountsEachDurationInAllBucketsThatHoldIt) {
    Metrics metrics;
    Histogram& histogram = metrics.histogram("wait_seconds", "Waits", "kind=\"a\"", kBounds);
    histogram.observe(milliseconds(5));
    histogram.observe(milliseconds(10));  // a bound belongs to its own bucket
    histogram.observe(milliseconds(11));
    histogram.observe(milliseconds(60'000));

    EXPECT_EQ(
        metrics.prometheusText(),
        "# HELP wait_seconds Waits\n"
        "# TYPE wait_seconds histogram\n"
        "wait_seconds_bucket{kind=\"a\",le=\"0.01\"} 2\n"
        "wait_seconds_bucket{kind=\"a\",le=\"0.1\"} 3\n"
        "wait_seconds_bucket{kind=\"a\",le=\"2.5\"} 3\n"
        "wait_seconds_bucket{kind=\"a\",le=\"+Inf\"} 4\n"
        "wait_seconds_sum{kind=\"a\"} 60.026\n"
        "wait_seconds_count{kind=\"a\"} 4\n"
    );
}

TEST(HistogramTest, HasNoLabelsIfItWasGivenNone) {
    Metrics metrics;
    metrics.histogram("wait_seconds", "Waits", {}, kBounds);
    const std::string text = metrics.prometheusText();
    EXPECT_NE(text.find("\nwait_seconds_bucket{le=\"0.01\"} 0\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\nwait_seconds_sum 0\nwait_seconds_count 0\n"), std::string::npos) << text;
}

TEST(HistogramTest, IsOneForOneNameAndLabelSet) {
    Metrics metrics;
    Histogram& one = metrics.histogram("wait_seconds", "Waits", "kind=\"a\"");
    EXPECT_EQ(&metrics.histogram("wait_seconds", "Waits", "kind=\"a\""), &one);
    EXPECT_NE(&metrics.histogram("wait_seconds", "Waits", "kind=\"b\""), &one);
}

TEST(HistogramTest, TakesATimeBeforeItsBeginningForNone) {
    Histogram histogram(kBounds);
    histogram.observe(milliseconds(-5));
    EXPECT_EQ(histogram.snapshot().cumulative.front(), 1U);
    EXPECT_EQ(histogram.snapshot().sum_seconds, 0);
}

TEST(HistogramTest, LosesNothingOfManyThreads) {
    Histogram histogram(kBounds);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n)
                histogram.observe(milliseconds(50));
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(histogram.snapshot().cumulative.back(), 40'000U);
    EXPECT_NEAR(histogram.snapshot().sum_seconds, 2'000, 1e-6);
}

TEST(TimerTest, ObservesWhereItWasMovedTo) {
    Histogram accepted(kBounds);
    Histogram refused(kBounds);
    {
        Timer timer(accepted);
        timer.moveTo(refused);
    }
    EXPECT_EQ(accepted.snapshot().cumulative.back(), 0U);
    EXPECT_EQ(refused.snapshot().cumulative.back(), 1U);
}

TEST(MetricsTest, AsksForLabelledValuesOnce) {
    Metrics metrics;
    int asked = 0;
    metrics.gauges("waiting", "Those that wait", [&] {
        ++asked;
        return Metrics::LabelledValues{{"state=\"a\"", 1}, {"state=\"b\"", 2.5}};
    });
    EXPECT_EQ(
        metrics.prometheusText(),
        "# HELP waiting Those that wait\n# TYPE waiting gauge\n"
        "waiting{state=\"a\"} 1\nwaiting{state=\"b\"} 2.5\n"
    );
    EXPECT_EQ(asked, 1);
}

TEST(MetricsTest, KeepsAHelpTextInItsLine) {
    Metrics metrics;
    metrics.counter("things_total", "One\nor \\ more");
    EXPECT_EQ(
        metrics.prometheusText(),
        "# HELP things_total One\\nor \\\\ more\n# TYPE things_total counter\nthings_total 0\n"
    );
}

}  // namespace
}  // namespace ferry::observe
