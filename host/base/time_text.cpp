#include "base/time_text.h"

#include <chrono>

namespace ferry {
namespace {

/// Takes a text apart from its beginning.
class TextReader {
  public:
    explicit TextReader(std::string_view text) : text_(text) {}

    /// A number of exactly `count` digits.
    std::optional<unsigned> digits(std::size_t count) {
        if (text_.size() < count) return std::nullopt;
        unsigned number = 0;
        for (const char digit : text_.substr(0, count)) {
            if (digit < '0' || digit > '9') return std::nullopt;
            number = number * 10 + static_cast<unsigned>(digit - '0');
        }
        text_.remove_prefix(count);
        return number;
    }
    /// One of these characters.
    bool take(std::string_view characters) {
        if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool isAtEnd() const { return text_.empty(); }

  private:
    std::string_view text_;
};

std::optional<TimePoint> takeDay(TextReader& text) {
    const auto year = text.digits(4);
    const auto month = text.take("-") ? text.digits(2) : std::nullopt;
    const auto day = text.take("-") ? text.digits(2) : std::nullopt;
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year(static_cast<int>(*year)),
        std::chrono::month(*month),
        std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    return TimePoint(std::chrono::sys_days(date));
}

std::optional<Milliseconds> takeTimeOfDay(TextReader& text) {
    if (!text.take("Tt ")) return std::nullopt;
    const auto hours = text.digits(2);
    if (!hours || !text.take(":")) return std::nullopt;
    const auto minutes = text.digits(2);
    if (!minutes || !text.take(":")) return std::nullopt;
    const auto seconds = text.digits(2);
    if (!seconds) return std::nullopt;
    if (*hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
    Milliseconds time((*hours * 3600 + *minutes * 60 + *seconds) * std::int64_t{1000});
    if (!text.take(".")) return time;
    auto digit = text.digits(1);
    if (!digit) return std::nullopt;
    for (unsigned scale = 100; digit; scale /= 10, digit = text.digits(1))
        time += Milliseconds(*digit * scale);
    return time;
}

/// What UTC is before (+) or behind (-) local time.
std::optional<Milliseconds> takeOffset(TextReader& text) {
    if (text.take("Zz")) return Milliseconds(0);
    const bool is_west = text.take("-");
    if (!is_west && !text.take("+")) return std::nullopt;
    const auto hours = text.digits(2);
    const auto minutes = text.take(":") ? text.digits(2) : std::nullopt;
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const Milliseconds offset((*hours * 60 + *minutes) * std::int64_t{60'000});
    return is_west ? offset : -offset;
}

}  // namespace

std::optional<TimePoint> parseRfc3339(std::string_view text) {
    TextReader reader(text);
    const auto day = takeDay(reader);
    if (!day || reader.isAtEnd()) return day;
    const auto time = takeTimeOfDay(reader);
    const auto offset = time ? takeOffset(reader) : std::nullopt;
    if (!offset || !reader.isAtEnd()) return std::nullopt;
    return *day + *time + *offset;
}

}  // namespace ferry
