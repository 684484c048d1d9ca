// Goal: what instances cost that do nothing: memory, start-up, and reading their file.
// Method: resident memory of a hub that has been up for some seconds, with 1 and with 100,000
// running instances in its store; the time from start to /readyz. Their drains are held by a
// provider that accepts and never answers. `ferry lint` of a file of 10,000 instances, and how much
// later a hub is ready that applies it to an empty store.

#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/hub_process.h"
#include "bench/receiver.h"
#include "bench/seed.h"
#include "support/temp_dir.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

namespace ferry::bench {

namespace {

struct Idle {
    double kib = 0;
    double start_seconds = 0;
};

/// A hub with `count` instances. The provider refuses at once (`is_silent` false) or never answers.
Result<Idle> idleHub(std::size_t count, int seconds) {
    const test::TempDir folder;
    const SilentServer provider;
    const Seed seed{folder.path(), "key", "secret", count, [](std::size_t i) {
                        return SeedInstance{
                            fmt::format("dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRo{:06}", i),
                            i < 1'000 ? "token" : "",
                            "refresh",
                            fmt::format("http://127.0.0.1:9/events/{}", i % 100)
                        };
                    }};
    FERRY_TRY(seedInstances(seed));
    FERRY_TRY_ASSIGN(const auto hub, HubProcess::start({folder.path(), provider.url(), {}}));
    ::sleep(static_cast<unsigned>(seconds));
    return Idle{hub->process().residentKib(), hub->startSeconds()};
}

void writeInstances(const std::filesystem::path& path, std::size_t count) {
    std::ofstream out(path);
    out << "instances:\n";
    for (std::size_t i = 0; i < count; ++i) {
        out << "  - name: account-" << i << "\n    key: dropbox\n    tags: [tenant-" << i % 100
            << "]\n    configuration:\n      authentication.type: oauth2\n"
            << "      oauth.api.key: abcdefghijklmno\n      oauth.api.secret: onmlkjihgfedcba\n"
            << "      oauth.callback.url: https://hub.example.com/oauth/callback\n"
            << "      oauth.user.refresh_token: 'refresh-" << i << "'\n"
            << "      event.notification.enabled: true\n"
            << "      event.notification.callback.url: https://app.example.com/events/" << i % 100
            << "\n      event.notification.signature.key: signing-key-" << i << "\n";
    }
}

Status lintAndApply(Report& report, std::size_t count) {
    const test::TempDir folder;
    const SilentServer provider;
    const std::filesystem::path file = folder.path() / "instances.yaml";
    const HubSetup setup{folder.path(), provider.url(), file};

    writeInstances(file, 1);
    double with_one = 0;
    {
        FERRY_TRY_ASSIGN(const auto hub, HubProcess::start(setup));
        with_one = hub->startSeconds();
    }
    writeInstances(file, count);
    const std::filesystem::path config = writeConfig(setup);
    const auto begin = Steady::now();
    FERRY_TRY_ASSIGN(
        Process lint,
        Process::start(
            {(buildFolder() / "bin" / "ferry").string(), "--config", config.string(), "lint"},
            folder.path() / "lint.log"
        )
    );
    while (lint.isRunning())
        ::usleep(2'000);
    const double lint_seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    const std::string lint_log = readFile(folder.path() / "lint.log");
    if (lint_log.find("0 errors") == std::string::npos) {
        return fail(ErrorCode::InvalidArgument, "lint: " + lint_log.substr(0, 300));
    }
    FERRY_TRY_ASSIGN(const auto hub, HubProcess::start(setup));
    if (readFile(folder.path() / "hub.log").find(fmt::format("created={}", count - 1)) ==
        std::string::npos) {
        return fail(ErrorCode::Internal, "the file was not applied");
    }
    const double apply_seconds = hub->startSeconds() - with_one;
    report.add(
        {"scale.lint",
         lint_seconds,
         "s",
         Target::Below,
         3,
         0,
         fmt::format("`ferry lint` of {} instances", count)}
    );
    report.add(
        {"scale.lint_and_apply",
         apply_seconds,
         "s",
         Target::Below,
         3,
         0,
         "a hub reads, lints and applies the same file"}
    );
    return {};
}

Status run(Report& report) {
    const std::size_t many = report.isQuick() ? 5'000 : 100'000;
    const int settle = report.isQuick() ? 1 : 5;
    FERRY_TRY_ASSIGN(const Idle one, idleHub(1, settle));
    report.add({"scale.idle_memory", one.kib / 1024, "MiB", Target::Below, 40, 0, "one instance"});
    FERRY_TRY_ASSIGN(const Idle all, idleHub(many, settle));
    report.add(
        {"scale.memory_per_instance",
         (all.kib - one.kib) * 1024 / static_cast<double>(many - 1),
         "bytes",
         Target::Below,
         1024,
         0,
         fmt::format("{} instances: {:.1f} MiB", many, all.kib / 1024)}
    );
    report.add(
        {"scale.start",
         all.start_seconds,
         "s",
         Target::Below,
         5,
         0,
         fmt::format("with {}; with one {:.2f} s", many, one.start_seconds)}
    );
    return lintAndApply(report, report.isQuick() ? 1'000 : 10'000);
}

}  // namespace

void benchScale(Report& report) {
    report.heading("what idle instances cost");
    if (const Status status = run(report); !status) {
        report.fail("scale: " + status.error().message);
    }
}

}  // namespace ferry::bench
