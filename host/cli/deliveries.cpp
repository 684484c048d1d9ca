// ferry deliveries: which callbacks wait, are dead, or were delivered, and what each attempt did.

#include "api/event_json.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/delivery_filter.h"
#include "cli/instance_names.h"
#include "cli/number_option.h"
#include "cli/redeliver.h"
#include "pipeline/callback_holds.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <string>

namespace ferry::cli {

namespace {

constexpr std::size_t kDeliveriesMax = 1'000'000;
constexpr std::size_t kAttemptsMax = 1'000;
constexpr std::string_view kDeliveryRow = "{:>8}  {:<9}  {:>8}  {:<20}  {:<16}  {}\n";

struct DeliveriesOptions {
    DeliveryFilter filter;
    std::size_t count = 20;
    std::int64_t id = 0;
    bool is_json = false;
};

/// Of one that is due and not sent; empty: it is not, or nobody knows.
std::string whyHeld(const Delivery& delivery, pipeline::CallbackHolds& held) {
    const bool is_due = delivery.state == DeliveryState::Waiting &&
                        delivery.next_attempt_at <= SystemClock().wallNow();
    return is_due ? held.reasonOf(delivery.callback) : std::string();
}

/// What comes next, or what came last.
std::string detailOf(const Delivery& delivery, pipeline::CallbackHolds& held) {
    std::string text;
    if (delivery.state == DeliveryState::Waiting) {
        const bool is_due = delivery.next_attempt_at <= SystemClock().wallNow();
        text = (is_due ? "due since " : "next ") + formatRfc3339(delivery.next_attempt_at);
        if (const std::string why = whyHeld(delivery, held); !why.empty()) text += ", " + why;
    } else if (delivery.finished_at != TimePoint()) {
        text = formatRfc3339(delivery.finished_at);
    }
    if (!delivery.last_error.empty()) text += "  " + toPrintable(delivery.last_error);
    return text;
}

void writeFields(JsonWriter& json, const Delivery& delivery, const std::string& instance) {
    json.field("id", delivery.id.value)
        .field("instance", instance)
        .field("state", deliveryStateName(delivery.state))
        .field("attempts", std::int64_t{delivery.attempt_count})
        .field("createdDate", formatRfc3339(delivery.created_at))
        .field("httpStatus", std::int64_t{delivery.last_status})
        .field("error", delivery.last_error);
    if (delivery.state == DeliveryState::Waiting) {
        json.field("nextAttemptDate", formatRfc3339(delivery.next_attempt_at));
    }
    if (delivery.finished_at != TimePoint()) {
        json.field("lastAttemptDate", formatRfc3339(delivery.finished_at));
    }
    if (delivery.replay) json.field("replay", delivery.replay.value);
}

void print(
    const Delivery& delivery, InstanceNames& names, pipeline::CallbackHolds& held, bool is_json
) {
    const std::string& instance = names.of(delivery.instance);
    if (is_json) {
        JsonWriter json;
        json.beginObject();
        writeFields(json, delivery, instance);
        if (const std::string why = whyHeld(delivery, held); !why.empty()) json.field("held", why);
        json.endObject();
        std::cout << json.view() << "\n";
        return;
    }
    std::cout << fmt::format(
        fmt::runtime(kDeliveryRow),
        delivery.id.value,
        deliveryStateName(delivery.state),
        delivery.attempt_count,
        formatRfc3339(delivery.created_at),
        toPrintable(instance),
        detailOf(delivery, held)
    );
}

int listDeliveries(const GlobalOptions& globals, const DeliveriesOptions& options) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    const SystemClock clock;
    auto query = queryOf(*store, options.filter, clock.wallNow());
    if (!query) return failWith(query.error().message);
    if (options.count == 0) return kExitOk;
    pipeline::CallbackHolds held(*store, clock.wallNow());
    InstanceNames names(*store);
    std::size_t count = 0;
    const Status listed = forEach(*store, *query, [&](const Delivery& delivery) {
        if (count == 0 && !options.is_json) {
            std::cout << fmt::format(
                fmt::runtime(kDeliveryRow), "ID", "STATE", "ATTEMPTS", "MADE", "INSTANCE", "ATTEMPT"
            );
        }
        print(delivery, names, held, options.is_json);
        return ++count < options.count;
    });
    if (!listed) return failWith(listed.error().message);
    if (count == 0 && !options.is_json) std::cout << "no deliveries\n";
    return kExitOk;
}

void printAttempt(const store::DeliveryAttempt& attempt) {
    std::cout << fmt::format(
        "{:>4}  {}  {:>3}  {:>6} ms  {:<9}  {}\n",
        attempt.number,
        formatRfc3339(attempt.finished_at),
        attempt.status == 0 ? "-" : std::to_string(attempt.status),
        attempt.latency.count(),
        attempt.error_class,
        toPrintable(attempt.error)
    );
    if (!attempt.answer.empty()) {
        std::cout << "      answer:  " << toPrintable(attempt.answer) << "\n";
    }
    if (attempt.next_attempt_at) {
        std::cout << "      next:    " << formatRfc3339(*attempt.next_attempt_at) << "\n";
    }
}

int showDelivery(const GlobalOptions& globals, const DeliveriesOptions& options) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto store = openStore(*config);
    if (!store) return kExitFailed;
    store::DeliveryQuery query;
    query.after = store::DeliveryPlace{0, DeliveryId(options.id + 1)};
    query.limit = 1;
    const auto page = store->deliverySearch().page(query);
    if (!page) return failWith(page.error().message);
    if (page->deliveries.empty() || page->deliveries.front().id.value != options.id) {
        return failWith(fmt::format("there is no delivery {}", options.id));
    }
    const Delivery& delivery = page->deliveries.front();
    const auto attempts =
        store->deliveries().attempts(delivery.instance, delivery.id, kAttemptsMax);
    if (!attempts) return failWith(attempts.error().message);
    InstanceNames names(*store);
    if (options.is_json) {
        JsonWriter json;
        json.beginObject();
        writeFields(json, delivery, names.of(delivery.instance));
        json.field("firstEvent", delivery.first_event.value)
            .field("lastEvent", delivery.last_event.value);
        json.key("log");
        api::writeAttempts(json, *attempts);
        json.endObject();
        std::cout << json.view() << "\n";
        return kExitOk;
    }
    pipeline::CallbackHolds held(*store, SystemClock().wallNow());
    print(delivery, names, held, false);
    std::cout << fmt::format(
        "events {} to {} of the log; attempts, newest first:\n",
        delivery.first_event.value,
        delivery.last_event.value
    );
    for (const store::DeliveryAttempt& attempt : *attempts)
        printAttempt(attempt);
    if (attempts->empty()) std::cout << "none yet\n";
    return kExitOk;
}

}  // namespace

