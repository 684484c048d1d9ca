// Deliveries whose receiver has to be asked for its permission first.
#include "pipeline/delivery_worker.h"

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "delivery";

}  // namespace

/// nullopt: the receiver has to be asked.
Result<std::optional<CallbackPermission>> DeliveryWorker::permissionFor(
    const Delivery& delivery, const InstanceSettings& settings
) {
    if (services_.permissions == nullptr) return CallbackPermission{};
    if (settings.delivery.asks_permission) {
        return services_.permissions->find(delivery.callback, settings.delivery);
    }
    services_.permissions->leave(delivery.callback);
    return CallbackPermission{};
}

/// Its delivery stays leased and admitted meanwhile.
void DeliveryWorker::awaitPermission(InFlight attempt) {
    const InstanceSettings& settings = *attempt.settings;
    const std::uint64_t number = next_number_++;
    services_.permissions->ask(
        attempt.delivery.callback,
        settings,
        attempt.token,
        settings.delivery.timeout.value_or(options_.request.timeout),
        number
    );
    in_flight_.emplace(number, std::move(attempt));
}

void DeliveryWorker::waitForPermission(CallbackId callback, TimePoint until) {
    if (const auto pace = pacer_.waitUntil(callback, until)) {
        services_.deliveries.pace(callback, *pace);
    }
}

bool DeliveryWorker::takePermissions() {
    if (services_.permissions == nullptr) return true;
    const auto answers = services_.permissions->takeAnswers();
    if (!answers) {
        noteStoreFailure("keep the permission of a callback", answers.error());
        return false;
    }
    for (const PermissionAnswer& answer : *answers)
        takePermission(answer);
    return true;
}

void DeliveryWorker::takePermission(const PermissionAnswer& answer) {
    if (answer.is_granted) {
        if (const auto pace = pacer_.endWait(answer.callback)) {
            services_.deliveries.pace(answer.callback, *pace);
        }
    } else if (!answer.is_cancelled) {
        waitForPermission(answer.callback, answer.ask_again_at);
    }
    bool is_told = !answer.is_new_reason;
    for (const std::uint64_t waiter : answer.waiters) {
        const auto found = in_flight_.find(waiter);
        if (found == in_flight_.end()) continue;
        InFlight attempt = std::move(found->second);
        in_flight_.erase(found);
        if (answer.is_granted) {
            attempt.is_permitted = true;
            advanceAgain(std::move(attempt));
            continue;
        }
        if (answer.is_cancelled) {
            giveBack(attempt);
            continue;
        }
        if (answer.status == 401 && attempt.token) {
            tokens_.reject(*attempt.settings->delivery.credentials, *attempt.token);
        }
        pacer_.gaveUp(attempt.delivery.callback);
        services_.deliveries.release({&attempt.delivery, 1});
        if (is_told) continue;
        is_told = true;
        services_.log.warning(
            kComponent,
            "a callback's receiver has not given its permission; its deliveries wait, and it is "
            "asked "
            "again",
            {{"instance", attempt.settings->name}, {"reason", answer.reason}}
        );
    }
}

}  // namespace ferry::pipeline
