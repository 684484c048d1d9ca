#include "api/subscription_list.h"

#include "api/answers.h"
#include "api/delivery_query.h"
#include "api/paging.h"
#include "api/subscription_json.h"
#include "api/topic_subscriptions.h"

#include <optional>

namespace ferry::api {
namespace {

constexpr std::string_view kList = "subscriptions";
/// Looks at the store for one page at most: most instances have a subscription.
constexpr int kLooksMax = 20;

/// How far a list has come: through the instances, and then through the subscriptions of topics.
/// Its key is twice the last id, and one more where it is a topic's.
struct ListPlace {
    bool is_in_topics = false;
    std::int64_t after = 0;

    static ListPlace of(std::int64_t key) { return {key % 2 != 0, key / 2}; }
    std::int64_t key() const { return after * 2 + (is_in_topics ? 1 : 0); }
};

/// Writes subscriptions of instances until there are `page_size` and another one is seen, or it has
/// looked often enough; the place is moved on, to that of topics if no instance is left.
Status listInstances(
    const ApiParts& parts,
    JsonWriter& json,
    ListPlace& place,
    std::size_t& returned,
    std::size_t page_size
) {
    FERRY_TRY_ASSIGN(const SwitchedOff off, switchedOffCallbacks(parts.store.deliveries()));
    const std::size_t wanted = page_size + 1;
    for (int looks = 0; looks < kLooksMax; ++looks) {
        FERRY_TRY_ASSIGN(
            const auto page, parts.store.instances().page(InstanceId(place.after), wanted)
        );
        for (const Instance& instance : page) {
            std::optional<pipeline::InstanceSettings> settings;
            if (instance.events_enabled) {
                // Past the cache, which is for instances that are busy.
                FERRY_TRY_ASSIGN(settings, pipeline::openSettings(instance, parts.key));
            }
            if (settings && isSubscription(*settings)) {
                if (returned == page_size) return {};
                writeSubscription(json, *settings, off.contains(settings->callback));
                ++returned;
            }
            place.after = instance.id.value;
        }
        if (page.size() < wanted) {
            place = {true, 0};
            return {};
        }
    }
    return {};
}

}  // namespace

Result<http::Response> listSubscriptions(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Paging paging, readPaging(call.request, kList));
    ListPlace place = ListPlace::of(paging.after);
    ListHeaders headers;
    JsonWriter json;
    json.beginArray();
    if (!place.is_in_topics) {
        FERRY_TRY(listInstances(parts, json, place, headers.returned, paging.page_size));
    }
    bool has_more = true;
    if (place.is_in_topics) {
        // One more, which says whether another page follows.
        const std::size_t wanted = paging.page_size - headers.returned;
        FERRY_TRY_ASSIGN(auto page, parts.store.topics().subscriptions(place.after, wanted + 1));
        has_more = page.size() > wanted;
        if (has_more) page.pop_back();
        for (const store::TopicSubscription& one : page) {
            place.after = one.id;
            FERRY_TRY(writeTopicSubscription(json, one, parts.key));
            ++headers.returned;
        }
    }
    json.endArray();
    if (has_more) headers.next_page = nextPageToken(kList, place.key());
    http::Response response = jsonAnswer(json);
    addListHeaders(response, headers);
    return response;
}

}  // namespace ferry::api
