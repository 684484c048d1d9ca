#include "api/delivery_list.h"

#include <utility>

namespace ferry::api {
namespace {

/// Looks at the store for one page at most; each examines some thousand deliveries.
constexpr int kLooksMax = 40;

/// True if the delivery is of one of the instances, and goes to the URL now.
Result<bool> isMeant(const ApiParts& parts, const Delivery& delivery, const DeliveryWhere& where) {
    if (!where.instances.empty() && !where.instances.contains(delivery.instance)) return false;
    if (where.callback && delivery.callback != where.callback) return false;
    if (where.callback_url.empty()) return true;
    const auto settings = parts.settings.get(delivery.instance);
    if (settings) return (*settings)->callback_url == where.callback_url;
    if (settings.error().code == ErrorCode::NotFound) return false;
    return fail(settings.error());
}

}  // namespace

Result<DeliveryList> listDeliveries(
    const ApiParts& parts, const Call& call, DeliveryWhere where, std::size_t limit
) {
    DeliveryList list;
    if (call.instance) takeInstance(call.instance->id, where);
    if (where.is_none) return list;
    if (const auto next = call.request.queryValue("nextPage"); next && !next->empty()) {
        FERRY_TRY_ASSIGN(where.query.after, readDeliveryPageToken(*next));
    }
    if (where.delivery) {
        // A page of that one alone: ids are in the order of pages without a state.
        where.query.after = store::DeliveryPlace{0, DeliveryId(where.delivery->value + 1)};
        where.query.limit = 1;
        const auto state = std::exchange(where.query.state, std::nullopt);
        const bool is_queued = std::exchange(where.query.is_queued, false);
        FERRY_TRY_ASSIGN(const auto page, parts.store.deliverySearch().page(where.query));
        for (const Delivery& delivery : page.deliveries) {
            FERRY_TRY_ASSIGN(const bool is_meant, isMeant(parts, delivery, where));
            const bool is_it = delivery.id == *where.delivery &&
                               (!state || delivery.state == *state) &&
                               (!is_queued || isQueued(delivery));
            if (is_it && is_meant) list.deliveries.push_back(delivery);
        }
        return list;
    }
    for (int looks = 0; looks < kLooksMax && list.deliveries.size() < limit; ++looks) {
        where.query.limit = limit - list.deliveries.size();
        FERRY_TRY_ASSIGN(const auto page, parts.store.deliverySearch().page(where.query));
        for (const Delivery& delivery : page.deliveries) {
            FERRY_TRY_ASSIGN(const bool is_meant, isMeant(parts, delivery, where));
            if (is_meant) list.deliveries.push_back(delivery);
        }
        list.next = page.next;
        where.query.after = page.next;
        if (!page.next) break;
    }
    return list;
}

}  // namespace ferry::api
