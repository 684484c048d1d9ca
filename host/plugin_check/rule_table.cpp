#include "plugin_check/rule.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

namespace ferry::plugin_check {

std::string_view verdictName(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::Pass:
            return "pass";
        case Verdict::Warn:
            return "warn";
        case Verdict::Skip:
            return "skip";
        case Verdict::Fail:
            return "fail";
        case Verdict::Crash:
            return "crash";
        case Verdict::Hang:
            return "hang";
    }
    return "fail";
}

std::string_view groupName(int number) noexcept {
    constexpr std::string_view kNames[] = {
        "file",
        "linkage",
        "handshake",
        "life cycle",
        "borrowing",
        "operations",
        "process",
        "webhooks",
        "normalize"};
    const auto group = static_cast<std::size_t>(number / 100 - 1);
    return group < std::size(kNames) ? kNames[group] : "other";
}

const std::vector<Rule>& allRules() {
    static const std::vector<Rule> table = [] {
        std::vector<Rule> all;
        for (const auto group :
             {staticRules,
              linkageRules,
              handshakeRules,
              lifeCycleRules,
              borrowingRules,
              operationRules,
              processRules,
              webhookRules,
              normalizeRules,
              fuzzRules,
              goldenRules}) {
            std::vector<Rule> rules = group();
            std::move(rules.begin(), rules.end(), std::back_inserter(all));
        }
        std::stable_sort(all.begin(), all.end(), [](const Rule& a, const Rule& b) {
            return a.number < b.number;
        });
        return all;
    }();
    return table;
}

const Rule* findRule(std::string_view number_or_name) {
    int number = 0;
    const char* end = number_or_name.data() + number_or_name.size();
    const auto parsed = std::from_chars(number_or_name.data(), end, number);
    const bool is_number = parsed.ec == std::errc() && parsed.ptr == end;
    for (const Rule& rule : allRules())
        if (is_number ? rule.number == number : number_or_name == rule.name) return &rule;
    return nullptr;
}

}  // namespace ferry::plugin_check
