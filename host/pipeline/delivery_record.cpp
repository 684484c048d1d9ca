// When what came of attempts is written down, and with how much else.
#include "pipeline/delivery_worker.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

/// A commit writes a page of several trees for each callback whatever it has in them, and waits for
/// the disk: the more it has, the less each delivery costs. What was not recorded when the process
/// is killed is delivered again, so neither many gather, nor for long.
constexpr std::size_t kGatheredMax = 2'048;
constexpr Milliseconds kGatherTime{200};
/// With less under way, a commit for each step costs little.
constexpr std::size_t kGatherFrom = 32;

}  // namespace

void DeliveryWorker::keepOutcome(AttemptOutcome outcome) {
    // Of a lane nothing else goes out before the record; what failed is looked for by others.
    const bool may_gather = outcome.state == DeliveryState::Delivered && !outcome.lane;
    const TimePoint latest = may_gather ? outcome.finished_at + kGatherTime : TimePoint();
    record_at_ = std::min(record_at_, latest);
    outcomes_.push_back(std::move(outcome));
}

/// Whether they are recorded before more is leased. Otherwise the receivers have something to do
/// while the commit waits for the disk.
bool DeliveryWorker::mustRecordFirst() const {
    const std::size_t under_way = in_flight_.size() + outcomes_.size();
    return under_way < kGatherFrom || is_stopping_ || record_at_ == TimePoint();
}

/// Whether the outcomes may wait for others.
bool DeliveryWorker::mayGather() const {
    return in_flight_.size() >= kGatherFrom && outcomes_.size() < kGatheredMax && !is_stopping_ &&
           services_.clock.now() < record_at_;
}

bool DeliveryWorker::recordOutcomes() {
    if (const Status status = recordSwitches(); !status) {
        noteStoreFailure("switch a callback off", status.error());
        return false;
    }
    if (outcomes_.empty()) return true;
    if (const Status status = services_.deliveries.record(outcomes_); !status) {
        noteStoreFailure("record attempts", status.error());
        return false;
    }
    outcomes_.clear();
    if (std::exchange(makes_room_, false) && services_.wake_replays) services_.wake_replays();
    record_at_ = TimePoint::max();
    failures_ = 0;
    return true;
}

/// Before the outcomes: a delivery that is recorded first would be the last that is held back.
Status DeliveryWorker::recordSwitches() {
    while (!switches_.empty()) {
        const store::CallbackSwitchedOff& off = switches_.back();
        FERRY_TRY(services_.deliveries.switchOff(off.callback, off.since, off.reason));
        switches_.pop_back();
    }
    return {};
}

}  // namespace ferry::pipeline
