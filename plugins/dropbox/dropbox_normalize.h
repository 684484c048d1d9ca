#pragma once
// From Dropbox's raw records (Metadata: file, folder, deleted) to operations on the object index.
// Pure: same records, same operations.

#include <ferry/sdk.hpp>

namespace ferry::dropbox {

/// One operation, or one rejection, for each record, in order. A record that is wrong never spoils
/// the page. Throws Error: CANCELLED.
void normalize(const sdk::Call& call, const sdk::ChangesView& changes, sdk::Normalizer& out);

}  // namespace ferry::dropbox
