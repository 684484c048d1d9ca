#include "cli/replay_view.h"

#include "base/json_writer.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::cli {
namespace {

Result<std::int64_t> countInRange(store::Store& store, const Replay& replay) {
    // Of all instances by their numbers: nearly every one of them has its event.
    if (replay.instances.empty()) {
        return std::max<std::int64_t>(replay.end_event.value - replay.first_event.value, 0);
    }
    std::int64_t count = 0;
    for (const InstanceId id : replay.instances) {
        FERRY_TRY_ASSIGN(const auto below_end, store.events().countBelow(replay.end_event, id));
        FERRY_TRY_ASSIGN(const auto below_first, store.events().countBelow(replay.first_event, id));
        count += below_end - below_first;
    }
    return std::max<std::int64_t>(count, 0);
}

/// That it is about; some may be gone from the log by now.
std::int64_t eventsOf(const ReplayView& view) {
    return std::max(view.in_range, view.replay.counts.examined);
}

/// Of the events, in hundredths. While it runs never all of them: what is looked at last may be
/// gone from the log.
std::int64_t percent(const ReplayView& view) {
    if (view.replay.state == ReplayState::Done) return 100;
    const ReplayCounts& counts = view.replay.counts;
    if (view.replay.is_redelivery) {
        return counts.matched == 0 ? 0 : counts.deliveries * 100 / counts.matched;
    }
    const std::int64_t all = eventsOf(view);
    return all == 0 ? 0 : std::clamp<std::int64_t>(counts.examined * 100 / all, 0, 99);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view more) {
    return fmt::format("{} {}", count, count == 1 ? one : more);
}

/// What is said of instances and events that it passes over.
std::string skippedOf(const Replay& replay) {
    const ReplayCounts& counts = replay.counts;
    std::string text;
    // With a selection nobody knows how many of them are just not meant.
    const std::int64_t waiting = counts.examined - counts.matched;
    if (replay.selection == EventSelection() && waiting > 0)
        text += fmt::format(
            "; {} left out, to be delivered anyway", counted(waiting, "event is", "events are")
        );
    if (counts.skipped > 0)
        text += fmt::format(
            "; {} no callbacks", counted(counts.skipped, "instance takes", "instances take")
        );
    return text;
}

std::string namesOf(const pipeline::ReplayWait& wait) {
    std::string names;
    for (const Instance& instance : wait.instances)
        names += (names.empty() ? "" : ", ") + toPrintable(instance.name);
    return names.empty() ? "a callback that no instance has any more" : names;
}

/// What the person at the command line does; empty: it goes on by itself.
std::string actionOn(const pipeline::ReplayWait& wait) {
    using pipeline::HoldKind;
    const std::string name = wait.instances.empty() ? "INSTANCE" : wait.instances.front().name;
    switch (wait.kind) {
        case HoldKind::SwitchedOff:
            return fmt::format(
                "mend the receiver, then switch its callback on: ferry deliveries redeliver "
                "--instance '{}'",
                name
            );
        case HoldKind::Failing:
            return fmt::format(
                "see what its receiver answers: ferry deliveries '{}' --failing; it is tried again "
                "by itself",
                name
            );
        case HoldKind::InstanceOff:
            return "enable it: 'ferry instances' says how";
        case HoldKind::NoPermission:
            return std::string(pipeline::holdAdvice(wait.kind));
        case HoldKind::None:
        case HoldKind::RetryAfter:
        case HoldKind::Rate:
            return {};
    }
    return {};
}

}  // namespace

Result<ReplayView> readReplay(store::Store& store, ReplayId id) {
    FERRY_TRY_ASSIGN(auto found, store.replays().find(id));
    if (!found) return fail(ErrorCode::NotFound, fmt::format("there is no replay {}", id.value));
    ReplayView view{std::move(*found), {}, 0, {}};
    FERRY_TRY_ASSIGN(view.outcomes, store.replays().outcomes(id));
    FERRY_TRY_ASSIGN(view.in_range, countInRange(store, view.replay));
    FERRY_TRY_ASSIGN(
        view.waits,
        pipeline::replayWaits(store, view.replay, view.outcomes, SystemClock().wallNow())
    );
    return view;
}

