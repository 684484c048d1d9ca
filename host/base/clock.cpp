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
    // Stands twice in every event, so without the C library's locale and time zone.
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) return formatUtc(time, "%Y-%m-%dT%H:%M:%SZ");
    std::string text = "0000-00-00T00:00:00Z";
    const auto put = [&text](std::size_t at, unsigned number) {
        text[at] = static_cast<char>('0' + number / 10 % 10);
        text[at + 1] = static_cast<char>('0' + number % 10);
    };
    put(0, static_cast<unsigned>(year / 100));
    put(2, static_cast<unsigned>(year % 100));
    put(5, static_cast<unsigned>(date.month()));
    put(8, static_cast<unsigned>(date.day()));
    put(11, static_cast<unsigned>(clock.hours().count()));
    put(14, static_cast<unsigned>(clock.minutes().count()));
    put(17, static_cast<unsigned>(clock.seconds().count()));
    return text;
}

std::string formatJavaDate(TimePoint time) {
    return formatUtc(time, "%a %b %d %H:%M:%S UTC %Y");
}

}  // namespace ferry
