#pragma once
// Changes good input into bad input, by a seed.

#include "plugin/records.h"

#include <cstdint>
#include <random>
#include <string>

namespace ferry::plugin_check {

/// One thread.
class Mutator {
  public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }
    /// `text` with one to four changes: bytes, pieces, cuts, and what parsers stumble over.
    std::string text(std::string text);
    /// Some of the values, and now and then a name or the number of fields.
    plugin::Fields fields(plugin::Fields fields);

  private:
    std::mt19937_64 random_;
};

}  // namespace ferry::plugin_check
