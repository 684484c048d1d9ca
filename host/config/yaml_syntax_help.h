#pragma once
// Turns the YAML library's words about a syntax fault into what a person did wrong.

#include "config/diagnostic.h"
#include "config/source_text.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::config {

/// Counts from 1; line 0 is no place.
struct SourcePlace {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// What the library says, and what was read before it.
struct SyntaxFault {
    SourcePlace at;
    std::string message;
    SourcePlace open_bracket;  ///< the innermost '[' or '{' that is not closed yet
    SourcePlace long_quote;    ///< the last quote whose text goes over a line's end
};

/// What can be mended where it was found, so that the lines behind it are read as well.
enum class SyntaxSlip : std::uint8_t {
    Other,
    FirstCharacter,  ///< a value begins with a character that none can begin with
    GluedColon,      ///< there is no space behind the ':' of the line
};

struct SyntaxFinding {
    Diagnostic told;
    SyntaxSlip slip = SyntaxSlip::Other;
};

/// A finding for a fault of `source`. Its place may be moved to the line that is really wrong, such
/// as one without a colon.
SyntaxFinding explainSyntaxFault(const SourceText& source, const SyntaxFault& fault);

/// Why `text`, which should be a key with a value, has no colon that separates the two.
std::string missingColonMessage(std::string_view text);

struct OpenBracketTexts {
    std::string message;
    std::string suggestion;
};

/// What is said of a '[' or '{' that is not closed before `where`.
OpenBracketTexts openBracketTexts(char bracket, std::string_view where);

}  // namespace ferry::config
