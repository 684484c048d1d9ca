#pragma once
// Strict reading of a call's JSON argument: unknown fields and wrong types are errors, as at
// Dropbox.

#include <rapidjson/document.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ferry::demo {

/// Getters give the default and keep the first problem; ask problem() after the last getter.
class Arguments {
  public:
    /// "" and "null" are the Void argument: an object without fields.
    explicit Arguments(std::string_view json);

    /// Everything else is a problem.
    void allow(std::initializer_list<std::string_view> names);
    bool has(std::string_view name) const { return find(name) != nullptr; }

    std::string requiredText(std::string_view name);
    std::string text(std::string_view name, std::string_view default_value = {});
    bool boolean(std::string_view name, bool default_value);
    std::int64_t integer(
        std::string_view name, std::int64_t default_value, std::int64_t min, std::int64_t max
    );
    /// The tag of a union: a bare string or an object with ".tag".
    std::string tag(std::string_view name, std::string_view default_value);
    /// A text inside the struct or union `name`.
    std::string innerText(std::string_view name, std::string_view inner);
    /// A number inside the struct `name`.
    std::int64_t innerInteger(
        std::string_view name,
        std::string_view inner,
        std::int64_t default_value,
        std::int64_t min,
        std::int64_t max
    );
    /// As allow(), for the members of the struct `name`, if it is there.
    void allowInner(std::string_view name, std::initializer_list<std::string_view> names);

    /// "" if all was well.
    const std::string& problem() const { return problem_; }
    void addProblem(std::string text);

  private:
    const rapidjson::Value* find(std::string_view name) const;
    std::int64_t numberOf(
        const rapidjson::Value* value,
        std::string_view name,
        std::int64_t default_value,
        std::int64_t min,
        std::int64_t max
    );

    rapidjson::Document document_;
    std::string problem_;
};

/// `json` with everything beyond ASCII, and U+007F, as \uXXXX: fit for a header.
std::string asciiJson(std::string_view json);

}  // namespace ferry::demo
