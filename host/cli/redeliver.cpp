#include "cli/redeliver.h"

#include "app/signals.h"
#include "base/encoding.h"
#include "base/json_writer.h"
#include "cli/delivery_filter.h"
#include "cli/hub_client.h"
#include "cli/number_option.h"
#include "cli/progress.h"
#include "cli/replay_watch.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <vector>

namespace ferry::cli {

namespace {

constexpr std::string_view kDeliveries = "/notifications/subscriptions/deliveries";

struct RedeliverOptions {
    std::vector<std::int64_t> ids;
    DeliveryFilter filter;
    bool is_all = false;
    bool is_dry_run = false;
    bool is_detached = false;
    bool is_json = false;
};

/// What the hub does, or would do.
struct Redelivered {
    std::size_t count = 0;
    std::vector<ReplayId> jobs = {};  ///< that make them due; none: they are
    /// Left out, as their callbacks are; counted if there were no others.
    std::size_t switched_off = 0;
};

/// The REST API's `where` for the query.
std::string whereOf(const store::DeliveryQuery& query) {
    std::string where = query.is_queued ? "status='queued'" : "status='retry'";
    if (query.instance) where += fmt::format(" and instanceId='{}'", query.instance.value);
    if (query.created_from != TimePoint::min()) {
        where += fmt::format(" and createdDate>='{}'", toEpochMilliseconds(query.created_from));
    }
    if (query.created_before != TimePoint::max()) {
        where += fmt::format(" and createdDate<'{}'", toEpochMilliseconds(query.created_before));
    }
    if (query.last_status) where += fmt::format(" and httpStatus='{}'", *query.last_status);
    return where;
}

Result<Redelivered> redeliverWhere(
    HubClient& hub, const std::string& where, app::Signals& signals, ProgressLine& progress
) {
    Redelivered made;
    std::string next_page;
    for (;;) {
        std::string target = fmt::format("{}?where={}", kDeliveries, percentEncode(where));
        if (!next_page.empty()) target += "&nextPage=" + percentEncode(next_page);
        FERRY_TRY_ASSIGN(const HubAnswer answer, hub.call("PUT", target));
        if (answer.body.IsArray()) made.count += answer.body.Size();
        if (answer.replay) made.jobs.push_back(answer.replay);
        next_page = answer.next_page;
        if (next_page.empty()) return made;
        progress.show(fmt::format("{} deliveries are to be made again", made.count));
        if (signals.wait(Milliseconds(0)) == app::Signal::Stop) return made;
    }
}

Result<std::size_t> countMatching(store::Store& store, const store::DeliveryQuery& query) {
    std::size_t count = 0;
    FERRY_TRY(forEach(store, query, [&](const Delivery&) {
        ++count;
        return true;
    }));
    return count;
}

/// Of those that are left out as their callbacks are switched off, if nothing else was found.
Result<std::size_t> countSwitchedOff(
    store::Store& store, store::DeliveryQuery query, const Redelivered& made
) {
    if (made.count > 0 || query.is_off != std::optional(false)) return 0;
    query.is_off = true;
    return countMatching(store, query);
}

Result<std::size_t> redeliverIds(HubClient& hub, const std::vector<std::int64_t>& ids) {
    for (const std::int64_t id : ids) {
        const std::string where = fmt::format("notificationId='{}'", id);
        FERRY_TRY_ASSIGN(
            const HubAnswer answer,
            hub.call("PUT", fmt::format("{}?where={}", kDeliveries, percentEncode(where)))
        );
        if (!answer.body.IsArray() || answer.body.Empty()) {
            return fail(ErrorCode::NotFound, fmt::format("there is no delivery {}", id));
        }
    }
    return ids.size();
}

Result<Redelivered> redeliver(
    const config::HubConfig& config,
    store::Store& store,
    const RedeliverOptions& options,
    app::Signals& signals
) {
    if (!options.ids.empty()) {
        if (options.is_dry_run) return Redelivered{options.ids.size()};
        FERRY_TRY_ASSIGN(auto hub, HubClient::connect(config));
        FERRY_TRY_ASSIGN(const std::size_t count, redeliverIds(hub, options.ids));
        return Redelivered{count};
    }
    const SystemClock clock;
    FERRY_TRY_ASSIGN(auto query, queryOf(store, options.filter, clock.wallNow()));
    query.is_queued = !options.filter.is_failing;
    if (options.filter.is_failing) query.is_off = false;
    if (options.is_dry_run) {
        FERRY_TRY_ASSIGN(const std::size_t count, countMatching(store, query));
        Redelivered made{count};
        FERRY_TRY_ASSIGN(made.switched_off, countSwitchedOff(store, query, made));
        return made;
    }
    FERRY_TRY_ASSIGN(auto hub, HubClient::connect(config));
    ProgressLine progress;
    FERRY_TRY_ASSIGN(Redelivered made, redeliverWhere(hub, whereOf(query), signals, progress));
    FERRY_TRY_ASSIGN(made.switched_off, countSwitchedOff(store, query, made));
    return made;
}

void print(const Redelivered& made, const RedeliverOptions& options) {
    if (options.is_json) {
        JsonWriter json;
        json.beginObject().field("deliveries", static_cast<std::int64_t>(made.count));
        json.field("dryRun", options.is_dry_run);
        json.field("switchedOff", static_cast<std::int64_t>(made.switched_off));
        json.key("replays").beginArray();
        for (const ReplayId id : made.jobs)
            json.number(id.value);
        json.endArray().endObject();
        std::cout << json.view() << std::endl;
        return;
    }
    const std::string_view what = options.is_dry_run  ? "would be made again"
                                  : made.jobs.empty() ? "made again, due now"
                                                      : "to be made again, a few at a time";
    std::string hint;
    if (made.switched_off > 0) {
        hint = fmt::format(
            "; {} of callbacks that are switched off: without --failing these are switched on",
            made.switched_off
        );
    } else if (made.count == 0 && options.ids.empty() && !options.filter.is_failing) {
        hint = "; those that wait come at once with --failing";
    }
    std::cout
        << fmt::format(
               "{} {} {}{}", made.count, made.count == 1 ? "delivery" : "deliveries", what, hint
           )
        << std::endl;
}

int run(const GlobalOptions& globals, const RedeliverOptions& options) {
    const DeliveryFilter& filter = options.filter;
    const bool says_which = !options.ids.empty() || options.is_all || !filter.instance.empty() ||
                            !filter.since.empty() || !filter.until.empty() || filter.status;
    if (!says_which) {
        failWith(
            "say which deliveries: their numbers, --instance, --status, --since, --until, or "
            "--all; see 'ferry deliveries redeliver --help'"
        );
        return kExitUsage;
    }
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    app::Signals signals;  // before any thread starts
    const auto made = redeliver(*config, *store, options, signals);
    if (!made) return failWith(made.error().message);
    print(*made, options);
    int exit_code = kExitOk;
    for (const ReplayId id : made->jobs) {
        if (options.is_detached || exit_code != kExitOk) break;
        exit_code = watchReplay(*config, *store, id, options.is_json, signals);
    }
    return exit_code;
}

}  // namespace

void addRedeliver(CLI::App& deliveries, const GlobalOptions& globals, Run& chosen) {
    CLI::App* command =
        deliveries.add_subcommand("redeliver", "Make deliveries wait again, due now");
    const auto options = std::make_shared<RedeliverOptions>();
    command->add_option("ID", options->ids, "These deliveries, whatever became of them")
        ->check(idOf("ferry deliveries"));
    command->add_option("--instance", options->filter.instance, "Those of this instance");
    command->add_flag("--all", options->is_all, "Those of all instances");
    addFilterOptions(*command, options->filter);
    command->add_flag("--dry-run", options->is_dry_run, "Only say how many there are");
    command->add_flag("--detach", options->is_detached, "Do not wait for a job");
    command->add_flag(
        "--json", options->is_json, "Print JSON: how many there are, then each job at its end"
    );
    command->footer(
        "Without numbers, those that are dead (out of attempts) or wait for a callback that is\n"
        "switched off are made again, or with --failing those that wait for another attempt. A\n"
        "callback that was switched off is switched on by it.\n"
        "More than four are a job as a replay is: a few at a time beside live ones, also after a\n"
        "restart. This waits until all are due, and Ctrl-C ends the waiting alone; 'ferry replay\n"
        "list', 'status ID' and 'cancel ID' are about the job.\n"
        "A hub has to be running on the store: it does the work. 'ferry replay' delivers all "
        "events\n"
        "of a time again, whatever became of them, at a bounded rate."
    );
    command->callback([&chosen, &globals, options] {
        chosen = [&globals, options] { return run(globals, *options); };
    });
}

}  // namespace ferry::cli
