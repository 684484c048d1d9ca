#include "cli/replay_watch.h"

#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <utility>

namespace ferry::cli {

namespace {

constexpr Milliseconds kLookInterval{500};

/// What ends the waiting; what the replay does goes on in the hub.
enum class WatchEnd : std::uint8_t { Through, Enough, HubStopped, Held };

std::string remarkOn(WatchEnd end, ReplayId id) {
    switch (end) {
        case WatchEnd::Through:
            return {};
        case WatchEnd::Enough:
            return fmt::format(
                "it goes on: 'ferry replay status {0} --watch' shows how far it is, 'ferry replay "
                "cancel {0}' ends it",
                id.value
            );
        case WatchEnd::HubStopped:
            return "the hub has stopped; the replay goes on when it starts again";
        case WatchEnd::Held:
            return fmt::format(
                "nothing moves any more; the replay goes on by itself once its callbacks take "
                "something: 'ferry replay status {}' shows what it waits for, 'ferry instances' "
                "how they are",
                id.value
            );
    }
    return {};
}

/// Whether nothing has happened for so long that the deliveries are held back.
class StillTime {
  public:
    bool isHeld(const ReplayView& view) {
        const auto now = std::chrono::steady_clock::now();
        const bool runs = view.replay.state == ReplayState::Running;
        const Seen seen{runs, view.replay.counts, view.outcomes.untried};
        if (seen != seen_) {
            seen_ = seen;
            since_ = now;
        }
        const bool is_known = !runs || isStopped(view);
        return now - since_ > (is_known ? kHeldWhenKnown : kHeldWhileRunning);
    }

  private:
    /// Nothing changes before somebody does something.
    static bool isStopped(const ReplayView& view) {
        using pipeline::HoldKind;
        const auto stands = [](const auto& wait) {
            return wait.kind == HoldKind::SwitchedOff || wait.kind == HoldKind::NoPermission ||
                   wait.kind == HoldKind::InstanceOff;
        };
        return !view.waits.empty() && std::all_of(view.waits.begin(), view.waits.end(), stands);
    }

    struct Seen {
        bool runs = false;
        ReplayCounts counts;
        std::int64_t untried = -1;

        bool operator==(const Seen&) const = default;
    };
    /// Once it has ended, or a callback that is left alone is why.
    static constexpr std::chrono::seconds kHeldWhenKnown{10};
    /// Longer than a slow one takes for a full callback.
    static constexpr std::chrono::seconds kHeldWhileRunning{60};
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    Seen seen_;
};

Result<std::pair<ReplayView, WatchEnd>> waitFor(
    const config::HubConfig& config, store::Store& store, ReplayId id, app::Signals& signals
) {
    ProgressLine progress;
    ReplayRate rate;
    StillTime still;
    for (;;) {
        FERRY_TRY_ASSIGN(ReplayView view, readReplay(store, id));
        if (isThrough(view)) return std::pair(std::move(view), WatchEnd::Through);
        if (still.isHeld(view)) return std::pair(std::move(view), WatchEnd::Held);
        progress.show(describeReplay(view, rate.next(view)));
        if (signals.wait(kLookInterval) == app::Signal::Stop) {
            return std::pair(std::move(view), WatchEnd::Enough);
        }
        FERRY_TRY_ASSIGN(const bool is_running, isHubRunning(config));
        if (!is_running) return std::pair(std::move(view), WatchEnd::HubStopped);
    }
}

}  // namespace

void printReplay(const ReplayView& view, bool is_json) {
    if (is_json) {
        std::cout << replayJson(view) << "\n";
        return;
    }
    std::cout << describeReplay(view, std::nullopt) << "\n" << describeWaits(view);
}

int watchReplay(
    const config::HubConfig& config,
    store::Store& store,
    ReplayId id,
    bool is_json,
    app::Signals& signals
) {
    const auto watched = waitFor(config, store, id, signals);
    if (!watched) return failWith(watched.error().message);
    const auto& [view, end] = *watched;
    printReplay(view, is_json);
    if (end != WatchEnd::Through) std::cerr << remarkOn(end, id) << "\n";
    return end == WatchEnd::HubStopped ? kExitFailed : kExitOk;
}

}  // namespace ferry::cli
