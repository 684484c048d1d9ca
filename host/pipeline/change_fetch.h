#pragma once
// One page of a provider's changes: what is asked for, and what is checked before it is believed.

#include "base/result.h"
#include "model/sync_position.h"
#include "pipeline/stages.h"

#include <string>

namespace ferry::pipeline {

/// Bytes of all records of one page at most.
inline constexpr std::size_t kPageBytesMax = 64U << 20U;
/// Records of one page at most.
inline constexpr std::size_t kPageRecordsMax = 10'000;
/// A cursor of more bytes than this is a fault of the plugin.
inline constexpr std::size_t kCursorBytesMax = 64U << 10U;

/// The request for the page after `cursor`; empty: the first of a listing.
FetchRequest nextFetch(SyncPhase phase, std::string cursor, unsigned page_records);

/// Internal if the page breaks a limit, or says that there is more without a cursor to get it by.
Status checkPage(const ChangePage& page);

}  // namespace ferry::pipeline
