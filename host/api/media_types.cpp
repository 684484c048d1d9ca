#include "api/media_types.h"

#include "base/ascii.h"

#include <optional>
#include <string>

namespace ferry::api {
namespace {

/// How closely a range of Accept names JSON.
enum class Fit : unsigned char { None, Any, AnyApplication, Json };

/// What stands before the first `end`, which is taken away with it.
std::string_view takeUntil(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return trimBlanks(part);
}

bool isJsonType(const std::string& type) {
    return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

Fit fitOf(const std::string& type) {
    if (isJsonType(type)) return Fit::Json;
    if (type == "application/*") return Fit::AnyApplication;
    // "*" alone is what some clients of old send.
    return type == "*/*" || type == "*" ? Fit::Any : Fit::None;
}

/// True if the parameters of a range have a q of 0: it is what the caller does not take.
bool isRefused(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string parameter = lowerAscii(takeUntil(parameters, ';'));
        if (!parameter.starts_with("q=")) continue;
        const std::string_view quality = std::string_view(parameter).substr(2);
        return quality.starts_with('0') && quality.find_first_not_of("0.") == quality.npos;
    }
    return false;
}

}  // namespace

bool isJson(std::string_view content_type) {
    const std::string type = lowerAscii(takeUntil(content_type, ';'));
    return type.empty() || isJsonType(type);
}

bool takesJson(const http::Headers& headers) {
    std::optional<Fit> best;
    bool is_taken = true;
    for (const auto& [name, value] : headers.fields()) {
        if (lowerAscii(std::string_view(name)) != "accept") continue;
        std::string_view ranges = value;
        while (!ranges.empty()) {
            std::string_view parameters = takeUntil(ranges, ',');
            const std::string type = lowerAscii(takeUntil(parameters, ';'));
            // Not a type at all: nobody can say what is meant by it.
            if (type.find('/') == std::string::npos && type != "*") continue;
            const Fit fit = fitOf(type);
            if (best && fit <= *best) continue;
            best = fit;
            is_taken = fit != Fit::None && !isRefused(parameters);
        }
    }
    return is_taken;
}

}  // namespace ferry::api
