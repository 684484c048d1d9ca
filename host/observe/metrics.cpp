#include "observe/metrics.h"

#include <fmt/format.h>

namespace ferry::observe {

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
    const std::lock_guard lock(mutex_);
    Family& family = families_[std::string(name)];
    family.help = help;
    Counter*& entry = family.counters[std::string(labels)];
    if (entry == nullptr) entry = &counters_.emplace_back();
    return *entry;
}

void Metrics::counterFrom(
    std::string_view name, std::string_view help, std::function<double()> read
) {
    const std::lock_guard lock(mutex_);
    Family& family = families_[std::string(name)];
    family.help = help;
    family.read[""] = std::move(read);
}

void Metrics::gauge(
    std::string_view name,
    std::string_view help,
    std::function<double()> read,
    std::string_view labels
) {
    const std::lock_guard lock(mutex_);
    Family& family = families_[std::string(name)];
    family.help = help;
    family.is_counter = false;
    family.read[std::string(labels)] = std::move(read);
}

std::string Metrics::prometheusText() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    const auto line = [&](const std::string& name, const std::string& labels, const auto& value) {
        text += labels.empty() ? fmt::format("{} {}\n", name, value)
                               : fmt::format("{}{{{}}} {}\n", name, labels, value);
    };
    for (const auto& [name, family] : families_) {
        text += fmt::format(
            "# HELP {} {}\n# TYPE {} {}\n",
            name,
            family.help,
            name,
            family.is_counter ? "counter" : "gauge"
        );
        for (const auto& [labels, counter] : family.counters)
            line(name, labels, counter->value());
        for (const auto& [labels, read] : family.read)
            line(name, labels, read());
    }
    return text;
}

}  // namespace ferry::observe
