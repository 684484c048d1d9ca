#include "app/store_watch.h"

namespace ferry::app {
namespace {

constexpr std::string_view kComponent = "store";
constexpr std::string_view kMetaTrial = "store.trial";
constexpr Milliseconds kInterval{5'000};

}  // namespace

TimePoint StoreWatch::step() {
    const TimePoint now = clock_.now();
    // A hub that takes nothing in because it is not ready has nothing else to write.
    const bool was_failing = meta_.writeFailure().has_value();
    if (was_failing) static_cast<void>(meta_.put(kMetaTrial, "written while it could not be"));
    const auto failure = meta_.writeFailure();
    if (failure && !is_failing_) {
        failing_since_ = now;
        log_.error(
            kComponent,
            "the store can't be written: what comes in is refused, and waits where it comes from; "
            "make room on its disk, or see what is wrong with it",
            {{"folder", folder_.string()}, {"error", failure->message}}
        );
    } else if (!failure && is_failing_) {
        log_.info(
            kComponent,
            "the store can be written again",
            {{"folder", folder_.string()},
             {"seconds", static_cast<std::int64_t>((now - failing_since_).count() / 1000)}}
        );
    }
    is_failing_ = failure.has_value();
    return now + kInterval;
}

}  // namespace ferry::app
