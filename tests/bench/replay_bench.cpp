// Goal: a replay of the whole log beside live traffic does not keep webhooks waiting.
// Method: a million events of 100 instances in the log. Signed notifications for 10,000 other
// accounts come at a steady rate, open loop; in turns without a replay, with one of everything at
// the default rate, and with one at ten times that, to a fast receiver. The latency is from the
// time a notification was due until it was answered. What is aimed at is the default rate; the
// figure at ten times that says what a raised `rate` costs.

#include "bench/backlog.h"
#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/hub_process.h"
#include "bench/receiver.h"
#include "bench/seed.h"
#include "support/temp_dir.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

namespace ferry::bench {

namespace {

constexpr std::size_t kReplayed = 100;
constexpr std::size_t kOthers = 10'000;
constexpr std::size_t kPerSecond = 2'000;
/// Events a second of the replays: the default, and ten times that.
constexpr std::array<int, 2> kReplayRates = {1'000, 10'000};
constexpr std::string_view kSecret = "bench app secret";
constexpr std::string_view kReplays = "/elements/api-v2/instances/events/replays";

std::string accountOf(std::size_t number) {
    return fmt::format("dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRo{:05}", number);
}

std::string call(std::string_view method, const std::string& path, const std::string& body) {
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: User {}, Organization {}\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        method,
        path,
        kApiUserSecret,
        kApiOrganizationSecret,
        body.size(),
        body
    );
}

/// Starts a replay of everything at `rate` events a second; gives its id.
Result<std::string> startReplay(const HubProcess& hub, int rate) {
    const std::string body = fmt::format(R"({{"from":"2020-01-01T00:00:00Z","rate":{}}})", rate);
    const std::string answer = askWhole(hub.port(), call("POST", std::string(kReplays), body));
    constexpr std::string_view kId = "\"id\":";
    const auto at = answer.find(kId);
    if (!answer.starts_with("HTTP/1.1 2") || at == std::string::npos) {
        return fail(ErrorCode::Internal, "no replay: " + answer.substr(0, 300));
    }
    std::string id = answer.substr(at + kId.size());
    id = id.substr(0, id.find_first_of(",}"));
    std::erase(id, '"');
    return id;
}

Status cancelReplay(const HubProcess& hub, const std::string& id) {
    const std::string answer =
        askWhole(hub.port(), call("DELETE", fmt::format("{}/{}", kReplays, id), ""));
    if (answer.starts_with("HTTP/1.1 2")) return {};
    return fail(ErrorCode::Internal, "can't cancel: " + answer.substr(0, 300));
}

LoadResult intake(
    const HubProcess& hub, const std::vector<std::string>& notices, std::size_t seconds
) {
    return openLoop(
        hub.port(),
        64,
        kPerSecond * seconds,
        Steady::now() + std::chrono::milliseconds(50),
        std::chrono::nanoseconds(1'000'000'000 / kPerSecond),
        [&](std::uint64_t i) { return std::string_view(notices[i % notices.size()]); }
    );
}

/// What the turns beside replays at one rate gave.
struct Beside {
    std::vector<double> moved;  ///< p99 to that of the turn without a replay
    std::string turns;          ///< both, in ms
    std::uint64_t callbacks = 0;
};

/// One turn of notifications while a replay at `rate` runs.
Status besideReplay(
    const HubProcess& hub,
    Receiver& receiver,
    int rate,
    const std::function<Result<double>()>& p99Ms,
    double alone,
    Beside& result
) {
    FERRY_TRY_ASSIGN(const std::string id, startReplay(hub, rate));
    const std::uint64_t before = receiver.requests();
    FERRY_TRY_ASSIGN(const double beside, p99Ms());
    result.callbacks += receiver.requests() - before;
    FERRY_TRY(cancelReplay(hub, id));
    ::usleep(500'000);  // what was made of it is delivered
    result.turns += fmt::format("{}{:.2f}/{:.2f}", result.moved.empty() ? "" : ", ", beside, alone);
    result.moved.push_back(beside / alone);
    return {};
}

Status tell(Report& report, int rate, Beside& result, std::size_t seconds, std::size_t events) {
    if (result.callbacks == 0) return fail(ErrorCode::Internal, "nothing was replayed");
    const double all_seconds = static_cast<double>(seconds * result.moved.size());
    std::sort(result.moved.begin(), result.moved.end());
    const bool is_default = rate == kReplayRates.front();
    report.add(
        {is_default ? "replay.intake_p99" : "replay.intake_p99_at_ten_times",
         result.moved[result.moved.size() / 2],
         "",
         is_default ? Target::Below : Target::None,
         is_default ? 1.2 : 0,
         0,
         fmt::format(
             "p99 of {} notifications/s beside a replay of {} events at {}/s to p99 without; "
             "{:.0f} "
             "callbacks/s meanwhile; ms: {}",
             kPerSecond,
             events,
             rate,
             static_cast<double>(result.callbacks) / all_seconds,
             result.turns
         )}
    );
    return {};
}

Status run(Report& report) {
    const std::size_t events = report.isQuick() ? 5'000 : 1'000'000;
    const std::size_t seconds = report.isQuick() ? 1 : 2;
    const test::TempDir folder;
    const SilentServer provider;
    Receiver receiver(0);
    const Seed seed{
        folder.path(), "key", std::string(kSecret), kReplayed + kOthers, [&](std::size_t i) {
            return SeedInstance{
                accountOf(i),
                "token",
                "refresh",
                i < kReplayed ? fmt::format("http://127.0.0.1:{}/events/{}", receiver.port(), i)
                              : ""};
        }};
    FERRY_TRY(seedInstances(seed));
    FERRY_TRY(seedBacklog({folder.path(), kReplayed, events, 20, true}));
    std::vector<std::string> notices;
    for (std::size_t i = 0; i < kOthers; ++i)
        notices.push_back(notification(std::string(kSecret), accountOf(kReplayed + i)));
    FERRY_TRY_ASSIGN(const auto hub, HubProcess::start({folder.path(), provider.url(), {}}));
    intake(*hub, notices, 1);

    const auto p99Ms = [&]() -> Result<double> {
        LoadResult load = intake(*hub, notices, seconds);
        // The hub ends a kept connection now and then; what was on its way is asked again.
        if (load.failed > 0) return fail(ErrorCode::Internal, "notifications were refused");
        return load.percentileMs(0.99);
    };
    std::array<Beside, kReplayRates.size()> results;
    for (int turn = 0; turn < (report.isQuick() ? 1 : 30); ++turn) {
        FERRY_TRY_ASSIGN(const double alone, p99Ms());
        for (std::size_t i = 0; i < results.size(); ++i)
            FERRY_TRY(besideReplay(*hub, receiver, kReplayRates[i], p99Ms, alone, results[i]));
    }
    for (std::size_t i = 0; i < results.size(); ++i)
        FERRY_TRY(tell(report, kReplayRates[i], results[i], seconds, events));
    return {};
}

}  // namespace

void benchReplay(Report& report) {
    report.heading("a replay beside live traffic");
    if (const Status status = run(report); !status) {
        report.fail("replay: " + status.error().message);
    }
}

}  // namespace ferry::bench
