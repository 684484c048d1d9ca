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
    std::optional<Secret> Credentials::*value;
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

/// True if a pair begins at `text`, which stands behind a comma: a blank is there, or a word and a
/// blank, or one of the schemes. Other commas are part of a value.
bool beginsPair(std::string_view text) {
    const std::size_t word_end = text.find_first_of(" \t,");
    const bool has_blank = word_end != std::string_view::npos && text[word_end] != ',';
    return has_blank || schemeOf(text) != nullptr;
}

std::size_t endOfPair(std::string_view text) {
    for (std::size_t comma = text.find(','); comma != std::string_view::npos;
         comma = text.find(',', comma + 1)) {
        if (beginsPair(text.substr(comma + 1))) return comma;
    }
    return text.size();
}

/// Does not show it: it may be a part of a secret.
std::string unknownScheme(std::string_view before) {
    constexpr std::string_view kForm =
        "write 'User <secret>, Organization <secret>, Element <token>', or 'Bearer <api key>'";
    if (before.empty()) return fmt::format("the Authorization header is none: {}", kForm);
    return fmt::format(
        "the Authorization header has an unknown scheme behind '{}': {}", before, kForm
    );
}

}  // namespace

Result<Credentials> parseAuthorization(std::string_view header) {
    Credentials credentials;
    std::string_view rest = trimBlanks(header);
    // Whoever joins the pairs in a loop may have one behind the last.
    if (rest.ends_with(',')) rest = trimBlanks(rest.substr(0, rest.size() - 1));
    std::string_view before;
    while (!rest.empty()) {
        const Scheme* const scheme = schemeOf(rest);
        if (scheme == nullptr) return fail(ErrorCode::Unauthenticated, unknownScheme(before));
        before = scheme->name;
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
