#pragma once
// From a cursor to a page: the first listing over the tree, then the delta log. Pure.

#include "demo/fake_dropbox/account_tree.h"
#include "demo/fake_dropbox/cursor.h"

#include <vector>

namespace ferry::demo {

struct Page {
    std::vector<EntryPtr> entries;
    CursorState next;
    bool has_more = false;
};

/// The page after `cursor` with at most `limit` entries.
///
/// `base` is the absolute key of the cursor's namespace. The delta log is read up to
/// `delta_end`. Changes made while the first listing runs are shown again by the delta log, which
/// starts where it stood when the listing began: applying everything in order gives the tree.
Page nextPage(
    const AccountTree& tree,
    const CursorState& cursor,
    std::string_view base,
    std::size_t delta_end,
    std::size_t limit
);

/// True if `continue` with this cursor would show something.
bool hasNews(
    const AccountTree& tree, const CursorState& cursor, std::string_view base, std::size_t delta_end
);

}  // namespace ferry::demo
