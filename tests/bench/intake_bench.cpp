// Goal: webhooks answered only after their notices are on disk, a second, with 64 clients.
// Method: signed notifications for 10,000 accounts in turn, at a `ferry serve` of its own and, with
// the same client, at nginx with a bare `return 200`. The drains that the notices ask for are held:
// the provider's address accepts and never answers, so the 64 drains that may run at once wait for
// it and all others stay in the queue.

#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/hub_process.h"
#include "bench/receiver.h"
#include "bench/seed.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temp_dir.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace ferry::bench {

namespace {

constexpr int kClients = 64;
constexpr std::size_t kAccounts = 10'000;
constexpr std::string_view kSecret = "bench app secret";

std::string accountOf(std::size_t number) {
    return fmt::format("dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRo{:05}", number);
}

Result<Process> startNginx(const std::filesystem::path& folder, std::uint16_t port) {
    std::ofstream out(folder / "nginx.conf");
    out << "worker_processes 2;\ndaemon off;\nmaster_process on;\npid " << folder.string()
        << "/nginx.pid;\nerror_log /dev/null;\nevents { worker_connections 1024; }\n"
        << "http { access_log off; keepalive_requests 100000000; keepalive_timeout 60s;\n"
        << "  client_body_temp_path " << folder.string() << "/body;\n"
        << "  server { listen 127.0.0.1:" << port << "; location / { return 200; } } }\n";
    out.close();
    FERRY_TRY_ASSIGN(
        Process nginx,
        Process::start(
            {"nginx", "-p", folder.string(), "-c", (folder / "nginx.conf").string()},
            folder / "nginx.log"
        )
    );
    ::usleep(300'000);
    if (!nginx.isRunning()) {
        return fail(ErrorCode::Unavailable, "nginx: " + readFile(folder / "nginx.log"));
    }
    return nginx;
}

std::uint16_t freePort() {
    // Taken and given back: nobody else asks this machine for that one in between.
    const SilentServer server;
    return static_cast<std::uint16_t>(std::atoi(server.url().c_str() + 17));
}

/// Marks a second of the bare store, with as many threads as the hub's server has busy.
double bareMarks(const std::filesystem::path& folder, double seconds) {
    auto store = store::sqlite::SqliteStore::open((folder / "data" / "ferry.db").string());
    if (!store) return 0;
    std::atomic<bool> is_over{false};
    std::atomic<std::uint64_t> done{0};
    std::vector<std::thread> threads;
    const SystemClock clock;
    for (int t = 0; t < kClients; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = static_cast<std::size_t>(t) * 157; !is_over; ++i) {
                const InstanceId id(static_cast<std::int64_t>(i % kAccounts) + 1);
                if ((*store)->notices().mark(std::span(&id, 1), clock.now())) ++done;
            }
        });
    }
    ::usleep(static_cast<useconds_t>(seconds * 1e6));
    is_over = true;
    for (std::thread& thread : threads)
        thread.join();
    return static_cast<double>(done) / seconds;
}

}  // namespace

void benchIntake(Report& report) {
    const std::chrono::milliseconds duration(report.isQuick() ? 1'000 : 8'000);
    report.heading(fmt::format(
        "durable webhook intake: {} keep-alive clients, {} accounts, {} s",
        kClients,
        kAccounts,
        duration.count() / 1000
    ));
    const test::TempDir folder;
    const SilentServer provider;
    const Seed seed{folder.path(), "key", std::string(kSecret), kAccounts, [](std::size_t i) {
                        return SeedInstance{accountOf(i), "token", "refresh", ""};
                    }};
    if (const Status seeded = seedInstances(seed); !seeded) {
        return report.fail("intake: " + seeded.error().message);
    }
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < kAccounts; ++i)
        requests.push_back(notification(std::string(kSecret), accountOf(i)));

    const std::uint16_t nginx_port = freePort();
    auto nginx = startNginx(folder.path(), nginx_port);
    if (!nginx) return report.fail("intake: " + nginx.error().message);
    // Before and after, so that a machine that changes its mind shows.
    LoadResult bare = closedLoop(nginx_port, kClients, requests, duration / 2);
    const double marks = bareMarks(folder.path(), report.isQuick() ? 0.5 : 3);

    auto hub = HubProcess::start({folder.path(), provider.url(), {}});
    if (!hub) return report.fail("intake: " + hub.error().message);
    closedLoop((*hub)->port(), kClients, requests, std::chrono::milliseconds(500));
    const double cpu_before = (*hub)->process().cpuSeconds();
    const double own_before = ownCpuSeconds();
    LoadResult load = closedLoop((*hub)->port(), kClients, requests, duration);
    const double cpu = (*hub)->process().cpuSeconds() - cpu_before;
    const double own = ownCpuSeconds() - own_before;
    const double marked = (*hub)->metric("ferry_notices_marked_total");
    LoadResult bare_after = closedLoop(nginx_port, kClients, requests, duration / 2);

    if (load.failed + load.broken > 0) {
        report.fail(fmt::format(
            "intake: {} requests refused, {} connections broken", load.failed, load.broken
        ));
    }
    if (marked < static_cast<double>(load.answered)) report.fail("intake: not all were marked");
    const auto answered = static_cast<double>(load.answered);
    const double nginx_rate = (bare.perSecond() + bare_after.perSecond()) / 2;
    report.add(
        {"intake.requests",
         load.perSecond(),
         "/s",
         Target::AtLeast,
         15'000,
         nginx_rate,
         fmt::format(
             "bound: nginx `return 200`, {:.0f}/s before and {:.0f}/s after",
             bare.perSecond(),
             bare_after.perSecond()
         )}
    );
    report.add({"intake.of_nginx", load.perSecond() / nginx_rate, "", Target::AtLeast, 0.25, 0, ""}
    );
    report.add(
        {"intake.p50", load.percentileMs(0.5), "ms", Target::None, 0, bare.percentileMs(0.5), ""}
    );
    report.add(
        {"intake.p99", load.percentileMs(0.99), "ms", Target::Below, 25, bare.percentileMs(0.99), ""
        }
    );
    report.add(
        {"intake.bare_marks",
         marks,
         "/s",
         Target::None,
         0,
         0,
         fmt::format("the store alone, {} threads", kClients)}
    );
    report.add(
        {"intake.cpu",
         cpu * 1e6 / answered,
         "us each",
         Target::None,
         0,
         0,
         fmt::format("of the hub; the client's {:.1f}", own * 1e6 / answered)}
    );
}

}  // namespace ferry::bench
