#include "simulation/scenario_receiver.h"

#include <array>
#include <ctime>

namespace ferry::test {
namespace {

/// As HTTP has it: "Fri, 21 Feb 2020 16:43:41 GMT".
std::string httpDate(TimePoint time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

}  // namespace

const Behaviour& ScenarioReceiver::behaviour() const {
    const Phase* now = &phases_.front();
    for (const Phase& phase : phases_) {
        if (phase.from <= elapsed()) now = &phase;
    }
    return now->behaviour;
}

http::RequestHandle ScenarioReceiver::submit(http::OutboundRequest request, Completion completion) {
    const Behaviour& told = behaviour();
    http::OutboundResponse answer;
    answer.latency = std::min(told.delay, request.timeout);
    if (told.delay >= request.timeout) {
        answer.error = http::TransportError::Timeout;
    } else {
        answer.status = told.status;
        answer.error = told.error;
        if (!told.retry_after.empty()) answer.headers.add("Retry-After", told.retry_after);
        if (told.retry_date_in > Milliseconds(0)) {
            const TimePoint date = clock_.wallNow() + told.delay + told.retry_date_in;
            answer.headers.add("Retry-After", httpDate(date));
        }
        if (!told.location.empty()) answer.headers.add("Location", told.location);
    }
    const bool was_taken = answer.status / 100 == 2;
    arrivals_.push_back(
        {elapsed(),
         std::string(request.headers.get("webhook-id").value_or("")),
         request.url,
         was_taken}
    );
    const TimePoint due_at = clock_.now() + answer.latency;
    under_way_.emplace(due_at, Exchange{++last_handle_, std::move(completion), std::move(answer)});
    return last_handle_;
}

void ScenarioReceiver::cancel(http::RequestHandle handle) {
    for (auto& [at, exchange] : under_way_) {
        if (exchange.handle != handle) continue;
        exchange.answer = {};
        exchange.answer.error = http::TransportError::Cancelled;
    }
}

void ScenarioReceiver::pump() {
    while (!under_way_.empty() && under_way_.begin()->first <= clock_.now()) {
        Exchange exchange = std::move(under_way_.begin()->second);
        under_way_.erase(under_way_.begin());
        exchange.completion(std::move(exchange.answer));
    }
}

TimePoint ScenarioReceiver::nextDue() const {
    return under_way_.empty() ? TimePoint::max() : under_way_.begin()->first;
}

}  // namespace ferry::test
