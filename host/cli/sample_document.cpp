#include "cli/sample_document.h"

#include "base/encoding.h"
#include "base/time_text.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace ferry::cli {

using rapidjson::Value;

namespace {

struct SampleUrl {
    std::string host;
    std::string path;  ///< as it stands there
    std::string query;
};

/// nullopt: it names none, or one without scheme and host.
std::optional<SampleUrl> urlOf(const Value& sample) {
    const std::string url = stringAt(sample, "url");
    const std::size_t scheme = url.find("://");
    if (scheme == std::string::npos) return std::nullopt;
    const std::size_t host = scheme + 3;
    const std::size_t path = std::min(url.find('/', host), url.size());
    const std::size_t query = std::min(url.find('?', path), url.size());
    return SampleUrl{
        url.substr(host, path - host),
        url.substr(path, query - path),
        url.substr(std::min(query + 1, url.size()))};
}

/// What says how its signature is verified.
Status checkSigned(const Value& sample) {
    const Value* is_signed = member(sample, "signed");
    if (is_signed != nullptr && member(sample, "body") != nullptr)
        return fail(
            ErrorCode::Corrupt,
            "a sample that is signed has no 'body' but a 'text': what was signed, byte for byte"
        );
    if (is_signed != nullptr && (!is_signed->IsTrue() || stringAt(sample, "secret").empty()))
        return fail(
            ErrorCode::Corrupt,
            "'signed' of the sample is true, or is not there, and needs the 'secret' that it was "
            "signed with"
        );
    if (member(sample, "url") != nullptr && !urlOf(sample))
        return fail(
            ErrorCode::Corrupt,
            "'url' of the sample, that it was sent to, is none such as "
            "https://hub.example.com/elements/api-v2/events/acme"
        );
    const std::string at = stringAt(sample, "at");
    if (member(sample, "at") != nullptr && !parseRfc3339(at))
        return fail(
            ErrorCode::Corrupt,
            "'at' of the sample, when it came, is no time such as 2026-01-02T03:04:05Z"
        );
    return {};
}

}  // namespace

std::string textOf(const Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

const Value* member(const Value& object, const char* name) {
    if (!object.IsObject()) return nullptr;
    const auto found = object.FindMember(name);
    return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string stringAt(const Value& object, const char* name, const char* otherwise) {
    const Value* value = member(object, name);
    return value != nullptr && value->IsString() ? value->GetString() : otherwise;
}

http::Request requestOf(const Value& sample) {
    http::Request request;
    request.method = stringAt(sample, "method", "POST");
    request.path = "/elements/api-v2/events/sample";
    request.query = stringAt(sample, "query");
    if (request.query.starts_with('?')) request.query.erase(0, 1);
    if (const Value* headers = member(sample, "headers");
        headers != nullptr && headers->IsObject()) {
        for (const auto& header : headers->GetObject()) {
            if (header.value.IsString())
                request.headers.add(header.name.GetString(), header.value.GetString());
        }
    }
    if (const auto url = urlOf(sample)) {
        request.headers.add("Host", url->host);
        request.raw_path = url->path;
        request.path = percentDecode(url->path, false).value_or(url->path);
        if (member(sample, "query") == nullptr) request.query = url->query;
    }
    const Value* body = member(sample, "body");
    request.body = body == nullptr ? stringAt(sample, "text") : textOf(*body);
    return request;
}

Status checkSample(const Value& sample) {
    static const std::vector<std::string_view> of_polls{"resource", "record", "events"};
    static const std::vector<std::string_view> of_webhooks{
        "method",
        "url",
        "query",
        "headers",
        "body",
        "text",
        "account",
        "secret",
        "signed",
        "at",
        "events",
        "answer"};
    const auto& known = member(sample, "resource") != nullptr ? of_polls : of_webhooks;
    for (const auto& entry : sample.GetObject()) {
        const std::string_view name(entry.name.GetString(), entry.name.GetStringLength());
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string meant = config::didYouMean(name, known);
        return fail(
            ErrorCode::Corrupt,
            fmt::format(
                "unknown key '{}' in the sample; {}",
                name,
                meant.empty() ? fmt::format("known: {}", fmt::join(known, ", ")) : meant
            )
        );
    }
    const Value* events = member(sample, "events");
    const Value* answer = member(sample, "answer");
    if ((events == nullptr) == (answer == nullptr))
        return fail(
            ErrorCode::Corrupt,
            "the sample needs 'events', a list of what it gives ([]: nothing), or, of a challenge, "
            "'answer'"
        );
    if (events != nullptr && !events->IsArray())
        return fail(ErrorCode::Corrupt, "'events' of the sample is no list");
    if (answer != nullptr && !answer->IsString())
        return fail(ErrorCode::Corrupt, "'answer' of the sample is no text");
    FERRY_TRY(checkSigned(sample));
    for (rapidjson::SizeType i = 0; events != nullptr && i < events->Size(); ++i)
        if (!(*events)[i].IsObject())
            return fail(
                ErrorCode::Corrupt, fmt::format("event {} of the sample is no object", i + 1)
            );
    return {};
}

}  // namespace ferry::cli
