#pragma once
// Counters, gauges and histograms, and their Prometheus text. Handles are taken once, in
// constructors; adding to one is an atomic operation.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::observe {

/// Only goes up. Threads: any.
class Counter {
  public:
    void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// Upper bounds, in seconds, for what should be done at once: requests, attempts, pages.
inline constexpr std::array<double, 16> kLatencyBounds{
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    60,
};
/// For what may have to wait for somebody else, up to days.
inline constexpr std::array<double, 14> kDelayBounds{
    0.01,
    0.05,
    0.1,
    0.5,
    1,
    5,
    15,
    60,
    300,
    1'800,
    7'200,
    28'800,
    86'400,
    259'200,
};

/// Counts durations by how long they are. Threads: any.
class Histogram {
  public:
    /// `bounds` ascend and outlive it; what is longer than the last one counts as well.
    explicit Histogram(std::span<const double> bounds)
        : bounds_(bounds), counts_(bounds.size() + 1) {}

    void observe(std::chrono::nanoseconds duration);

    struct Snapshot {
        std::vector<std::uint64_t> cumulative;  ///< up to each bound; the last one is of all
        double sum_seconds = 0;
    };
    Snapshot snapshot() const;
    std::span<const double> bounds() const { return bounds_; }

  private:
    const std::span<const double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;  // of each bound by itself
    std::atomic<std::uint64_t> sum_ns_{0};
};

/// Observes in a histogram how long it lives. By the machine's clock: a measurement, which nothing
/// is decided by, and finer than the hub's clock.
class Timer {
  public:
    explicit Timer(Histogram& histogram)
        : histogram_(&histogram), began_at_(std::chrono::steady_clock::now()) {}
    ~Timer() { histogram_->observe(std::chrono::steady_clock::now() - began_at_); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// It is another histogram that this belongs to.
    void moveTo(Histogram& histogram) { histogram_ = &histogram; }

  private:
    Histogram* histogram_;
    const std::chrono::steady_clock::time_point began_at_;
};

/// Threads: any.
class Metrics {
  public:
    /// The counter of this name and label set, made at the first call. `labels` is Prometheus text
    /// without braces (`reason="bad_signature"`) or empty; label values come from fixed sets only.
    Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});

    /// A counter that somebody else keeps, read when it is asked for. `read` must stay callable as
    /// long as this lives.
    void counterFrom(std::string_view name, std::string_view help, std::function<double()> read);

    /// A gauge, read as above.
    void gauge(
        std::string_view name,
        std::string_view help,
        std::function<double()> read,
        std::string_view labels = {}
    );

    /// Values of one gauge by their label sets (as above).
    using LabelledValues = std::vector<std::pair<std::string, double>>;
    /// A gauge whose label sets come and go, read as above, all of them in one call. There must be
    /// few at any time.
    void gauges(std::string_view name, std::string_view help, std::function<LabelledValues()> read);

    /// The histogram of this name and label set, made at the first call; its name ends with the
    /// unit, `_seconds`.
    Histogram& histogram(
        std::string_view name,
        std::string_view help,
        std::string_view labels = {},
        std::span<const double> bounds = kLatencyBounds
    );

    /// Prometheus text exposition format, version 0.0.4.
    std::string prometheusText() const;

  private:
    enum class Type : std::uint8_t { Counter, Gauge, Histogram };
    struct Family {
        std::string help;
        Type type = Type::Counter;
        std::map<std::string, Counter*, std::less<>> counters;
        std::map<std::string, std::function<double()>, std::less<>> read;
        std::function<LabelledValues()> read_all;
        std::map<std::string, Histogram*, std::less<>> histograms;
    };
    Family& family(std::string_view name, std::string_view help, Type type);

    mutable std::mutex mutex_;
    std::map<std::string, Family, std::less<>> families_;
    std::deque<Counter> counters_;
    std::deque<Histogram> histograms_;
};

}  // namespace ferry::observe
