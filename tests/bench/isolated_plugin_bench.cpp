// Goal: what a plugin in a process of its own costs. Method: the plugin that does nothing, served
// in this process and in one of its own; the same calls of the pipeline's seam to both, in turns.
// The bound is what they cost in this process.

#include "bench/benches.h"
#include "bench/hub_process.h"
#include "isolation/isolated_plugin.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace ferry::bench {
namespace {

using Steady = std::chrono::steady_clock;

class NoLines final : public plugin::PluginLog {
  public:
    void write(const plugin::LogLine&) override {}
};

/// Nanoseconds of one of `count` things that `body` does, in the best of seven rounds.
template <typename Body>
double best(std::size_t count, Body body) {
    double least = std::numeric_limits<double>::max();
    for (int round = 0; round < 7; ++round) {
        const auto begin = Steady::now();
        for (std::size_t i = 0; i < count; ++i)
            body();
        const std::chrono::duration<double, std::nano> took = Steady::now() - begin;
        least = std::min(least, took.count() / static_cast<double>(count));
    }
    return least;
}

struct Pair {
    NoLines log;
    SystemClock clock;
    std::shared_ptr<pipeline::Provider> here;
    std::shared_ptr<pipeline::Provider> there;
};

Status serveBoth(Pair& pair) {
    const plugin::LoadRequest request{
        buildFolder() / "bench/plugins/bench/libbench.so", "bench", "1.0.0", 1};
    const auto services = std::make_shared<plugin::HostServices>();
    auto library = plugin::PluginLibrary::load(request, services, pair.log, {});
    if (!library) return fail(ErrorCode::NotFound, library.error().message);
    auto candidate = plugin::PluginLibrary::inspect(request);
    if (!candidate) return fail(ErrorCode::NotFound, candidate.error().message);
    auto options = std::make_shared<isolation::IsolationOptions>();
    options->program = buildFolder() / "bin/ferry-plugin-host";
    auto isolated = isolation::IsolatedPlugin::load(
        std::move(*candidate), std::move(options), pair.log, pair.clock
    );
    if (!isolated) return fail(ErrorCode::NotFound, isolated.error().message);
    plugin::ProviderDescription description;
    description.key = "bench";
    FERRY_TRY_ASSIGN(pair.here, (*library)->serve(description, {"bench", {}}, pair.clock));
    FERRY_TRY_ASSIGN(pair.there, (*isolated)->serve(description, {"bench", {}}, pair.clock));
    return {};
}

Status run(Report& report) {
    Pair pair;
    FERRY_TRY(serveBoth(pair));
    bool is_good = true;
    http::Request request;
    request.method = "POST";
    request.headers.add("X-Signature", std::string(64, 'a'));
    request.body = std::string(200, 'b');
    const Secret secret("secret");
    const auto verify = [&](pipeline::Provider& provider) {
        return best(report.isQuick() ? 100 : 10'000, [&] {
            is_good = provider.verifySignature(request, secret).has_value() && is_good;
        });
    };
    const double call_here = verify(*pair.here);
    const double call_there = verify(*pair.there);
    report.add(
        {"plugin.isolated_call",
         call_there,
         "ns",
         Target::Below,
         100'000,
         call_here,
         "verifySignature in a process of its own; bound: the same in the hub"}
    );

    constexpr std::size_t kChanges = 1'000;  // of a page
    std::vector<std::string> changes;
    for (std::size_t i = 0; i < kChanges; ++i)
        changes.push_back(fmt::format("/folder/of/many/files/file-{:06}.txt", i));
    const auto normalize = [&](pipeline::Provider& provider) {
        return best(
                   report.isQuick() ? 3 : 100,
                   [&] {
                       const auto done = provider.normalize({}, changes, {});
                       is_good = is_good && done && done->size() == kChanges;
                   }
               ) /
               kChanges;
    };
    const double event_here = normalize(*pair.here);
    const double event_there = normalize(*pair.there);
    report.add(
        {"plugin.isolated_normalize",
         event_there,
         "ns",
         Target::Below,
         5'000,
         event_here,
         "an event of a page of 1,000 normalized in a process of its own; bound: in the hub"}
    );
    return is_good ? Status() : fail(ErrorCode::Internal, "an isolated call went wrong");
}

}  // namespace

void benchIsolatedPlugin(Report& report) {
    if (const Status status = run(report); !status)
        report.fail("plugin, isolated: " + status.error().message);
}

}  // namespace ferry::bench
