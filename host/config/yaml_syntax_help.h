#pragma once
// Turns the YAML library's words about a syntax fault into what a person did wrong.

#include "config/diagnostic.h"
#include "config/source_text.h"

#include <cstdint>
#include <string_view>

namespace ferry::config {

/// A finding for the library's `message` at a place (from 1) of `source`. The place may be moved
/// to the line that is really wrong, such as one without a colon.
Diagnostic explainSyntaxFault(
    const SourceText& source, std::uint32_t line, std::uint32_t column, std::string_view message
);

}  // namespace ferry::config
