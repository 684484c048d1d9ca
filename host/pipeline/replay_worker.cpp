#include "pipeline/replay_worker.h"

#include "pipeline/callback_body.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "replay";
/// Replays that get on at the same time; others wait for them.
constexpr std::size_t kReplaysMax = 16;
/// Events of one instance that are looked at in one go at most, and that a dry run looks at in a
/// step.
constexpr std::size_t kEventsPerLook = 500;
constexpr std::size_t kDryRunEvents = 10'000;
/// The store failed: time until it is asked again.
constexpr Milliseconds kStoreRetry{500};
/// What was not used of the rate is kept for so long.
constexpr double kAllowanceSeconds = 1;

/// How many events to look at: where all are wanted, no more than are taken.
std::size_t lookOf(const EventSelection& selection, const PageLimits& limits) {
    if (selection != EventSelection()) return kEventsPerLook;
    return std::min({kEventsPerLook, limits.events, limits.pages * limits.events_per_page});
}

}  // namespace

ReplayWorker::ReplayWorker(ReplayServices services, ReplayOptions options)
    : services_(std::move(services)),
      options_(options),
      replayed_(services_.metrics.counter(
          "ferry_replayed_events_total", "Events that replays have made deliveries of"
      )) {}

TimePoint ReplayWorker::step() {
    const TimePoint now = services_.clock.now();
    const auto running = services_.replays.running(kReplaysMax);
    if (!running) {
        noteStoreFailure(running.error());
        return now + kStoreRetry;
    }
    std::erase_if(allowances_, [&](const auto& item) {
        return std::none_of(running->begin(), running->end(), [&](const Replay& replay) {
            return replay.id == item.first;
        });
    });
    for (const Replay& replay : *running) {
        const Status status = takeTurn(replay, now);
        // Conflict: it was cancelled meanwhile.
        if (status || status.error().code == ErrorCode::Conflict) continue;
        noteStoreFailure(status.error());
        return now + kStoreRetry;
    }
    is_store_failing_ = false;
    return running->empty() ? TimePoint::max() : now + options_.interval;
}

Status ReplayWorker::takeTurn(const Replay& replay, TimePoint now) {
    Allowance& allowance =
        allowances_.try_emplace(replay.id, Allowance{0, now, {}, {}}).first->second;
    Turn turn{replay, {}};
    turn.progress.replay = replay.id;
    turn.progress.opened_until = replay.opened_until;
    turn.progress.now = now;
    turn.budget = budgetOf(replay, allowance, now);
    if (turn.budget == 0) return {};
    if (!replay.is_dry_run) {
        FERRY_TRY_ASSIGN(const std::int64_t untried, services_.replays.untried());
        turn.room = options_.untried_max - untried;
        if (turn.room <= 0) return {};
    }
    if (replay.is_redelivery) return redeliverSome(turn, allowance);

    FERRY_TRY_ASSIGN(
        auto parts, services_.replays.parts(replay.id, allowance.looked_at, options_.parts_per_step)
    );
    const bool had_parts = !parts.empty() || allowance.looked_at;
    InstanceId looked_at;
    for (const store::ReplayPart& part : parts) {
        if (!turn.hasRoom()) break;
        FERRY_TRY(moveOn(turn, part, false));
        looked_at = part.instance;
    }
    // The next step goes on with those that had no turn, and then begins with the first ones again.
    const bool is_round = turn.hasRoom() && parts.size() < options_.parts_per_step;
    allowance.looked_at = is_round ? InstanceId() : looked_at;
    if (turn.hasRoom()) {
        FERRY_TRY_ASSIGN(parts, openMore(turn, options_.parts_per_step));
        for (const store::ReplayPart& part : parts)
            FERRY_TRY(moveOn(turn, part, true));
    }
    return finishTurn(turn, allowance, had_parts);
}

