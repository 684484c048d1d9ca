#pragma once
// The section 'map': rules by which a record becomes an event. The first rule whose condition holds
// decides.

#include "program.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// Immutable; any thread. Stays where it is: others look at its expressions.
class Mapping {
  public:
    /// Throws sdk::Error INVALID.
    explicit Mapping(const rapidjson::Value& settings);
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    /// Gives one output for the record. `hint` is the notice's.
    void apply(
        std::size_t change, std::string_view record, std::string_view hint, sdk::Normalizer& out
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
    static void emit(
        std::size_t change,
        const Rule& rule,
        const Sources& sources,
        Scratch& scratch,
        sdk::Normalizer& out
    );

    std::vector<Rule> rules_;
};

}  // namespace ferry::declarative
