#include "api/topic_notifications.h"

#include "api/topic_message.h"
#include "api/topic_sender.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace ferry::api {
namespace {

std::int64_t numberOf(const std::variant<Delivery, store::TopicNotification>& one) {
    return std::visit([](const auto& any) { return any.id.value; }, one);
}

/// Those below this are on the page that the call asks for.
Result<DeliveryId> pageBegin(const Call& call) {
    const auto token = call.request.queryValue("nextPage");
    if (!token || token->empty()) return DeliveryId(INT64_MAX);
    FERRY_TRY_ASSIGN(const store::DeliveryPlace place, readDeliveryPageToken(*token));
    return place.id;
}

}  // namespace

Result<store::TopicNotification> publishNotification(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(auto notification, readTopicNotification(call.request.body));
    notification.created_at = parts.clock.now();
    FERRY_TRY_ASSIGN(
        notification.id, parts.store.topics().publish(notification, kTopicWaitingMax)
    );
    parts.wake_topics();
    return notification;
}

Result<NotificationList> listNotificationsOf(
    const ApiParts& parts,
    const Call& call,
    DeliveryWhere where,
    const std::vector<std::string>& named,
    std::size_t limit
) {
    FERRY_TRY_ASSIGN(
        DeliveryList of_instances, listDeliveries(parts, call, std::move(where), limit)
    );
    std::vector<store::TopicNotification> of_topics;
    if (!named.empty()) {
        FERRY_TRY_ASSIGN(const DeliveryId before, pageBegin(call));
        FERRY_TRY_ASSIGN(of_topics, parts.store.topics().notifications(named, before, limit));
    }
    NotificationList list;
    auto& all = list.notifications;
    std::move(
        of_instances.deliveries.begin(), of_instances.deliveries.end(), std::back_inserter(all)
    );
    // Deliveries below `next` have not been looked at: what lies among them is on the next page.
    for (store::TopicNotification& one : of_topics) {
        if (!of_instances.next || one.id.value >= of_instances.next->id.value)
            all.emplace_back(std::move(one));
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return numberOf(a) > numberOf(b);
    });
    const bool is_cut = all.size() > limit || of_topics.size() == limit;
    if (all.size() > limit) all.resize(limit);
    list.next = of_instances.next;
    if (is_cut && all.size() == limit)
        list.next = store::DeliveryPlace{0, DeliveryId(numberOf(all.back()))};
    return list;
}

}  // namespace ferry::api
