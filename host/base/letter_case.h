#pragma once
// Comparing text of people without regard to the case of letters.

#include <string>
#include <string_view>

namespace ferry {

/// `text` with each letter in lower case that has one, of all scripts, one letter for one: so the
/// German sharp s is no "ss", and a letter with a combining mark behind it is not the composed one.
/// Bytes that are not UTF-8 stay. The letters are those of glibc's C.UTF-8, whatever the locale of
/// the process; where that is missing, those of ASCII.
std::string lowerLetters(std::string_view text);

}  // namespace ferry