/// The rate is of events; a delivery counts as a full page of them.
Status ReplayWorker::redeliverSome(Turn& turn, Allowance& allowance) {
    store::RedeliveryLimits limits;
    limits.per_callback = options_.per_callback;
    limits.untried_max = turn.room;
    limits.deliveries =
        std::max<std::int64_t>(static_cast<std::int64_t>(turn.budget) / kEventsPerDeliveryMax, 1);
    limits.after = allowance.looked_at_callback;
    FERRY_TRY_ASSIGN(
        const store::RedeliveryStep step,
        services_.replays.redeliverSome(turn.replay.id, limits, turn.progress.now)
    );
    allowance.looked_at_callback = step.looked_at;
    allowance.events -= static_cast<double>(step.made * kEventsPerDeliveryMax);
    if (step.made > 0 && services_.wake_deliveries) services_.wake_deliveries();
    if (step.is_done) {
        services_.log.info(
            kComponent,
            "redelivery is done",
            {{"replay", turn.replay.id.value},
             {"deliveries", turn.replay.counts.deliveries + static_cast<std::int64_t>(step.made)}}
        );
    }
    return {};
}

/// How many events may be taken now: as many as make full pages.
std::size_t ReplayWorker::budgetOf(const Replay& replay, Allowance& allowance, TimePoint now)
    const {
    if (replay.is_dry_run) return kDryRunEvents;
    const auto rate = static_cast<double>(std::max<std::int64_t>(replay.rate, 1));
    const double seconds =
        std::chrono::duration<double>(now - std::exchange(allowance.counted_at, now)).count();
    allowance.events =
        std::min(allowance.events + std::max(seconds, 0.0) * rate, rate * kAllowanceSeconds);
    const double page = std::min(static_cast<double>(kEventsPerDeliveryMax), rate);
    return static_cast<std::size_t>(std::floor(allowance.events / page) * page);
}

Result<std::vector<InstanceId>> ReplayWorker::nextInstances(const Turn& turn, std::size_t limit) {
    const InstanceId after = turn.progress.opened_until;
    std::vector<InstanceId> ids;
    const std::vector<InstanceId>& named = turn.replay.instances;
    if (!named.empty()) {
        auto next = std::upper_bound(named.begin(), named.end(), after);
        for (; next != named.end() && ids.size() < limit; ++next)
            ids.push_back(*next);
        return ids;
    }
    FERRY_TRY_ASSIGN(const auto instances, services_.instances.page(after, limit));
    for (const Instance& instance : instances)
        ids.push_back(instance.id);
    return ids;
}

Result<std::vector<store::ReplayPart>> ReplayWorker::openMore(Turn& turn, std::size_t limit) {
    FERRY_TRY_ASSIGN(const auto ids, nextInstances(turn, limit));
    turn.is_all_opened = ids.size() < limit;
    std::vector<store::ReplayPart> parts;
    for (const InstanceId id : ids) {
        turn.progress.opened_until = id;
        ++turn.progress.added.instances;
        parts.push_back({id, turn.replay.first_event});
    }
    return parts;
}

Result<std::vector<store::EventHead>> ReplayWorker::look(
    const Replay& replay, const store::ReplayPart& part, std::size_t limit
) {
    if (replay.selection != EventSelection())
        return services_.events.heads(part.instance, part.next_event, replay.end_event, limit);
    FERRY_TRY_ASSIGN(
        const auto numbers,
        services_.events.numbers(part.instance, part.next_event, replay.end_event, limit)
    );
    std::vector<store::EventHead> heads;
    heads.reserve(numbers.size());
    for (const EventNumber number : numbers)
        heads.push_back({number});
    return heads;
}

