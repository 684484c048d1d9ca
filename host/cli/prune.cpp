// ferry prune: drops what is old, while no hub does it.

#include "app/housekeeping.h"
#include "app/signals.h"
#include "base/duration_text.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

namespace ferry::cli {

namespace {

/// Rows that a call of the store looks at without dropping them, at least.
constexpr std::int64_t kExaminedRows = 2'000;

struct PruneOptions {
    std::string older_than;  ///< empty: retention.age
    bool is_dry_run = false;
};

/// Rows of the store that are old; also how many went.
struct Counts {
    std::int64_t events = 0;
    std::int64_t deliveries = 0;
    std::int64_t dead = 0;  ///< of the deliveries
    std::int64_t replays = 0;

    std::int64_t all() const { return events + deliveries + replays; }
};

/// They are in the order of their deaths.
Result<std::int64_t> countDead(store::Store& store, TimePoint before) {
    constexpr std::size_t kPage = 1'000;
    std::int64_t count = 0;
    TimePoint after{};
    DeliveryId last;
    for (;;) {
        FERRY_TRY_ASSIGN(const auto page, store.deliveries().dead(after, last, kPage));
        for (const store::DeadDelivery& one : page) {
            if (one.finished_at >= before) return count;
            ++count;
            after = one.finished_at;
            last = one.id;
        }
        if (page.size() < kPage) return count;
    }
}

Result<Counts> countOld(store::Store& store, TimePoint before) {
    Counts old;
    FERRY_TRY_ASSIGN(const EventNumber end, store.eventSearch().firstAt(before));
    FERRY_TRY_ASSIGN(old.events, store.events().countBelow(end, InstanceId()));
    FERRY_TRY_ASSIGN(old.deliveries, store.deliveries().countFinished(before));
    FERRY_TRY_ASSIGN(old.dead, countDead(store, before));
    return old;
}

Result<Counts> dropSome(store::Store& store, TimePoint before) {
    Counts dropped;
    FERRY_TRY_ASSIGN(
        const std::size_t deliveries, store.deliveries().prune(before, app::kPruneRows)
    );
    FERRY_TRY_ASSIGN(const std::size_t events, store.events().prune(before, app::kPruneRows));
    FERRY_TRY_ASSIGN(const std::size_t replays, store.replays().prune(before, app::kPruneRows));
    dropped.deliveries = static_cast<std::int64_t>(deliveries);
    dropped.events = static_cast<std::int64_t>(events);
    dropped.replays = static_cast<std::int64_t>(replays);
    return dropped;
}

std::string describe(const Counts& dropped, const Counts& old) {
    return fmt::format(
        "{} of {} events, {} of {} finished deliveries",
        dropped.events,
        old.events,
        dropped.deliveries,
        old.deliveries
    );
}

/// What nobody got is worth a word of its own.
void tellOfDead(const Counts& old, std::string_view more) {
    if (old.dead == 0) return;
    std::cout << fmt::format(
        "dead letters among them, which were never delivered: {}{}\n", old.dead, more
    );
}

/// Until nothing is left to drop, or somebody stops it. What waits for a callback holds its events,
/// and the store looks at a part of them in one call: only after a whole round without a row is
/// there nothing left.
Result<Counts> dropAll(store::Store& store, TimePoint before, const Counts& old) {
    app::Signals signals;
    ProgressLine progress;
    Counts dropped;
    const std::int64_t rounds_without = old.all() / kExaminedRows + 2;
    for (std::int64_t without = 0; without < rounds_without;) {
        FERRY_TRY_ASSIGN(const Counts some, dropSome(store, before));
        dropped.events += some.events;
        dropped.deliveries += some.deliveries;
        dropped.replays += some.replays;
        without = some.all() == 0 ? without + 1 : 0;
        progress.show("dropped " + describe(dropped, old));
        if (signals.wait(Milliseconds(0)) == app::Signal::Stop) break;
    }
    progress.clear();
    return dropped;
}

int failAsHubRuns(const config::HubConfig& config) {
    return failWith(fmt::format(
        "a hub is running on this store, and drops what is older than retention.age ({}) by "
        "itself. "
        "To drop more, lower retention.age in ferry.yaml and start it again, or stop it and run "
        "this; '--dry-run' says how much there is",
        durationText(config.retention.age)
    ));
}

int preview(const config::HubConfig& config, TimePoint before) {
    const auto store = openStore(config);
    if (!store) return kExitFailed;
    const auto old = countOld(*store, before);
    if (!old) return failWith(old.error().message);
    std::cout << fmt::format(
        "from before {}: {} events, {} finished deliveries. Would be dropped, but for what "
        "deliveries that wait, or dead letters that are younger, need\n",
        formatRfc3339(before),
        old->events,
        old->deliveries
    );
    tellOfDead(*old, "; 'ferry deliveries redeliver' sends them as long as they are there");
    return kExitOk;
}

int prune(const GlobalOptions& globals, const PruneOptions& options) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto age = options.older_than.empty() ? std::optional(config->retention.age)
                                                : parseDuration(options.older_than);
    if (!age) return failWith("--older-than is a time such as 7d or 12h");
    const SystemClock clock;
    const TimePoint before = clock.wallNow() - *age;
    if (options.is_dry_run) return preview(*config, before);

    // Not before there is one: opening it to write would make it.
    if (!openStore(*config)) return kExitFailed;
    const auto is_running = isHubRunning(*config);
    if (!is_running) return failWith(is_running.error().message);
    if (*is_running) return failAsHubRuns(*config);
    const auto store = store::sqlite::SqliteStore::open(storeFile(*config));
    if (!store) return failWith(store.error().message);
    const auto old = countOld(**store, before);
    if (!old) return failWith(old.error().message);
    const auto dropped = dropAll(**store, before, *old);
    if (!dropped) return failWith(dropped.error().message);
    std::cout << fmt::format(
        "dropped from before {}: {}\n", formatRfc3339(before), describe(*dropped, *old)
    );
    tellOfDead(*old, "");
    if (dropped->events < old->events || dropped->deliveries < old->deliveries) {
        std::cout << "the others stay: deliveries that wait, or dead letters that are younger, "
                     "need them\n";
    }
    return kExitOk;
}

}  // namespace

void addPrune(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand(
        "prune", "Drop old events and finished deliveries, dead letters among them"
    );
    const auto options = std::make_shared<PruneOptions>();
    command->add_option(
        "--older-than", options->older_than, "Age such as 7d or 12h (default: retention.age)"
    );
    command->add_flag("--dry-run", options->is_dry_run, "Only say how much there is");
    command->footer(
        "A running hub drops what is old by itself, as 'retention' in ferry.yaml says; this is "
        "for\n"
        "while none runs. Ctrl-C stops it after the rows under way. The file does not shrink: "
        "what\n"
        "is free in it is used again."
    );
    command->callback([&run, &globals, options] {
        run = [&globals, options] { return prune(globals, *options); };
    });
}

}  // namespace ferry::cli
