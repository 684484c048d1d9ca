#include "api/authorization_header.h"

#include "base/ascii.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace ferry::api {
namespace {

struct Scheme {
    std::string_view name;  // in lower case
    std::optional<Secret> Credentials::* value;
};

constexpr std::array<Scheme, 4> kSchemes = {{
    {"user", &Credentials::user},
    {"organization", &Credentials::organization},
    {"element", &Credentials::element},
    {"bearer", &Credentials::bearer},
}};

constexpr std::size_t kSchemeBytesMax = 12;

/// The scheme that `text` begins with, if a space or the end comes after it.
const Scheme* schemeOf(std::string_view text) {
    // No further than the longest name: a header full of commas is asked about at each of them.
    text = text.substr(0, kSchemeBytesMax + 1);
    const std::string name = lowerAscii(text.substr(0, text.find_first_of(" \t")));
    for (const Scheme& scheme : kSchemes) {
        if (scheme.name == name) return &scheme;
    }
    return nullptr;
}

/// The first comma of `text` that a scheme follows.
std::size_t endOfPair(std::string_view text) {
    for (std::size_t comma = text.find(','); comma != std::string_view::npos;
         comma = text.find(',', comma + 1)) {
        if (schemeOf(trimBlanks(text.substr(comma + 1))) != nullptr) return comma;
    }
    return text.size();
}

}  // namespace

Result<Credentials> parseAuthorization(std::string_view header) {
    Credentials credentials;
    std::string_view rest = trimBlanks(header);
    while (!rest.empty()) {
        const Scheme* const scheme = schemeOf(rest);
        if (scheme == nullptr) {
            return fail(
                ErrorCode::Unauthenticated,
                "the Authorization header is none: write 'User <secret>, Organization <secret>, "
                "Element <token>', or 'Bearer <api key>'"
            );
        }
        const std::size_t end = endOfPair(rest);
        const std::string_view value =
            trimBlanks(rest.substr(scheme->name.size(), end - scheme->name.size()));
        if (value.empty()) {
            return fail(
                ErrorCode::Unauthenticated,
                fmt::format("the Authorization header has no value for '{}'", scheme->name)
            );
        }
        std::optional<Secret>& place = credentials.*(scheme->value);
        if (place) {
            return fail(
                ErrorCode::Unauthenticated,
                fmt::format("the Authorization header has '{}' twice", scheme->name)
            );
        }
        place.emplace(std::string(value));
        rest = end == rest.size() ? std::string_view() : trimBlanks(rest.substr(end + 1));
    }
    return credentials;
}

}  // namespace ferry::api
