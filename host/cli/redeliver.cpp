#include "cli/redeliver.h"

#include "app/signals.h"
#include "base/encoding.h"
#include "cli/delivery_filter.h"
#include "cli/hub_client.h"
#include "cli/progress.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <vector>

namespace ferry::cli {

namespace {

/// The hub makes so many again at once, and more as a job.
constexpr std::size_t kAtOnceMax = 4;
constexpr std::string_view kDeliveries = "/notifications/subscriptions/deliveries";

struct RedeliverOptions {
    std::vector<std::int64_t> ids;
    DeliveryFilter filter;
    bool is_all = false;
    bool is_dry_run = false;
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
    return where;
}

/// Gives how many the hub makes again.
Result<std::size_t> redeliverWhere(
    HubClient& hub, const std::string& where, app::Signals& signals, ProgressLine& progress
) {
    std::size_t count = 0;
    std::string next_page;
    for (;;) {
        std::string target = fmt::format("{}?where={}", kDeliveries, percentEncode(where));
        if (!next_page.empty()) target += "&nextPage=" + percentEncode(next_page);
        FERRY_TRY_ASSIGN(const HubAnswer answer, hub.call("PUT", target));
        if (answer.body.IsArray()) count += answer.body.Size();
        next_page = answer.next_page;
        if (next_page.empty()) return count;
        progress.show(fmt::format("{} deliveries are made again", count));
        if (signals.wait(Milliseconds(0)) == app::Signal::Stop) return count;
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

Result<std::size_t> redeliver(const config::HubConfig& config, const RedeliverOptions& options) {
    app::Signals signals;  // before any thread starts
    if (!options.ids.empty()) {
        if (options.is_dry_run) return options.ids.size();
        FERRY_TRY_ASSIGN(auto hub, HubClient::connect(config));
        return redeliverIds(hub, options.ids);
    }
    const auto store = openStore(config);
    if (!store) return fail(ErrorCode::Unavailable, "nothing is made again");
    const SystemClock clock;
    FERRY_TRY_ASSIGN(auto query, queryOf(*store, options.filter, clock.wallNow()));
    query.is_queued = !options.filter.is_failing;
    if (options.filter.is_failing) query.is_off = false;
    if (options.is_dry_run) return countMatching(*store, query);
    FERRY_TRY_ASSIGN(auto hub, HubClient::connect(config));
    ProgressLine progress;
    return redeliverWhere(hub, whereOf(query), signals, progress);
}

int run(const GlobalOptions& globals, const RedeliverOptions& options) {
    const DeliveryFilter& filter = options.filter;
    const bool says_which = !options.ids.empty() || options.is_all || !filter.instance.empty() ||
                            !filter.since.empty() || !filter.until.empty();
    if (!says_which) {
        failWith(
            "say which deliveries: their numbers, --instance, --since, --until, or --all; see "
            "'ferry "
            "deliveries redeliver --help'"
        );
        return kExitUsage;
    }
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto count = redeliver(*config, options);
    if (!count) return failWith(count.error().message);
    std::cout << fmt::format(
        "{} {} {}\n",
        *count,
        *count == 1 ? "delivery" : "deliveries",
        options.is_dry_run ? "would be made again" : "made again, due now"
    );
    if (!options.is_dry_run && options.ids.empty() && *count > kAtOnceMax) {
        std::cout << "a few at a time, beside live ones: 'ferry replay list' shows how far it is, "
                     "'ferry replay cancel ID' ends it\n";
    }
    return kExitOk;
}

}  // namespace

void addRedeliver(CLI::App& deliveries, const GlobalOptions& globals, Run& chosen) {
    CLI::App* command =
        deliveries.add_subcommand("redeliver", "Make deliveries wait again, due now");
    const auto options = std::make_shared<RedeliverOptions>();
    command->add_option("ID", options->ids, "These deliveries, whatever became of them")
        ->check(CLI::PositiveNumber);
    command->add_option("--instance", options->filter.instance, "Those of this instance");
    command->add_flag("--all", options->is_all, "Those of all instances");
    addFilterOptions(*command, options->filter);
    command->add_flag("--dry-run", options->is_dry_run, "Only say how many there are");
    command->footer(
        "Without numbers, those that are dead (out of attempts) or wait for a callback that is\n"
        "switched off are made again, or with --failing those that wait for another attempt. A\n"
        "callback that was switched off is switched on by it.\n"
        "More than four are a job as a replay is: a few at a time beside live ones, also after a\n"
        "restart; 'ferry replay list', 'status ID' and 'cancel ID' are about it, too.\n"
        "A hub has to be running on the store: it does the work. 'ferry replay' delivers all "
        "events\n"
        "of a time again, whatever became of them, at a bounded rate."
    );
    command->callback([&chosen, &globals, options] {
        chosen = [&globals, options] { return run(globals, *options); };
    });
}

}  // namespace ferry::cli
