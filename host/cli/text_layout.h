#pragma once
// Laying text out for people.

#include <cstddef>
#include <string>
#include <string_view>

namespace ferry::cli {

/// Columns to write to standard output with: those of the terminal, from 60 to 100; 100 if it is
/// none.
std::size_t outputColumns();

/// `text` in lines of at most `columns` characters, broken at spaces: the first line as it begins,
/// each further one behind `indent` spaces. Ends with a line end. A word that is longer than a line
/// has a line of its own. What a terminal would obey is replaced (toPrintable).
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns);

}  // namespace ferry::cli
