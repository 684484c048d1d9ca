#pragma once
// The section 'map': rules by which a record becomes an event. The first rule whose condition holds
// decides.

#include "emission.h"
#include "program.h"
#include "record_sources.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// Immutable; any thread. Stays where it is: others look at its expressions.
class Mapping {
  public:
    /// `tolerance_ms`: how far apart the two times of what nobody has touched since it was created
    /// may be. Throws sdk::Error INVALID.
    Mapping(const rapidjson::Value& settings, std::int64_t tolerance_ms);
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    /// Gives one output for the record. `hint` is the notice's, or that of the poll.
    void apply(
        const sdk::Call& call,
        std::size_t change,
        std::string_view record,
        std::string_view hint,
        RecordBuffers& buffers,
        sdk::Normalizer& out
    ) const;

    /// What the rules look at outside of the record, each once.
    std::vector<const Expression*> outside() const;

  private:
    struct Rule {
        bool has_condition = false;
        Condition condition;
        bool ignores = false;
        Expression event, type, id, name, path, previous_path, revision, content_hash, size,
            created, modified, modified_by, occurred;
        std::vector<std::pair<std::string, Expression>> properties;
    };
    static Rule compile(const rapidjson::Value& settings);
    static void collect(const Rule& rule, std::vector<const Expression*>& into);
    static void emit(const Rule& rule, const Telling& work);

    std::int64_t tolerance_ms_;
    std::vector<Rule> rules_;
};

}  // namespace ferry::declarative
