#include "cli/delivery_filter.h"

#include "cli/instance_names.h"
#include "cli/time_option.h"

namespace ferry::cli {

void addFilterOptions(CLI::App& command, DeliveryFilter& filter) {
    command.add_flag("--failing", filter.is_failing, "Only those that wait after a failed attempt");
    command
        .add_option(
            "--status",
            filter.status,
            "Only those whose last attempt was answered with this HTTP status; 0: not at all"
        )
        ->check(CLI::Range(0, 999));
    command.add_option("--since", filter.since, std::string("Made since ") + kTimeHelp);
    command.add_option("--until", filter.until, std::string("Made before ") + kTimeHelp);
}

Result<store::DeliveryQuery> queryOf(
    store::Store& store, const DeliveryFilter& filter, TimePoint now
) {
    store::DeliveryQuery query;
    if (!filter.instance.empty()) {
        FERRY_TRY_ASSIGN(query.instance, instanceOf(store, filter.instance));
    }
    if (filter.state == "waiting") query.state = DeliveryState::Waiting;
    if (filter.state == "dead") query.state = DeliveryState::Dead;
    if (filter.state == "delivered") query.state = DeliveryState::Delivered;
    if (filter.is_failing) {
        if (query.state.value_or(DeliveryState::Waiting) != DeliveryState::Waiting) {
            return fail(
                ErrorCode::InvalidArgument,
                "--failing is about deliveries that wait: leave out --state " + filter.state
            );
        }
        query.state = DeliveryState::Waiting;
        query.is_tried = true;
    }
    query.last_status = filter.status;
    if (!filter.since.empty()) {
        FERRY_TRY_ASSIGN(query.created_from, readTime("--since", filter.since, now));
    }
    if (!filter.until.empty()) {
        FERRY_TRY_ASSIGN(query.created_before, readTime("--until", filter.until, now));
    }
    FERRY_TRY(checkOrder({"--since", query.created_from}, {"--until", query.created_before}));
    return query;
}

Status forEach(
    store::Store& store,
    store::DeliveryQuery query,
    const std::function<bool(const Delivery&)>& take
) {
    for (;;) {
        FERRY_TRY_ASSIGN(const auto page, store.deliverySearch().page(query));
        for (const Delivery& delivery : page.deliveries) {
            if (!take(delivery)) return {};
        }
        if (!page.next) return {};
        query.after = page.next;
    }
}

}  // namespace ferry::cli
