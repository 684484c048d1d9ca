#include "http/cors.h"

#include "base/ascii.h"
#include "http/problem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace ferry::http {
namespace {

/// How long a browser may go without asking again, in seconds.
constexpr std::string_view kMaxAge = "600";
constexpr std::size_t kHeaderNamesBytesMax = 2'000;
constexpr std::string_view kVaryPreflight =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// True for names of headers with commas between them, and nothing else.
bool isListOfNames(std::string_view text) {
    return text.size() <= kHeaderNamesBytesMax &&
           std::all_of(text.begin(), text.end(), [](char byte) {
               const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
               const bool is_digit = byte >= '0' && byte <= '9';
               return is_letter || is_digit || byte == '-' || byte == '_' || byte == ',' ||
                      byte == ' ';
           });
}

}  // namespace

Cors::Cors(std::vector<std::string> origins, std::vector<std::string> exposed)
    : origins_(std::move(origins)), exposed_(std::move(exposed)) {}

bool Cors::isAllowed(std::string_view origin) const {
    return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

Handler Cors::wrap(Handler next) const {
    if (origins_.empty()) return next;
    return [cors = *this, next = std::move(next)](const Request& request) {
        const auto origin = request.headers.get("Origin");
        const bool is_preflight = origin && request.method == "OPTIONS" &&
                                  request.headers.get("Access-Control-Request-Method").has_value();
        Response response = next(request);
        // A path that answers OPTIONS by itself means something else by it.
        if (is_preflight && response.status == 405) {
            return cors.answerPreflight(request, *origin, std::move(response));
        }
        // Also without an origin: a cache must not give that answer to a script.
        response.headers.add("Vary", "Origin");
        if (origin && cors.isAllowed(*origin)) {
            response.headers.add("Access-Control-Expose-Headers", cors.exposedHeaders(response));
            response.headers.add("Access-Control-Allow-Origin", std::string(*origin));
        }
        return response;
    };
}

Response Cors::answerPreflight(const Request& request, std::string_view origin, Response refusal)
    const {
    Response answer;
    if (!isAllowed(origin)) {
        answer = problem(
            403,
            request.request_id,
            fmt::format(
                "scripts of {} may not call: api.cors_origins in ferry.yaml does not name it",
                origin.substr(0, 200)
            )
        );
        answer.headers.add("Vary", std::string(kVaryPreflight));
        return answer;
    }
    answer.status = 204;
    answer.content_type.clear();
    answer.headers.add("Vary", std::string(kVaryPreflight));
    answer.headers.add("Access-Control-Allow-Origin", std::string(origin));
    const auto methods = refusal.headers.get("Allow");
    if (methods) answer.headers.add("Access-Control-Allow-Methods", std::string(*methods));
    const auto wanted = request.headers.get("Access-Control-Request-Headers");
    if (wanted && isListOfNames(*wanted)) {
        answer.headers.add("Access-Control-Allow-Headers", std::string(*wanted));
    }
    answer.headers.add("Access-Control-Max-Age", std::string(kMaxAge));
    return answer;
}

std::string Cors::exposedHeaders(const Response& response) const {
    std::vector<std::string_view> names(exposed_.begin(), exposed_.end());
    for (const auto& [name, value] : response.headers.fields()) {
        const bool is_known = std::any_of(names.begin(), names.end(), [&](std::string_view other) {
            return lowerAscii(std::string_view(name)) == lowerAscii(other);
        });
        if (!is_known && name != "Vary") names.push_back(name);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace ferry::http
