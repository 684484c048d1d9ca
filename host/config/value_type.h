#pragma once
// The types a configured value can have, and reading them from text. The same rules serve YAML
// and the strings of the REST API.

#include "base/duration_text.h"
#include "base/number_text.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

enum class ValueType : std::uint8_t {
    String,
    Boolean,   ///< true, false
    Integer,   ///< decimal, 64 bits with sign
    Duration,  ///< 500ms, 5s, 1m, 2h, 7d, also 1h30m
    Bytes,     ///< 512, 64KiB, 10MiB, 1GiB; KB, MB, GB are powers of 1000
    Url,       ///< absolute, http or https
    Enum,      ///< one of a field's `values`
    List,      ///< texts; as one text joined by commas
    // Only for fields of files, not for parameters:
    Object,      ///< a mapping with the fields of `Field::table`
    ObjectList,  ///< a list of such mappings
    ObjectMap,   ///< a mapping of free names to such mappings
    StringMap,   ///< a mapping of free names to texts
    Any,         ///< whatever its own reader makes of it
};

std::string_view valueTypeName(ValueType type) noexcept;
/// The type of a manifest's word ("duration"); nullopt for an unknown one. Flat types alone.
std::optional<ValueType> valueTypeFromName(std::string_view name) noexcept;
/// Names of the types that parameters may have.
const std::vector<std::string>& parameterTypeNames();

/// true, True, TRUE and the same of false.
std::optional<bool> parseBoolean(std::string_view text) noexcept;
/// A number and an optional unit (B, KB, MB, GB, TB, KiB, MiB, GiB, TiB).
std::optional<std::int64_t> parseBytes(std::string_view text) noexcept;

/// The shortest text that parseBytes reads as the same: "64KiB".
std::string bytesText(std::int64_t bytes);

/// The parts of an absolute URL that checks need; views into the text.
struct UrlParts {
    std::string_view scheme;  ///< in lower case
    std::string_view host;    ///< without the brackets of an IPv6 address
    std::string_view port;    ///< empty if not given
    std::string_view rest;    ///< path, query
};

/// Why `text` is no usable URL, or "" if it is one; then `parts` is set. Accepts http and https,
/// without user information and without a fragment.
std::string_view checkUrl(std::string_view text, UrlParts& parts) noexcept;

/// A POSIX extended regular expression (no exceptions, no recursion on the input's length).
/// Copies share the compiled form; matching is safe from any thread.
class Pattern {
  public:
    Pattern() = default;
    /// nullopt if `expression` is none. It must match the whole value.
    static std::optional<Pattern> compile(const std::string& expression);

    bool isSet() const noexcept { return compiled_ != nullptr; }
    const std::string& expression() const noexcept { return expression_; }
    bool matches(const std::string& text) const noexcept;

  private:
    std::string expression_;
    std::shared_ptr<const void> compiled_;
};

}  // namespace ferry::config