void addDeliveries(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand(
        "deliveries", "List deliveries, show one with its attempts, or make some again"
    );
    const auto options = std::make_shared<DeliveriesOptions>();
    command->add_option("INSTANCE", options->filter.instance, "Only those of this instance");
    command->add_option("--state", options->filter.state, "waiting, dead or delivered")
        ->check(CLI::IsMember({"waiting", "dead", "delivered"}));
    addFilterOptions(*command, options->filter);
    command->add_option("-n,--count", options->count, "So many at most (default 20)")
        ->check(CLI::Range(std::size_t{0}, kDeliveriesMax));
    command->add_flag("--json", options->is_json, "Print JSON, one delivery a line");
    command->require_subcommand(0, 1);
    command->callback([&run, &globals, options, command] {
        if (run) return refuseOptionsOf(*command);  // a subcommand was chosen
        run = [&globals, options] { return listDeliveries(globals, *options); };
    });
    CLI::App* show = command->add_subcommand("show", "Show a delivery with its attempts");
    show->add_option("ID", options->id, "Its number")->required()->check(idOf("ferry deliveries"));
    show->add_flag("--json", options->is_json, "Print JSON");
    show->callback([&run, &globals, options] {
        run = [&globals, options] { return showDelivery(globals, *options); };
    });
    addRedeliver(*command, globals, run);
}

}  // namespace ferry::cli
