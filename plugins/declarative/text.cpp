#include "text.h"

#include <ferry/sdk.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace ferry::declarative {
namespace {

/// Takes `digits` digits from the front of `text`.
bool takeNumber(std::string_view& text, std::size_t digits, int& out) noexcept {
    if (text.size() < digits || !std::all_of(text.begin(), text.begin() + digits, isDigit))
        return false;
    std::from_chars(text.data(), text.data() + digits, out);
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, std::string_view any_of) noexcept {
    if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
    text.remove_prefix(1);
    return true;
}

/// The offset of a zone in minutes; nothing is UTC as well.
std::optional<int> takeZone(std::string_view text) noexcept {
    if (text.empty() || text == "Z" || text == "z" || text == " UTC" || text == " Z") return 0;
    if (text.front() == ' ') text.remove_prefix(1);
    const bool is_west = text.starts_with('-');
    int hours = 0;
    int minutes = 0;
    if (!take(text, "+-") || !takeNumber(text, 2, hours)) return std::nullopt;
    take(text, ":");
    if (!text.empty() && !takeNumber(text, 2, minutes)) return std::nullopt;
    if (!text.empty() || hours > 23 || minutes > 59) return std::nullopt;
    return (is_west ? -1 : 1) * (hours * 60 + minutes);
}

/// Years 1 to 9999: everything that RFC 3339 can write, and all that the host takes.
std::optional<std::int64_t> within(std::int64_t ms) noexcept {
    constexpr std::int64_t kMsMin = -62'135'596'800'000;
    constexpr std::int64_t kMsMax = 253'402'300'799'999;
    return ms < kMsMin || ms > kMsMax ? std::nullopt : std::optional(ms);
}

std::optional<std::int64_t> parseEpoch(std::string_view text) noexcept {
    constexpr std::size_t kSecondsDigitsMax = 11;
    constexpr std::size_t kDigitsMax = 15;
    const std::string_view whole = text.substr(0, text.find('.'));
    if (whole.empty() || whole.size() > kDigitsMax) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), number);
    return within(whole.size() <= kSecondsDigitsMax ? number * 1000 : number);
}

}  // namespace

std::optional<std::int64_t> parseTime(std::string_view text) noexcept {
    const bool is_number =
        !text.empty() && isDigit(text.front()) &&
        std::all_of(text.begin(), text.end(), [](char c) { return isDigit(c) || c == '.'; });
    if (is_number) return parseEpoch(text);
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    const bool has_date = takeNumber(text, 4, year) && take(text, "-") &&
                          takeNumber(text, 2, month) && take(text, "-") && takeNumber(text, 2, day);
    if (!has_date) return std::nullopt;
    int millisecond = 0;
    if (!text.empty()) {
        const bool has_time = take(text, "Tt ") && takeNumber(text, 2, hour) && take(text, ":") &&
                              takeNumber(text, 2, minute) && take(text, ":") &&
                              takeNumber(text, 2, second);
        if (!has_time) return std::nullopt;
        if (take(text, ".")) {
            int weight = 100;
            while (!text.empty() && isDigit(text.front())) {
                millisecond += weight * (text.front() - '0');
                weight /= 10;
                text.remove_prefix(1);
            }
        }
    }
    const auto zone = takeZone(text);
    using namespace std::chrono;
    const year_month_day date{
        std::chrono::year(year),
        std::chrono::month(static_cast<unsigned>(month)),
        std::chrono::day(static_cast<unsigned>(day))};
    if (!zone || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    const std::int64_t minutes = (days * 24 + hour) * 60 + minute - *zone;
    return within((minutes * 60 + second) * 1000 + millisecond);
}

std::optional<std::int64_t> parseHttpDate(std::string_view text) noexcept {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    constexpr std::size_t kWeekdayBytes = 5;  // "Sun, "
    if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
    const std::size_t month = kMonths.find(text.substr(8, 3));
    if (month == kMonths.npos || month % 3 != 0) return std::nullopt;
    // The same in the order of RFC 3339.
    const std::string number = std::to_string(month / 3 + 101);
    std::string plain(text.substr(12, 4));
    plain.append("-").append(number.substr(1)).append("-");
    plain.append(text.substr(kWeekdayBytes, 2)).append("T").append(text.substr(17, 8)).append("Z");
    return parseTime(plain);
}

std::string formatTime(std::int64_t ms) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds(ms)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(time) - day);
    std::array<char, 32> text{};
    const int size = std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02dZ",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count())
    );
    return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

std::optional<std::string> jwtPayload(std::string_view text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const std::size_t first = text.find('.');
    const std::size_t last = text.rfind('.');
    if (first == text.npos || last == first || text.find('.', first + 1) != last)
        return std::nullopt;
    std::string payload;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text.substr(first + 1, last - first - 1)) {
        const std::size_t digit = kDigits.find(c);
        if (digit == kDigits.npos) return std::nullopt;
        bits = (bits << 6U | static_cast<std::uint32_t>(digit)) & 0xFFFFU;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        payload += static_cast<char>(bits >> count & 0xFFU);
    }
    return payload;
}

std::string percentEncode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool is_plain = isDigit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' ||
                              c == '.' || c == '_' || c == '~';
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain) {
            out += c;
        } else {
            out += '%';
            out += kDigits[byte >> 4U];
            out += kDigits[byte & 15U];
        }
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        unsigned bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= group.size() ? kDigits[bits >> (18U - 6U * i) & 63U] : '=';
    }
    return out;
}

std::optional<std::string> formDecoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        unsigned byte = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const char* end = text.data() + i + 3;
        const auto result = std::from_chars(text.data() + i + 1, end, byte, 16);
        if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    return out;
}

std::optional<std::string> queryValue(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) != name) continue;
        return formDecoded(pair.substr(std::min(equals + 1, pair.size())));
    }
    return std::nullopt;
}

std::string oneLine(std::string_view text) {
    const bool is_utf8 = sdk::isText(text, text.size());
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::string_view rest = text.substr(i);
        const auto third = rest.size() > 2 ? static_cast<unsigned char>(rest[2]) : 0U;
        const bool is_sign = (rest.starts_with("\xE2\x80") && ((third >= 0x8B && third <= 0x8F) ||
                                                               (third >= 0xA8 && third <= 0xAE))) ||
                             (rest.starts_with("\xE2\x81") && third >= 0xA0 && third <= 0xAF);
        const bool is_c1 =
            byte == 0xC2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0;
        const bool is_blank = byte <= 0x20 || byte == 0x7F || (is_utf8 && (is_c1 || is_sign));
        if (is_utf8 && (is_c1 || is_sign)) i += is_sign ? 2 : 1;
        if (!is_blank)
            line += byte < 0x80 || is_utf8 ? text[i] : '?';
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    return line;
}

std::size_t wholeCharacters(std::string_view text, std::size_t bytes_max) noexcept {
    std::size_t end = std::min(text.size(), bytes_max);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return end;
}

}  // namespace ferry::declarative
