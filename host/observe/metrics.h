#pragma once
// Counters and gauges, and their Prometheus text. Handles are taken once, in constructors; adding
// to one is an atomic operation.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace ferry::observe {

/// Only goes up. Threads: any.
class Counter {
  public:
    void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
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

    /// Prometheus text exposition format, version 0.0.4.
    std::string prometheusText() const;

  private:
    struct Family {
        std::string help;
        bool is_counter = true;
        std::map<std::string, Counter*, std::less<>> counters;
        std::map<std::string, std::function<double()>, std::less<>> read;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Family, std::less<>> families_;
    std::deque<Counter> counters_;
};

}  // namespace ferry::observe
