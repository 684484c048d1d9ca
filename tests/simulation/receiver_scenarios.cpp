#include "simulation/receiver_scenarios.h"

namespace ferry::test {
namespace {

using namespace std::chrono_literals;
using http::TransportError;

const std::vector<double> kStandard{
    0, 5, 305, 2'105, 9'305, 27'305, 63'305, 113'705, 185'705, 272'105};

/// It fails so, and is well from `from` on.
std::vector<Phase> until(std::chrono::seconds from, Behaviour behaviour) {
    return {{0s, std::move(behaviour)}, {from, answers(200)}};
}

void addStatuses(std::vector<Scenario>& all) {
    all.push_back({"WellReceiver", {{0s, answers(200)}}, {0}});
    all.push_back({"SlowWithinTheTimeOut", {{0s, takesTime(14s)}}, {0}});
    all.push_back({"NoContent", {{0s, answers(204)}}, {0}});
    all.push_back(
        {"DownForEverUsesUpTheSchedule",
         {{0s, answers(500)}},
         kStandard,
         EndState::Dead,
         {"status"}}
    );
    all.push_back(
        {"DownForThreeHours",
         until(3h, answers(500)),
         {0, 5, 305, 2'105, 9'305, 27'305},
         EndState::Delivered,
         {"status", "status", "status", "status", "status", ""}}
    );
    all.push_back(
        {"NotFoundIsTriedAgain",
         until(1s, answers(404)),
         {0, 5},
         EndState::Delivered,
         {"status", ""}}
    );
    Behaviour redirect = answers(302);
    redirect.location = "https://elsewhere.test/";
    all.push_back(
        {"RedirectIsNotFollowed", until(1s, redirect), {0, 5}, EndState::Delivered, {"status", ""}}
    );
    all.push_back({"GoneDisablesAtOnce", {{0s, answers(410)}}, {0}, EndState::Disabled, {"status"}}
    );
    all.push_back(
        {"GoneAfterAFailure",
         {{0s, answers(500)}, {1s, answers(410)}},
         {0, 5},
         EndState::Disabled,
         {"status"}}
    );
}

void addSlowingDown(std::vector<Scenario>& all) {
    const std::vector<std::string> once{"status", ""};
    const auto add = [&](const char* name, Behaviour first, std::vector<double> attempts) {
        all.push_back(
            {name, until(1s, std::move(first)), std::move(attempts), EndState::Delivered, once}
        );
    };
    add("TooManyRequestsSlowsDown", answers(429), {0, 60});
    add("BadGatewaySlowsDown", answers(502), {0, 60});
    add("GatewayTimeOutSlowsDown", answers(504), {0, 60});
    add("UnavailableDoesNot", answers(503), {0, 5});
    add("RetryAfterInSeconds", answers(429, "120"), {0, 120});
    add("RetryAfterOfAnyStatus", answers(503, "30"), {0, 30});
    add("RetryAfterSoonerThanTheSchedule", answers(503, "1"), {0, 5});
    add("RetryAfterBeyondItsCeiling", answers(429, "864000"), {0, 86'400});
    add("RetryAfterOfNoSense", answers(429, "soon"), {0, 60});
    Behaviour date = answers(429);
    date.retry_date_in = 3'600s;
    add("RetryAfterAsADate", date, {0, 3'600});
    all.push_back(
        {"RetryAfterHoldsUpTheOthers",
         until(1s, answers(429, "600")),
         {0, 600},
         EndState::Delivered,
         once,
         {},
         5}
    );
    all.back().all_by = 610s;
    all.push_back(
        {"TheOriginalsScheduleIsNotSlowedDown",
         until(1s, answers(502)),
         {0, 4},
         EndState::Delivered,
         once,
         {{"retry.schedule", "open-connectors-9"}}}
    );
}

void addTransport(std::vector<Scenario>& all) {
    const auto add = [&](const char* name, TransportError error, const char* error_class) {
        all.push_back(
            {name, until(1s, fails(error)), {0, 5}, EndState::Delivered, {error_class, ""}}
        );
    };
    add("NameNotResolved", TransportError::Dns, "dns");
    add("NoConnection", TransportError::Connect, "connect");
    add("TlsFails", TransportError::Tls, "tls");
    add("ClosedInTheMiddle", TransportError::Reset, "reset");
    add("AddressNotAllowed", TransportError::Refused, "refused");
    Behaviour huge = answers(200);
    huge.error = TransportError::TooLarge;
    all.push_back({"HugeAnswerOfOneThatTookIt", {{0s, huge}}, {0}});
    huge.status = 500;
    all.push_back(
        {"HugeAnswerOfOneThatDidNot", until(1s, huge), {0, 5}, EndState::Delivered, {"status", ""}}
    );
    // Each attempt takes its time-out, and the wait begins after it.
    all.push_back(
        {"HangsForEver",
         {{0s, takesTime(24h)}},
         {0, 18, 92, 614, 4'720, 37'498},
         EndState::Dead,
         {"timeout"},
         {{"retry.schedule", "open-connectors-5"}, {"timeout", "10s"}}}
    );
    all.push_back(
        {"HangsForAnHour",
         until(1h, takesTime(24h)),
         {0, 20, 335, 2'150, 9'365},
         EndState::Delivered,
         {"timeout", "timeout", "timeout", "timeout", ""}}
    );
}

void addPolicies(std::vector<Scenario>& all) {
    all.push_back(
        {"AListOfWaits",
         {{0s, answers(500)}},
         {0, 10, 310},
         EndState::Dead,
         {"status"},
         {{"retry.schedule", "10s, 5m"}},
         1,
         0.2}
    );
    all.push_back(
        {"ThePolicyQueueDisables",
         {{0s, answers(500)}},
         {0, 8, 72, 584, 4'680, 37'448},
         EndState::Disabled,
         {"status"},
         {{"retry.schedule", "open-connectors-5"}, {"retry.policy", "queue"}},
         1}
    );
    // The breaker leaves it alone, and one of them finds out that it is back.
    all.push_back(
        {"ABacklogAfterAnOutage", until(6h, answers(500)), {}, EndState::Delivered, {}, {}, 200}
    );
    all.back().all_by = 7h;
    all.push_back(
        {"TheRateIsKept",
         {{0s, answers(200)}},
         {0},
         EndState::Delivered,
         {""},
         {{"rate.limit", "1/s"}},
         100}
    );
    all.back().all_by = 100s;
    all.push_back(
        {"ARestartKeepsTheSchedule",
         until(3h, answers(500)),
         {0, 5, 305, 2'105, 9'305, 27'305},
         EndState::Delivered,
         {"status", "status", "status", "status", "status", ""}}
    );
    all.back().restarts = {10s, 400s, 5'000s, 20'000s};
    all.push_back(
        {"InOrderEachObjectWaitsForItself",
         until(3h, answers(500)),
         {0, 5, 305, 2'105, 9'305, 27'305},
         EndState::Delivered,
         {"status", "status", "status", "status", "status", ""},
         {{"ordering", "object"}}}
    );
    all.back().restarts = {10s, 400s, 5'000s, 20'000s};
    all.push_back(
        {"InOrderABacklogAfterAnOutage",
         until(6h, answers(500)),
         {},
         EndState::Delivered,
         {},
         {{"ordering", "object"}},
         200}
    );
    all.back().all_by = 10h;
}

}  // namespace

std::vector<Scenario> receiverScenarios() {
    std::vector<Scenario> all;
    addStatuses(all);
    addSlowingDown(all);
    addTransport(all);
    addPolicies(all);
    return all;
}

}  // namespace ferry::test
