// Goal: no commit is repeated in its callbacks that would cost more than it may.
// Method: commits just at the limits, and just beyond.

#include "pipeline/event_recorder.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

std::vector<RecordedEvent> events(std::size_t count, std::size_t raw_bytes) {
    std::vector<RecordedEvent> made(count);
    for (RecordedEvent& event : made)
        event.raw = std::string(raw_bytes, 'x');
    return made;
}

TEST(EventRecorder, RepeatsRecordsUpToItsLimits) {
    constexpr std::size_t kEvents = EventRecorder::kRepeatedEventsMax;
    constexpr std::size_t kBytes = EventRecorder::kRepeatedBytesMax;
    EXPECT_TRUE(EventRecorder::mayRepeat({}));
    EXPECT_TRUE(EventRecorder::mayRepeat(events(kEvents, 0)));
    EXPECT_FALSE(EventRecorder::mayRepeat(events(kEvents + 1, 0)));
    EXPECT_TRUE(EventRecorder::mayRepeat(events(2, kBytes / 2)));
    EXPECT_FALSE(EventRecorder::mayRepeat(events(2, kBytes / 2 + 1)));
}

}  // namespace
}  // namespace ferry::pipeline
