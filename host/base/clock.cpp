#include "base/clock.h"

#include <ctime>

namespace ferry {
namespace {

std::string formatUtc(TimePoint time, const char* format) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char buffer[64];
    const std::size_t size = std::strftime(buffer, sizeof buffer, format, &parts);
    return {buffer, size};
}

TimePoint wallClock() {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

SystemClock::SystemClock()
    : wall_at_start_(wallClock()), steady_at_start_(std::chrono::steady_clock::now()) {}

TimePoint SystemClock::now() const {
    const auto elapsed = std::chrono::steady_clock::now() - steady_at_start_;
    return wall_at_start_ + std::chrono::duration_cast<Milliseconds>(elapsed);
}

TimePoint SystemClock::wallNow() const {
    return wallClock();
}

std::string formatRfc3339(TimePoint time) {
    return formatUtc(time, "%Y-%m-%dT%H:%M:%SZ");
}

std::string formatJavaDate(TimePoint time) {
    return formatUtc(time, "%a %b %d %H:%M:%S UTC %Y");
}

}  // namespace ferry
