#pragma once
// Golden files: what a plugin asked for and gave, byte for byte, as its author once looked at it
// and found it good.

#include "plugin_check/rule.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ferry::plugin_check {

/// Compares `text` with the file of this name, or writes it if the context says so. The outcome of
/// a file that is not there is a failure that says how to make it.
Outcome compareGolden(const GoldenFiles& files, std::string_view name, const std::string& text);

/// "a page of one record" as "a-page-of-one-record.txt".
std::string goldenFileName(std::string_view name);

}  // namespace ferry::plugin_check
