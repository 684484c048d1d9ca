#include "answers.h"

#include "json.h"
#include "text.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace ferry::declarative {
namespace {

std::int64_t systemMs() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace

sdk::Error::Wait retryAfter(const sdk::HttpResponse& response) {
    const std::string_view text = response.header("retry-after");
    constexpr std::int64_t kWeekMs = 604'800'000;  // and no number is too large for milliseconds
    if (const auto until = parseHttpDate(text)) {
        // By the clock of whoever says it, if the answer has it.
        const auto now = parseHttpDate(response.header("date"));
        const std::int64_t wait = *until - now.value_or(systemMs());
        return std::chrono::milliseconds(std::clamp<std::int64_t>(wait, 0, kWeekMs));
    }
    std::int64_t seconds = -1;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (seconds < 0) return std::nullopt;
    return std::chrono::milliseconds(std::min(seconds, kWeekMs / 1000) * 1000);
}

std::string form(const Texts& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        text += (text.empty() ? "" : "&") + percentEncode(name) + "=" + percentEncode(value);
    }
    return text;
}

std::string json(const Texts& fields) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        writer.Key(name.c_str());
        writer.String(value.c_str());
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

void throwIfTransient(const sdk::HttpResponse& response, std::string_view what) {
    const std::string place(what);
    if (response.status() == 0) throw sdk::Error::unavailable(place + ": no answer");
    if (response.status() == 429)
        throw sdk::Error::rateLimited(place + ": too many requests", retryAfter(response));
    if (response.status() >= 500)
        throw sdk::Error::unavailable(
            place + ": answered " + std::to_string(response.status()), retryAfter(response)
        );
}

void throwUnlessOk(const sdk::HttpResponse& response, const std::string& what) {
    throwIfTransient(response, what);
    if (response.ok()) return;
    const std::string message = what + ": answered " + std::to_string(response.status());
    if (response.status() == 401) throw sdk::Error::authExpired(message);
    throw sdk::Error::rejected(message);
}

std::string errorWord(const rapidjson::Value& answer) {
    std::string word = textAt(answer, "error");
    const bool is_word = word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
                             return isDigit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
                         });
    return is_word ? word : std::string("an error");
}

/// RFC 6749 has invalid_grant; the others are what providers say in its place.
bool saysRevoked(std::string_view word) {
    constexpr std::array<std::string_view, 9> kWords = {
        "invalid_grant",
        "invalid_code",
        "code_already_used",
        "bad_verification_code",
        "bad_refresh_token",
        "invalid_refresh_token",
        "token_revoked",
        "token_expired",
        "account_inactive"};
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

}  // namespace ferry::declarative
