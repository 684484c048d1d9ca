#pragma once
// Texts of connectors without code that stand for themselves where only what a provider says makes
// sense: a '/' that was forgotten is no fault of grammar, and loses events.

#include "config/expression_reader.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ferry::config {

/// Where the value of an expression is written out.
enum class ConstantPlace : std::uint8_t {
    Text,   ///< where a source could stand
    Const,  ///< in `const`: it is meant
    Table,  ///< in `lookup`: it depends on a value
};

/// Calls `tell` for each text that the value of the expression can be as it is written. Not for
/// that of `from`, which ExpressionReader refuses.
void eachConstant(
    const YamlNode& expression,
    SourceSet sources,
    const std::function<void(const YamlNode& text, ConstantPlace place)>& tell
);

/// The source that a text that is none may mean: "/a/b", "header:X-Name", or "".
std::string meantSource(std::string_view text, SourceSet sources);

/// Where a text makes no sense, and how that is told.
struct ConstantRule {
    SourceSet sources = SourceSet::Webhook;
    std::string_view every = "record";  ///< "webhook": that it is the same for
    bool may_be_meant = false;          ///< the suggestion says how that is written
    bool may_be_number = false;         ///< digits are taken
    bool is_secret = false;             ///< not shown
    bool is_never_good = false;         ///< not as a last resort either, nor in `const`
};

/// An error for each text that the expression can't but be, and that is not in `const`: what is
/// written out for a case of `when`, or for where nothing else has a value, is meant.
void refuseConstants(const YamlNode& expression, const ConstantRule& rule, Reporter& reporter);

}  // namespace ferry::config
