#pragma once
// Reading JSON with RapidJSON: a list_folder page cut into its raw records without building a tree,
// and small documents (accounts, tokens, errors) as trees. Nothing here throws.

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::dropbox::json {

/// What is wrong with a text that should be JSON.
enum class Fault : std::uint8_t {
    None,
    Truncated,  ///< it ends in the middle
    NotJson,
    TooDeep,   ///< nested deeper than kDepthMax
    BadShape,  ///< JSON, but not what was expected
};

/// For messages: "ends in the middle", ...
std::string_view faultName(Fault fault) noexcept;

/// No answer of Dropbox is nested deeper than 6.
inline constexpr unsigned kDepthMax = 32;

/// A page of list_folder. The views are of the body that was split.
struct PageParts {
    std::vector<std::string_view> entries;  ///< each one JSON object, as sent
    bool has_entries = false;               ///< there was an array of this name
    std::string cursor;
    std::optional<bool> has_more;
};

/// Cuts {"entries":[…],"cursor":"…","has_more":…}. `body` must be followed by a NUL that does not
/// count. Members that are missing stay empty; unknown ones are skipped.
Fault splitPage(std::string_view body, PageParts& parts);

/// Parses a small document; `text` need not be terminated. On a fault `document` is null.
Fault parse(std::string_view text, rapidjson::Document& document);

/// The member `name` of `value`, or null if `value` is not an object or has none.
const rapidjson::Value* member(const rapidjson::Value& value, const char* name) noexcept;
const rapidjson::Value* member(const rapidjson::Value* value, const char* name) noexcept;

/// The text of the member `name`, or nothing if it is not there or not a string.
std::string_view text(const rapidjson::Value& value, const char* name) noexcept;
std::string_view text(const rapidjson::Value* value, const char* name) noexcept;

}  // namespace ferry::dropbox::json
