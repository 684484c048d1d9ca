#pragma once
// Numbers of things on the command line.

#include <CLI/CLI.hpp>

#include <string>

namespace ferry::cli {

/// Takes the id of a delivery, a replay and the like: decimal digits, from 1 to 2^63-1. `listing`
/// is the command that shows such ids.
CLI::Validator idOf(const std::string& listing);

}  // namespace ferry::cli
