#include "observe/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::observe {
namespace {

constexpr double kNanosecond = 1e-9;

/// As the format has it: numbers as Go prints them, which reads these.
std::string numberText(double value) {
    return fmt::format("{}", value);
}

void appendLine(
    std::string& text, std::string_view name, std::string_view labels, std::string_view value
) {
    text += labels.empty() ? fmt::format("{} {}\n", name, value)
                           : fmt::format("{}{{{}}} {}\n", name, labels, value);
}

void appendHistogram(
    std::string& text, std::string_view name, std::string_view labels, const Histogram& histogram
) {
    const Histogram::Snapshot snapshot = histogram.snapshot();
    const std::span<const double> bounds = histogram.bounds();
    const std::string bucket = fmt::format("{}_bucket", name);
    const std::string before = labels.empty() ? std::string() : fmt::format("{},", labels);
    for (std::size_t i = 0; i < snapshot.cumulative.size(); ++i) {
        const std::string bound = i < bounds.size() ? numberText(bounds[i]) : "+Inf";
        appendLine(
            text,
            bucket,
            fmt::format("{}le=\"{}\"", before, bound),
            std::to_string(snapshot.cumulative[i])
        );
    }
    appendLine(text, fmt::format("{}_sum", name), labels, numberText(snapshot.sum_seconds));
    const std::string count = std::to_string(snapshot.cumulative.back());
    appendLine(text, fmt::format("{}_count", name), labels, count);
}

/// HELP text may hold neither a line end nor a lone backslash.
std::string escapedHelp(std::string_view help) {
    std::string out;
    for (const char c : help) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

}  // namespace

void Histogram::observe(std::chrono::nanoseconds duration) {
    const std::int64_t nanoseconds = std::max<std::int64_t>(duration.count(), 0);
    const double seconds = static_cast<double>(nanoseconds) * kNanosecond;
    const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), seconds) - bounds_.begin();
    counts_[static_cast<std::size_t>(place)].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(static_cast<std::uint64_t>(nanoseconds), std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
    Snapshot snapshot;
    std::uint64_t total = 0;
    for (const auto& count : counts_) {
        total += count.load(std::memory_order_relaxed);
        snapshot.cumulative.push_back(total);
    }
    snapshot.sum_seconds =
        static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) * kNanosecond;
    return snapshot;
}

Metrics::Family& Metrics::family(std::string_view name, std::string_view help, Type type) {
    Family& family = families_[std::string(name)];
    family.help = help;
    family.type = type;
    return family;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
    const std::lock_guard lock(mutex_);
    Counter*& entry = family(name, help, Type::Counter).counters[std::string(labels)];
    if (entry == nullptr) entry = &counters_.emplace_back();
    return *entry;
}

void Metrics::counterFrom(
    std::string_view name, std::string_view help, std::function<double()> read
) {
    const std::lock_guard lock(mutex_);
    family(name, help, Type::Counter).read[""] = std::move(read);
}

void Metrics::gauge(
    std::string_view name,
    std::string_view help,
    std::function<double()> read,
    std::string_view labels
) {
    const std::lock_guard lock(mutex_);
    family(name, help, Type::Gauge).read[std::string(labels)] = std::move(read);
}

void Metrics::gauges(
    std::string_view name, std::string_view help, std::function<LabelledValues()> read
) {
    const std::lock_guard lock(mutex_);
    family(name, help, Type::Gauge).read_all = std::move(read);
}

Histogram& Metrics::histogram(
    std::string_view name,
    std::string_view help,
    std::string_view labels,
    std::span<const double> bounds
) {
    const std::lock_guard lock(mutex_);
    Histogram*& entry = family(name, help, Type::Histogram).histograms[std::string(labels)];
    if (entry == nullptr) entry = &histograms_.emplace_back(bounds);
    return *entry;
}

std::string Metrics::prometheusText() const {
    constexpr std::array<std::string_view, 3> kTypeNames{"counter", "gauge", "histogram"};
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [name, family] : families_) {
        text += fmt::format(
            "# HELP {} {}\n# TYPE {} {}\n",
            name,
            escapedHelp(family.help),
            name,
            kTypeNames[static_cast<std::size_t>(family.type)]
        );
        for (const auto& [labels, counter] : family.counters)
            appendLine(text, name, labels, std::to_string(counter->value()));
        for (const auto& [labels, read] : family.read)
            appendLine(text, name, labels, numberText(read()));
        if (family.read_all) {
            for (const auto& [labels, value] : family.read_all())
                appendLine(text, name, labels, numberText(value));
        }
        for (const auto& [labels, histogram] : family.histograms)
            appendHistogram(text, name, labels, *histogram);
    }
    return text;
}

}  // namespace ferry::observe