bool isThrough(const ReplayView& view) {
    return view.replay.state != ReplayState::Running && view.outcomes.untried == 0;
}

std::string describeReplay(const ReplayView& view, std::optional<double> rate) {
    const Replay& replay = view.replay;
    if (replay.is_redelivery) {
        return fmt::format(
            "redelivery {} ({}): {} of {} deliveries made due again",
            replay.id.value,
            replayStateName(replay.state),
            replay.counts.deliveries,
            replay.counts.matched
        );
    }
    std::string text = fmt::format(
        "replay {} ({}{}): {}% of {} events, {} meant",
        replay.id.value,
        replayStateName(replay.state),
        replay.is_dry_run ? ", dry run" : "",
        percent(view),
        eventsOf(view),
        replay.counts.matched
    );
    if (replay.is_dry_run) {
        const std::int64_t count = replay.counts.deliveries;
        text += fmt::format(", {} would be made", counted(count, "delivery", "deliveries"));
        return text + skippedOf(replay);
    }
    if (rate) text += fmt::format(", {:.0f} events/s", *rate);
    text += fmt::format(
        "; deliveries: {} made, {} delivered, {} dead, {} failing, {} not tried yet",
        replay.counts.deliveries,
        view.outcomes.delivered,
        view.outcomes.dead,
        view.outcomes.failing,
        view.outcomes.untried
    );
    const store::ReplayOutcomes& outcomes = view.outcomes;
    const std::int64_t gone = replay.counts.deliveries - outcomes.delivered - outcomes.dead -
                              outcomes.failing - outcomes.untried;
    if (gone > 0) text += fmt::format(", {} taken back or gone from the log", gone);
    return text + skippedOf(replay);
}

std::string describeWaits(const ReplayView& view) {
    std::string text;
    for (const pipeline::ReplayWait& wait : view.waits) {
        const std::string action = actionOn(wait);
        text += fmt::format(
            "  {}: {}{}{}\n", namesOf(wait), wait.reason, action.empty() ? "" : "\n    do: ", action
        );
    }
    return text;
}

std::string replayJson(const ReplayView& view) {
    const Replay& replay = view.replay;
    JsonWriter json;
    json.beginObject()
        .field("id", replay.id.value)
        .field("state", replayStateName(replay.state))
        .field("redelivery", replay.is_redelivery)
        .field("dryRun", replay.is_dry_run)
        .field("from", formatRfc3339(replay.from))
        .field("to", formatRfc3339(replay.to))
        .field("rate", replay.rate)
        .field("percent", percent(view))
        .field("eventsInRange", view.in_range)
        .field("eventsExamined", replay.counts.examined)
        .field("eventsMatched", replay.is_redelivery ? 0 : replay.counts.matched)
        .field("deliveriesMatched", replay.is_redelivery ? replay.counts.matched : 0)
        .field("instancesSkipped", replay.counts.skipped)
        .field("deliveries", replay.counts.deliveries)
        .field("delivered", view.outcomes.delivered)
        .field("dead", view.outcomes.dead)
        .field("failing", view.outcomes.failing)
        .field("untried", view.outcomes.untried)
        .field("createdDate", formatRfc3339(replay.created_at))
        .field("updatedDate", formatRfc3339(replay.updated_at));
    json.key("waitsFor").beginArray();
    for (const pipeline::ReplayWait& wait : view.waits) {
        json.beginObject().key("instances").beginArray();
        for (const Instance& instance : wait.instances)
            json.string(instance.name);
        json.endArray().field("reason", wait.reason).field("action", actionOn(wait)).endObject();
    }
    json.endArray().endObject();
    return json.take();
}

std::optional<double> ReplayRate::next(const ReplayView& view) {
    const auto now = std::chrono::steady_clock::now();
    const std::int64_t examined = view.replay.counts.examined;
    std::optional<double> rate;
    if (examined_ >= 0) {
        const std::chrono::duration<double> passed = now - at_;
        rate = static_cast<double>(examined - examined_) / std::max(passed.count(), 0.001);
    }
    at_ = now;
    examined_ = examined;
    return rate;
}

}  // namespace ferry::cli
