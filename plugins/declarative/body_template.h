#pragma once
// The body of a request to the provider, as a connector words it.

#include "program.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// JSON whose texts are templates: objects and lists, as host/config/request_fields.h writes them.
/// Immutable; any thread.
class JsonTemplate {
  public:
    JsonTemplate() = default;
    /// Throws sdk::Error INVALID if it is none.
    explicit JsonTemplate(const rapidjson::Value& tree, unsigned depth = 0);

    bool isSet() const noexcept { return kind_ != Kind::Nothing; }
    /// The body. Members and items whose template has no value are left out; a template that is one
    /// source alone stays the number or truth value that it is.
    std::string make(const Sources& sources) const;

  private:
    using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
    enum class Kind : std::uint8_t { Nothing, Object, List, Text, Plain };

    bool isLeftOut(const Sources& sources) const;
    void write(Writer& writer, const Sources& sources) const;

    Kind kind_ = Kind::Nothing;
    std::vector<std::pair<std::string, JsonTemplate>> members_;  ///< of a list without names
    Expression text_;
    std::string plain_;  ///< a number, a truth value or null, as JSON has it
};

}  // namespace ferry::declarative
