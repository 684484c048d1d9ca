#include "cli/instance_list.h"

#include "app/key_file.h"

namespace ferry::cli {

namespace {

/// What waits now may have begun to wait long after its callback took the last one.
Status addConditions(store::Store& store, ListContext& context) {
    FERRY_TRY_ASSIGN(const auto conditions, store.conditions().all());
    for (const Condition& condition : conditions)
        if (condition.kind == ConditionKind::CallbackFailing && condition.isOpen())
            context.failing_since.emplace(CallbackId(condition.subject), condition.since);
    return {};
}

}  // namespace

Result<ListContext> listContext(const config::HubConfig& config, store::Store& store) {
    ListContext context{config.public_url, std::nullopt, {}, {}, {}, {}, {}, {}};
    FERRY_TRY_ASSIGN(auto off, store.deliveries().switchedOff());
    for (store::CallbackSwitchedOff& found : off)
        context.off.emplace(found.callback, std::move(found));
    FERRY_TRY_ASSIGN(auto failing, store.deliveries().failing());
    for (store::FailingDeliveries& found : failing)
        context.failing.emplace(found.instance, std::move(found));
    FERRY_TRY(addConditions(store, context));
    FERRY_TRY_ASSIGN(auto unpermitted, pipeline::waitingPermissions(store.meta()));
    for (pipeline::WaitingPermission& found : unpermitted)
        context.unpermitted.emplace(found.callback, std::move(found));
    FERRY_TRY_ASSIGN(auto dead, store.deliverySearch().dead());
    for (store::DeadDeliveries& found : dead)
        context.dead.emplace(found.instance, std::move(found));
    if (auto key = app::readKeyFile(config.key_file)) context.key = std::move(*key);
    FERRY_TRY_ASSIGN(auto rejected, app::rejectedInstances(store.meta()));
    for (app::RejectedEntry& entry : rejected) {
        std::string name = entry.name;
        context.rejected.emplace(std::move(name), std::move(entry));
    }
    return context;
}

}  // namespace ferry::cli
