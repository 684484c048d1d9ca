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

constexpr std::int64_t kWaitMsMax = 604'800'000;  // a week; no number is too large for milliseconds

std::int64_t systemMs() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

/// Where providers say in JSON what is wrong.
std::string messageIn(const rapidjson::Value& answer) {
    static const std::array<Pointer, 6> kPlaces{
        Pointer{"error", "message"},
        Pointer{"message"},
        Pointer{"error_description"},
        Pointer{"detail"},
        Pointer{"errors", "0", "message"},
        Pointer{"error"}};
    for (const Pointer& place : kPlaces) {
        const rapidjson::Value* found = nodeAt(answer, place);
        if (found != nullptr && found->IsString() && found->GetStringLength() > 0)
            return {found->GetString(), found->GetStringLength()};
    }
    return {};
}

/// What percentEncode made, with blanks as HTML's forms have them.
std::string inFormOfBrowsers(std::string encoded) {
    for (std::size_t at = encoded.find("%20"); at != encoded.npos; at = encoded.find("%20", at))
        encoded.replace(at, 3, "+");
    return encoded;
}

/// What percentEncode made, with its digits in lower case: %2f.
std::string lowerHex(std::string encoded) {
    for (std::size_t at = encoded.find('%'); at != encoded.npos; at = encoded.find('%', at + 1))
        for (std::size_t digit = at + 1; digit < at + 3; ++digit)
            encoded[digit] = lower(encoded[digit]);
    return encoded;
}

}  // namespace

sdk::Error::Wait waitUntil(std::string_view text, std::int64_t now_ms) {
    constexpr std::int64_t kSecondsMax = 100'000'000;  // as a time that is in the year 1973
    const auto time = parseTime(text);
    if (!time) return std::nullopt;
    const bool is_number = text.find_first_of("-:") == text.npos;
    const std::int64_t wait = is_number && *time < kSecondsMax * 1000 ? *time : *time - now_ms;
    return std::chrono::milliseconds(std::clamp<std::int64_t>(wait, 0, kWaitMsMax));
}

sdk::Error::Wait retryAfter(const sdk::HttpResponse& response) {
    const std::string_view text = response.header("retry-after");
    if (const auto until = parseHttpDate(text)) {
        // By the clock of whoever says it, if the answer has it.
        const auto now = parseHttpDate(response.header("date"));
        const std::int64_t wait = *until - now.value_or(systemMs());
        return std::chrono::milliseconds(std::clamp<std::int64_t>(wait, 0, kWaitMsMax));
    }
    std::int64_t seconds = -1;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (seconds < 0) return std::nullopt;
    return std::chrono::milliseconds(std::min(seconds, kWaitMsMax / 1000) * 1000);
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

Secrets::Secrets(const sdk::AccountView& account, std::string_view access_token) {
    const sdk::FieldsView configuration = account.configuration();
    for (std::size_t i = 0; i < configuration.size(); ++i)
        add(configuration.value(i));
    add(access_token);
}

void Secrets::add(std::string_view secret) {
    constexpr std::size_t kBytesMin = 4;  // less stands in any text
    if (secret.size() < kBytesMin || secret == "true" || secret == "false") return;
    const std::string encoded = percentEncode(secret);
    for (std::string form :
         {std::string(secret),
          encoded,
          inFormOfBrowsers(encoded),
          lowerHex(encoded),
          base64(secret)}) {
        if (std::find(words_.begin(), words_.end(), form) != words_.end()) continue;
        const auto place =
            std::find_if(words_.begin(), words_.end(), [&form](const std::string& word) {
                return word.size() < form.size();
            });
        words_.insert(place, std::move(form));
    }
}

std::string Secrets::without(std::string text) const {
    constexpr std::string_view kMask = "***";
    for (const std::string& word : words_)
        for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at))
            text.replace(at, word.size(), kMask), at += kMask.size();
    // Credentials that were made of several of them.
    for (const std::string_view scheme : {"Basic ", "Bearer "}) {
        for (std::size_t at = text.find(scheme); at != text.npos; at = text.find(scheme, at)) {
            at += scheme.size();
            const std::size_t end = std::min(text.find_first_of(" \"',;", at), text.size());
            constexpr std::size_t kWordMax = 16;
            if (end - at >= kWordMax) text.replace(at, end - at, kMask);
        }
    }
    return text;
}

std::string said(const sdk::HttpResponse& response, const Secrets& secrets) {
    constexpr std::size_t kBytesMax = 200;
    constexpr std::size_t kReadBytesMax = 4096;
    JsonDocument body;
    std::string text;
    if (body.parse(response.body()))
        text = messageIn(body.root());
    else if (!response.body().starts_with('<'))  // a page for browsers
        text = response.body();
    text = oneLine(secrets.without(text.substr(0, kReadBytesMax)));
    if (text.size() > kBytesMax) {
        text.resize(wholeCharacters(text, kBytesMax - 3));
        text += "...";
    }
    return text.empty() ? text : ": " + text;
}

void throwIfTransient(
    const sdk::HttpResponse& response, std::string_view what, const Secrets* secrets
) {
    const std::string place(what);
    if (response.status() == 0) throw sdk::Error::unavailable(place + ": no answer");
    constexpr int kTooMany = 429;
    if (response.status() != kTooMany && response.status() < 500) return;
    const std::string words = secrets == nullptr ? std::string() : said(response, *secrets);
    if (response.status() == kTooMany)
        throw sdk::Error::rateLimited(place + ": too many requests" + words, retryAfter(response));
    throw sdk::Error::unavailable(
        place + ": answered " + std::to_string(response.status()) + words, retryAfter(response)
    );
}

void throwUnlessOk(
    const sdk::HttpResponse& response, const std::string& what, const Secrets& secrets
) {
    throwIfTransient(response, what, &secrets);
    if (response.ok()) return;
    const std::string message =
        what + ": answered " + std::to_string(response.status()) + said(response, secrets);
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
