// Goal: how fast callbacks go out, and that a long queue costs no more than a short one.
// Method: deliveries are put into the store as drains would have committed them, then a hub is
// started and all of them arrive at one fast receiver in this process. `rate` has full pages for
// one callback; its bound is a bare libcurl multi loop that posts bodies of the same size to the
// same receiver. `backlog` has single events for 100 callbacks: ten thousand of them, several times
// over, before and after a million; rates are taken from the 1,000th arrival on, and resident
// memory at its highest.

#include "bench/backlog.h"
#include "bench/bare_curl.h"
#include "bench/benches.h"
#include "bench/hub_process.h"
#include "bench/receiver.h"
#include "bench/seed.h"
#include "support/temp_dir.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace ferry::bench {

namespace {

constexpr int kConnections = 64;  // of the one callback, and of the bare loop
constexpr std::uint64_t kWarmUp = 1'000;

struct Work {
    std::size_t callbacks = 1;
    std::uint64_t deliveries = 0;
    std::int64_t events_each = 20;
    int concurrency_per_callback = 4;
};

struct Drained {
    double per_second = 0;
    double hub_us_each = 0;  ///< processor time
    double highest_mib = 0;
    double body_bytes = 0;  ///< of a callback, on average
};

/// Fills a store, starts a hub, and waits until everything has arrived.
Result<Drained> drain(const Work& work) {
    const test::TempDir folder;
    const SilentServer provider;
    Receiver receiver(0);
    const Seed seed{folder.path(), "key", "secret", work.callbacks, [&](std::size_t i) {
                        return SeedInstance{
                            fmt::format("dbid:{}", i),
                            "token",
                            "refresh",
                            fmt::format("http://127.0.0.1:{}/events/{}", receiver.port(), i)};
                    }};
    FERRY_TRY(seedInstances(seed));
    const auto events_each = static_cast<std::size_t>(work.events_each);
    FERRY_TRY(seedBacklog(
        {folder.path(), work.callbacks, work.deliveries * events_each, work.events_each}
    ));
    FERRY_TRY_ASSIGN(
        const auto hub,
        HubProcess::start({folder.path(), provider.url(), {}, work.concurrency_per_callback})
    );
    const auto deadline = Steady::now() + std::chrono::seconds(60 + work.deliveries / 1'000);
    while (receiver.requests() < kWarmUp && Steady::now() < deadline)
        ::usleep(100);
    Drained drained;
    const std::uint64_t first = receiver.requests();
    const auto begin = Steady::now();
    const double cpu = hub->process().cpuSeconds();
    while (receiver.requests() < work.deliveries && Steady::now() < deadline) {
        ::usleep(2'000);
        drained.highest_mib = std::max(drained.highest_mib, hub->process().residentKib() / 1024);
    }
    const std::chrono::duration<double> took = Steady::now() - begin;
    const std::uint64_t arrived = receiver.requests();
    if (arrived < work.deliveries) {
        return fail(ErrorCode::Internal, fmt::format("{} of {} arrived", arrived, work.deliveries));
    }
    const auto counted = static_cast<double>(arrived - first);
    drained.per_second = counted / took.count();
    drained.hub_us_each = (hub->process().cpuSeconds() - cpu) * 1e6 / counted;
    receiver.stop();
    drained.body_bytes = static_cast<double>(receiver.bodyBytes()) / static_cast<double>(arrived);
    return drained;
}

double bareRate(double body_bytes, std::uint64_t count) {
    const Receiver receiver(0);
    return barePosts(
        fmt::format("http://127.0.0.1:{}/events/0", receiver.port()),
        std::string(static_cast<std::size_t>(body_bytes), 'x'),
        kConnections,
        count
    );
}

Status runRate(Report& report) {
    const std::uint64_t count = report.isQuick() ? 3'000 : 50'000;
    FERRY_TRY_ASSIGN(const Drained full, drain({1, count, 20, kConnections}));
    const double bare = bareRate(full.body_bytes, count);
    const double wanted = std::min(10'000.0, 0.6 * bare);
    report.add(
        {"delivery.rate",
         full.per_second,
         "/s",
         Target::AtLeast,
         wanted,
         bare,
         fmt::format(
             "callbacks of 20 events and {:.1f} KB; the target is the lower of 10,000 and 0.6 of "
             "the bound, a bare libcurl loop",
             full.body_bytes / 1e3
         )}
    );
    report.add({"delivery.events", full.per_second * 20, "/s", Target::None, 0, 0, ""});
    report.add({"delivery.cpu", full.hub_us_each, "us each", Target::None, 0, 0, "of the hub"});
    return {};
}

Status runBacklog(Report& report) {
    const std::uint64_t few = report.isQuick() ? 1'500 : 10'000;
    const std::uint64_t many = report.isQuick() ? 3'000 : 1'000'000;
    std::vector<double> rates;
    std::vector<double> few_us;
    double few_mib = 0;
    // Before and after, as machines change their speed.
    const auto drainFew = [&](int times) -> Status {
        for (int i = 0; i < times; ++i) {
            FERRY_TRY_ASSIGN(const Drained drained, drain({100, few, 1, 4}));
            rates.push_back(drained.per_second);
            few_us.push_back(drained.hub_us_each);
            few_mib = std::max(few_mib, drained.highest_mib);
        }
        return {};
    };
    const int times = report.isQuick() ? 1 : 4;
    FERRY_TRY(drainFew(times));
    FERRY_TRY_ASSIGN(const Drained all, drain({100, many, 1, 4}));
    FERRY_TRY(drainFew(times));
    std::sort(rates.begin(), rates.end());
    std::sort(few_us.begin(), few_us.end());
    const double few_rate = rates[rates.size() / 2];
    report.add(
        {"backlog.rate",
         all.per_second / few_rate,
         "",
         Target::AtLeast,
         0.9,
         0,
         fmt::format(
             "{:.0f}/s with {} waiting; {:.0f}/s with {} (median; {:.0f} to {:.0f})",
             all.per_second,
             many,
             few_rate,
             few,
             rates.front(),
             rates.back()
         )}
    );
    report.add(
        {"backlog.memory",
         all.highest_mib - few_mib,
         "MiB",
         Target::Below,
         20,
         0,
         fmt::format("more at the highest; {:.1f} MiB with {}", few_mib, few)}
    );
    report.add(
        {"backlog.cpu",
         all.hub_us_each,
         "us each",
         Target::None,
         0,
         0,
         fmt::format("of the hub; {:.1f} with {} (median)", few_us[few_us.size() / 2], few)}
    );
    return {};
}

}  // namespace

void benchDelivery(Report& report) {
    report.heading("callbacks to one fast receiver");
    if (const Status status = runRate(report); !status) {
        report.fail("delivery: " + status.error().message);
    }
}

void benchBacklog(Report& report) {
    report.heading("deliveries that wait");
    if (const Status status = runBacklog(report); !status) {
        report.fail("backlog: " + status.error().message);
    }
}

}  // namespace ferry::bench
