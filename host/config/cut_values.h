#pragma once
// Secrets that a comment may have cut short: `secret: abc #def` is `abc` to YAML.

#include "config/diagnostic.h"
#include "config/yaml_document.h"

namespace ferry::config {

/// Warns of each value without quotes, of a key that may name a secret, behind which a comment
/// begins that does not look like one: no space follows its '#'.
void warnOfCutValues(const YamlDocument& document, Diagnostics& out);

}  // namespace ferry::config
