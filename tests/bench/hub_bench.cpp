// Goal: the figures that the hub promises, each beside what the machine does without it.
// Method: a `ferry serve` of its own for each benchmark, with clients, provider and callbacks in
// this process. Run by tests/bench/run.

#include "bench/benches.h"
#include "bench/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Bench {
    const char* name;
    void (*run)(ferry::bench::Report&);
};
constexpr Bench kBenches[] = {
    {"intake", ferry::bench::benchIntake},
    {"changes", ferry::bench::benchChanges},
    {"flow", ferry::bench::benchFlow},
    {"delivery", ferry::bench::benchDelivery},
    {"backlog", ferry::bench::benchBacklog},
    {"isolation", ferry::bench::benchIsolation},
    {"replay", ferry::bench::benchReplay},
    {"api", ferry::bench::benchApi},
    {"plugin", ferry::bench::benchPlugin},
    {"catalog", ferry::bench::benchCatalog},
    {"scale", ferry::bench::benchScale},
};

int usage() {
    fmt::print(stderr, "usage: hub_bench [--quick] [--json] [NAME]...\n  NAME: one of");
    for (const Bench& bench : kBenches)
        fmt::print(stderr, " {}", bench.name);
    fmt::print(stderr, "\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    bool is_quick = false;
    bool is_json = false;
    std::vector<std::string> wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--quick") {
            is_quick = true;
        } else if (argument == "--json") {
            is_json = true;
        } else if (std::any_of(std::begin(kBenches), std::end(kBenches), [&](const Bench& bench) {
                       return argument == bench.name;
                   })) {
            wanted.push_back(argument);
        } else {
            return usage();
        }
    }
    std::signal(SIGPIPE, SIG_IGN);
    ferry::bench::Report report(is_quick, is_json);
    report.heading(fmt::format(
        "{} cores, load average {:.2f} at the start",
        std::thread::hardware_concurrency(),
        ferry::bench::loadAverage()
    ));
    for (const Bench& bench : kBenches) {
        const bool is_wanted =
            wanted.empty() || std::find(wanted.begin(), wanted.end(), bench.name) != wanted.end();
        if (is_wanted) bench.run(report);
    }
    return report.finish();
}
