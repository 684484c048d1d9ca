#include "demo/fake_dropbox/faults.h"

#include <algorithm>

namespace ferry::demo {
namespace {

constexpr std::string_view kListingRoutes = "files/list_folder|files/list_folder/continue";

bool matchesOne(std::string_view pattern, std::string_view route) {
    if (pattern == "*") return route != "webhook";
    if (!pattern.empty() && pattern.back() == '*') {
        pattern.remove_suffix(1);
        return route.substr(0, pattern.size()) == pattern;
    }
    return pattern == route;
}

bool matches(std::string_view patterns, std::string_view route) {
    while (!patterns.empty()) {
        const std::string_view one = patterns.substr(0, patterns.find('|'));
        if (matchesOne(one, route)) return true;
        patterns.remove_prefix(std::min(patterns.size(), one.size() + 1));
    }
    return false;
}

}  // namespace

void Faults::add(FaultRule rule) {
    const std::lock_guard lock(mutex_);
    rules_.push_back(std::move(rule));
}

void Faults::clear() {
    const std::lock_guard lock(mutex_);
    rules_.clear();
}

std::size_t Faults::waiting() const {
    const std::lock_guard lock(mutex_);
    return rules_.size();
}

std::optional<Fault> Faults::take(std::string_view route) {
    const std::lock_guard lock(mutex_);
    const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const FaultRule& candidate) {
        return matches(candidate.route, route);
    });
    if (rule == rules_.end()) return std::nullopt;
    if (rule->skip > 0) {
        --rule->skip;
        return std::nullopt;
    }
    Fault fault = rule->fault;
    if (--rule->times <= 0) rules_.erase(rule);
    return fault;
}

void Faults::next(std::string route, FaultKind kind, int times) {
    Fault fault;
    fault.kind = kind;
    add({std::move(route), fault, times, 0});
}

void Faults::nextListing(FaultKind kind, int times) {
    next(std::string(kListingRoutes), kind, times);
}

void Faults::tokenEndpoint500(int times) {
    Fault fault;
    fault.status = 500;
    fault.as_json = true;
    add({"oauth2/token", fault, times, 0});
}

void Faults::unionError(std::string route, int status, std::string tag, int times) {
    Fault fault;
    fault.kind = FaultKind::UnionError;
    fault.status = status;
    fault.tag = std::move(tag);
    add({std::move(route), fault, times, 0});
}

void Faults::rateLimit(std::string route, std::optional<int> seconds, bool as_text, int times) {
    Fault fault;
    fault.kind = FaultKind::RateLimit;
    fault.retry_after = seconds;
    fault.as_text = as_text;
    add({std::move(route), fault, times, 0});
}

void Faults::serverError(std::string route, int status, int times) {
    Fault fault;
    fault.status = status;
    add({std::move(route), fault, times, 0});
}

void Faults::slow(std::string route, FaultKind kind, Milliseconds delay, int times) {
    Fault fault;
    fault.kind = kind;
    fault.delay = delay;
    add({std::move(route), fault, times, 0});
}

void Faults::nextNotice(FaultKind kind, int times) {
    next("webhook", kind, times);
}

}  // namespace ferry::demo
