#pragma once
// Rendering of entries as the API shows them (files.stone: Metadata).

#include "base/json_writer.h"
#include "demo/fake_dropbox/entry.h"

#include <optional>
#include <string_view>
#include <vector>

namespace ferry::demo {

/// Where the caller stands in the account's tree, and what is to be wrong with the answer.
struct EntryView {
    std::size_t base_lower_bytes = 0;    ///< bytes of path_lower above the caller's root
    std::size_t base_display_bytes = 0;  ///< the same of path_display
    bool has_unknown_fields = false;
    bool lacks_content_hash = false;
    bool has_wrong_parent_case = false;
};

/// Writes `entry` as one JSON object; with its `.tag` if `is_tagged` (union members have one).
void writeEntry(JsonWriter& json, const Entry& entry, const EntryView& view, bool is_tagged = true);

/// An item that is not mounted: null paths.
void writeEntryWithoutPaths(JsonWriter& json);
/// A member of the union that no client knows.
void writeEntryOfUnknownTag(JsonWriter& json);

}  // namespace ferry::demo