/// A part that is not new is stored already.
Status ReplayWorker::moveOn(Turn& turn, const store::ReplayPart& part, bool is_new) {
    const auto keep = [&] {
        if (is_new) turn.progress.parts.push_back(part);
        return Status();
    };
    FERRY_TRY_ASSIGN(const auto target, targetOf(part.instance));
    if (!target) {
        ++turn.progress.added.skipped;
        turn.progress.parts_done.push_back(part.instance);
        return {};
    }
    if (turn.budget == 0) return keep();
    const CallbackId callback = target->callback;
    PageLimits limits{kEventsPerLook, turn.budget};
    limits.events_per_page = static_cast<std::size_t>(callbackFormat(target->format).events_max);
    std::int64_t* room = nullptr;
    if (!turn.replay.is_dry_run) {
        FERRY_TRY_ASSIGN(room, roomFor(turn, callback));
        const std::int64_t pages = std::min(*room, turn.room);
        if (pages <= 0) return keep();
        limits.pages = static_cast<std::size_t>(pages);
    }
    const std::size_t look_at = lookOf(turn.replay.selection, limits);
    FERRY_TRY_ASSIGN(const auto events, look(turn.replay, part, look_at));
    const bool is_end = events.size() < look_at;
    std::vector<EventRange> waits;
    if (!events.empty()) {
        FERRY_TRY_ASSIGN(waits, waitingEvents(part.instance, events));
    }
    const ReplayedEvents done = pageEvents(events, turn.replay.selection, limits, is_end, waits);
    turn.progress.added.examined += static_cast<std::int64_t>(done.examined);
    turn.progress.added.matched += static_cast<std::int64_t>(done.matched);
    turn.progress.added.deliveries += static_cast<std::int64_t>(done.pages.size());
    turn.budget -= turn.replay.is_dry_run ? std::min(turn.budget, done.examined) : done.matched;
    if (room != nullptr) {
        *room -= static_cast<std::int64_t>(done.pages.size());
        turn.room -= static_cast<std::int64_t>(done.pages.size());
        for (const EventRange& page : done.pages)
            turn.progress.pages.push_back({part.instance, callback, page.first, page.last});
    }
    if (is_end && done.examined == events.size()) {
        turn.progress.parts_done.push_back(part.instance);
    } else {
        turn.progress.parts.push_back({part.instance, done.next ? done.next : part.next_event});
    }
    return {};
}

Result<std::vector<EventRange>> ReplayWorker::waitingEvents(
    InstanceId instance, std::span<const store::EventHead> events
) {
    const EventNumber end(events.back().number.value + 1);
    FERRY_TRY_ASSIGN(
        const auto outcomes,
        services_.deliveries.outcomes(instance, events.front().number, end, events.size())
    );
    std::vector<EventRange> waiting;
    for (const store::EventOutcome& one : outcomes) {
        if (one.state == DeliveryState::Waiting)
            waiting.push_back({one.first_event, one.last_event});
    }
    return waiting;
}

Result<std::shared_ptr<const InstanceSettings>> ReplayWorker::targetOf(InstanceId id) {
    using Target = std::shared_ptr<const InstanceSettings>;
    auto settings = services_.settings.get(id);
    if (!settings) {
        if (isTransient(settings.error().code)) return fail(settings.error());
        return Target();
    }
    const bool is_taking = (*settings)->callback && reasonToWait(**settings).empty();
    return is_taking ? std::move(*settings) : Target();
}

Result<std::int64_t*> ReplayWorker::roomFor(Turn& turn, CallbackId callback) {
    const auto found = turn.room_of.find(callback);
    if (found != turn.room_of.end()) return &found->second;
    FERRY_TRY_ASSIGN(
        const std::int64_t room, services_.replays.room(callback, options_.per_callback)
    );
    return &turn.room_of.emplace(callback, room).first->second;
}

Status ReplayWorker::finishTurn(Turn& turn, Allowance& allowance, bool had_parts) {
    store::ReplayProgress& progress = turn.progress;
    progress.is_done = turn.is_all_opened && !had_parts && progress.parts.empty();
    const bool is_nothing = progress.parts.empty() && progress.parts_done.empty() &&
                            progress.added == ReplayCounts{} && !progress.is_done;
    if (is_nothing) return {};
    FERRY_TRY(services_.replays.advance(progress));
    if (!turn.replay.is_dry_run) {
        allowance.events -= static_cast<double>(progress.added.matched);
        replayed_.add(static_cast<std::uint64_t>(progress.added.matched));
    }
    if (!progress.pages.empty() && services_.wake_deliveries) services_.wake_deliveries();
    if (progress.is_done) {
        const ReplayCounts& before = turn.replay.counts;
        services_.log.info(
            kComponent,
            turn.replay.is_dry_run ? "dry run is done" : "replay is done",
            {{"replay", turn.replay.id.value},
             {"events", before.matched + progress.added.matched},
             {"deliveries", before.deliveries + progress.added.deliveries},
             {"instances_skipped", before.skipped + progress.added.skipped}}
        );
    }
    return {};
}

void ReplayWorker::noteStoreFailure(const Error& error) {
    if (std::exchange(is_store_failing_, true)) return;
    services_.log.warning(kComponent, "the store failed; trying again", {{"error", error.message}});
}

}  // namespace ferry::pipeline
