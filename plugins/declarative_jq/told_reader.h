#pragma once
// What a program has put out, checked: an object with the members that a rule of 'map' has.

#include "emission.h"
#include "jq_value.h"

#include <string>
#include <variant>

namespace ferry::declarative {

/// Texts of the result live as long as `output` and `scratch`. In place of a result what is wrong,
/// and with which member: "'event' is missing".
std::variant<Told, std::string> readTold(const Jv& output, Scratch& scratch);

}  // namespace ferry::declarative
