#pragma once
// Waiting for a replay, with progress.

#include "app/signals.h"
#include "cli/command.h"
#include "cli/replay_view.h"

namespace ferry::cli {

/// One line and what it waits for, or one JSON object, to standard output.
void printReplay(const ReplayView& view, bool is_json);

/// Shows how far the replay is until all it made was sent once, until nothing moves any more, the
/// hub stops, or a signal says that somebody has seen enough; then prints it. What the replay does
/// goes on in the hub. Gives what the command exits with.
int watchReplay(
    const config::HubConfig& config,
    store::Store& store,
    ReplayId id,
    bool is_json,
    app::Signals& signals
);

}  // namespace ferry::cli
