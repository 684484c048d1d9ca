#include "api/event_counts.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::api {
namespace {

/// Rows of one look at an index: a millisecond or two.
constexpr std::size_t kRowsPerLook = 20'000;
constexpr std::size_t kOutcomesPerLook = 2'000;

/// First event number of each bucket, and at the end the number that follows the range.
class BucketNumbers {
  public:
    static Result<BucketNumbers> find(
        store::EventSearch& search, const TimeRange& range, const std::vector<TimePoint>& buckets
    ) {
        BucketNumbers numbers;
        numbers.times_ = buckets;
        numbers.times_.front() = std::max(buckets.front(), range.from);
        numbers.times_.push_back(range.to + Milliseconds(1));
        numbers.numbers_.resize(numbers.times_.size());
        FERRY_TRY(numbers.ask(search, 0));
        FERRY_TRY(numbers.ask(search, numbers.times_.size() - 1));
        FERRY_TRY(numbers.fill(search, 0, numbers.times_.size() - 1));
        return numbers;
    }

    EventNumber first() const { return numbers_.front(); }
    EventNumber end() const { return numbers_.back(); }
    /// The bucket of a number in [first, end).
    std::size_t bucketOf(EventNumber number) const {
        const auto after = std::upper_bound(numbers_.begin(), numbers_.end(), number);
        return static_cast<std::size_t>(after - numbers_.begin()) - 1;
    }

  private:
    Status ask(store::EventSearch& search, std::size_t i) {
        FERRY_TRY_ASSIGN(numbers_[i], search.firstAt(times_[i]));
        return {};
    }
    /// What is between two known numbers. Where nothing happened there is nothing to ask for.
    Status fill(store::EventSearch& search, std::size_t low, std::size_t high) {
        if (high - low < 2) return {};
        if (numbers_[low] >= numbers_[high]) {
            std::fill(
                numbers_.begin() + static_cast<std::ptrdiff_t>(low) + 1,
                numbers_.begin() + static_cast<std::ptrdiff_t>(high) + 1,
                numbers_[low]
            );
            return {};
        }
        const std::size_t middle = low + (high - low) / 2;
        FERRY_TRY(ask(search, middle));
        FERRY_TRY(fill(search, low, middle));
        return fill(search, middle, high);
    }

    std::vector<TimePoint> times_;
    std::vector<EventNumber> numbers_;
};

/// Calls `note(place)` for each event.
template <typename Note>
Status eachPlace(
    store::EventSearch& search, InstanceId instance, const BucketNumbers& numbers, Note note
) {
    store::EventPlace after;
    for (;;) {
        FERRY_TRY_ASSIGN(
            const store::EventPlaces some,
            search.places(after, instance, numbers.first(), numbers.end(), kRowsPerLook)
        );
        for (const store::EventPlace& place : some.places)
            FERRY_TRY(note(place));
        if (!some.next) return {};
        after = *some.next;
    }
}

using Counts = std::vector<std::map<InstanceId, EventCounts>>;

Status countOutcomes(
    store::DeliverySearch& search, InstanceId instance, const BucketNumbers& numbers, Counts& counts
) {
    EventNumber first = numbers.first();
    for (;;) {
        FERRY_TRY_ASSIGN(
            const auto outcomes, search.outcomes(instance, first, numbers.end(), kOutcomesPerLook)
        );
        for (const store::EventOutcome& outcome : outcomes) {
            if (outcome.state == DeliveryState::Waiting) continue;
            const bool is_success = outcome.state == DeliveryState::Delivered;
            const EventNumber last(std::min(outcome.last_event.value, numbers.end().value - 1));
            for (EventNumber number = std::max(outcome.first_event, numbers.first());
                 number <= last;
                 ++number.value) {
                EventCounts& of_bucket = counts[numbers.bucketOf(number)][instance];
                ++(is_success ? of_bucket.success : of_bucket.failed);
            }
        }
        if (outcomes.size() < kOutcomesPerLook) return {};
        first = EventNumber(outcomes.back().last_event.value + 1);
    }
}

}  // namespace

Result<std::vector<std::int64_t>> countEvents(
    store::Store& store,
    InstanceId instance,
    const TimeRange& range,
    const std::vector<TimePoint>& buckets
) {
    FERRY_TRY_ASSIGN(const auto numbers, BucketNumbers::find(store.eventSearch(), range, buckets));
    std::vector<std::int64_t> counts(buckets.size(), 0);
    const auto note = [&](const store::EventPlace& place) -> Status {
        ++counts[numbers.bucketOf(place.number)];
        return {};
    };
    FERRY_TRY(eachPlace(store.eventSearch(), instance, numbers, note));
    return counts;
}

Result<Counts> countEventsByInstance(
    store::Store& store,
    InstanceId instance,
    const TimeRange& range,
    const std::vector<TimePoint>& buckets
) {
    FERRY_TRY_ASSIGN(const auto numbers, BucketNumbers::find(store.eventSearch(), range, buckets));
    Counts counts(buckets.size());
    std::size_t size = 0;
    std::vector<InstanceId> seen;
    const auto note = [&](const store::EventPlace& place) -> Status {
        if (seen.empty() || seen.back() != place.instance) seen.push_back(place.instance);
        const auto [of_instance, is_new] =
            counts[numbers.bucketOf(place.number)].try_emplace(place.instance);
        ++of_instance->second.count;
        size += is_new ? 1 : 0;
        if (size <= kInstanceCountsMax) return {};
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "the answer has more than {} counts: give a longer interval or a shorter range",
                kInstanceCountsMax
            )
        );
    };
    FERRY_TRY(eachPlace(store.eventSearch(), instance, numbers, note));
    for (const InstanceId id : seen)
        FERRY_TRY(countOutcomes(store.deliverySearch(), id, numbers, counts));
    return counts;
}

}  // namespace ferry::api
