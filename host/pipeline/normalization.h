#pragma once
// From raw changes to normalised ones, through the plugin, checked before the index sees them.

#include "base/result.h"
#include "model/object.h"
#include "pipeline/stages.h"

#include <string>
#include <vector>

namespace ferry::pipeline {

/// One or more results per raw change, in order (NormalizedChange::is_further). A result that the
/// index can't take (no object id, a path with a control character in front, text that is not
/// UTF-8) becomes a RejectChange: one bad record never holds up the others. `raw` is empty or one
/// JSON value afterwards: what was none is a JSON text of it. Internal if the plugin gives none for
/// a change, or one too many.
Result<std::vector<NormalizedChange>> normalizePage(
    Provider& provider,
    const ProviderAccount& account,
    std::vector<std::string> changes,
    const std::vector<std::string>& hints = {}
);

}  // namespace ferry::pipeline
