#include "demo/fake_dropbox/listing.h"

#include "demo/fake_dropbox/path_names.h"

#include <algorithm>
#include <unordered_map>

namespace ferry::demo {
namespace {

using Entries = std::map<std::string, EntryPtr, std::less<>>;

/// Which entries a cursor may see.
class Scope {
  public:
    Scope(const AccountTree& tree, const CursorState& cursor, std::string_view base)
        : tree_(tree), cursor_(cursor), folder_(std::string(base) + cursor.folder) {}

    const std::string& folder() const { return folder_; }

    bool shows(const Entry& entry) const {
        if (!isAtOrBelow(entry.path_lower, folder_)) return false;
        if (entry.path_lower.size() == folder_.size()) {
            return cursor_.recursive && !cursor_.folder.empty() && tree_.shape.list_folder_itself;
        }
        if (!cursor_.recursive && parentOf(entry.path_lower) != folder_) return false;
        if (!cursor_.include_non_downloadable_files && !entry.traits.is_downloadable) return false;
        return cursor_.include_mounted_folders ||
               (entry.shared_folder_id.empty() && entry.parent_shared_folder_id.empty());
    }

  private:
    const AccountTree& tree_;
    const CursorState& cursor_;
    std::string folder_;
};

/// Where to go on after `key`: past everything below the child of the folder it belongs to, if the
/// listing does not go deep.
Entries::const_iterator following(
    const Entries& entries, const std::string& folder, const std::string& key, bool recursive
) {
    if (!recursive && key.size() > folder.size()) {
        const std::size_t end_of_child = key.find('/', folder.size() + 1);
        if (end_of_child != std::string::npos) {
            return entries.lower_bound(key.substr(0, end_of_child) + "0");  // '0' follows '/'
        }
    }
    return entries.upper_bound(key);
}

/// Fills the page from `entries` after `last`. Returns false when `entries` has no more.
bool collect(
    const Entries& entries, const Scope& scope, bool recursive, std::size_t limit, Page& page
) {
    const std::string& folder = scope.folder();
    auto at =
        page.next.last.empty() ? entries.lower_bound(folder) : entries.upper_bound(page.next.last);
    const std::string end = folder + "0";
    while (at != entries.end() && at->first < end) {
        if (scope.shows(*at->second)) {
            if (page.entries.size() == limit) return true;
            page.entries.push_back(at->second);
            page.next.last = at->first;
        }
        at = recursive ? std::next(at) : following(entries, folder, at->first, false);
    }
    return false;
}

EntryPtr asDeleted(const Entry& entry) {
    auto gone = std::make_shared<Entry>(entry);
    gone->kind = EntryKind::Deleted;
    return gone;
}

/// Live entries, then tombstones. True when the page is full; else the delta log comes next.
bool collectListing(const AccountTree& tree, const Scope& scope, std::size_t limit, Page& page) {
    CursorState& next = page.next;
    if (next.phase == CursorPhase::Live) {
        if (collect(tree.entries(), scope, next.recursive, limit, page)) return true;
        next.phase = next.include_deleted ? CursorPhase::Tombstones : CursorPhase::Delta;
        next.last.clear();
    }
    if (next.phase == CursorPhase::Tombstones) {
        const std::size_t live = page.entries.size();
        const bool is_full = collect(tree.tombstones(), scope, next.recursive, limit, page);
        for (std::size_t i = live; i < page.entries.size(); ++i) {
            page.entries[i] = asDeleted(*page.entries[i]);
        }
        if (is_full) return true;
        next.phase = CursorPhase::Delta;
        next.last.clear();
    }
    return false;
}

/// Keeps the last entry of each path, except where dropping the earlier one would change what the
/// whole means: a folder does not undo the removal of children that a file or a deletion implies.
void coalesce(std::vector<EntryPtr>& entries) {
    std::unordered_map<std::string_view, const Entry*> last;
    for (const EntryPtr& entry : entries)
        last[entry->path_lower] = entry.get();
    std::erase_if(entries, [&](const EntryPtr& entry) {
        const Entry* final_entry = last[entry->path_lower];
        return final_entry != entry.get() &&
               (final_entry->kind != EntryKind::Folder || entry->kind == EntryKind::Folder);
    });
}

bool showsInDelta(
    const AccountTree& tree, const CursorState& cursor, const Scope& scope, const Entry& entry
) {
    if (entry.kind == EntryKind::Deleted && tree.shape.hide_deletions && !cursor.include_deleted) {
        return false;
    }
    return scope.shows(entry);
}

void collectDelta(
    const AccountTree& tree,
    const Scope& scope,
    std::size_t delta_end,
    std::size_t limit,
    Page& page
) {
    CursorState& next = page.next;
    const std::uint64_t start = next.position;
    for (; next.position < delta_end; ++next.position) {
        const DeltaItem& item = tree.delta()[next.position];
        const bool breaks = item.break_before != Break::None && next.position != start;
        if (breaks || page.entries.size() == limit) {
            page.has_more = !breaks || item.break_before == Break::Page;
            break;
        }
        if (showsInDelta(tree, next, scope, *item.entry)) page.entries.push_back(item.entry);
    }
    if (tree.shape.coalesce) coalesce(page.entries);
}

}  // namespace

Page nextPage(
    const AccountTree& tree,
    const CursorState& cursor,
    std::string_view base,
    std::size_t delta_end,
    std::size_t limit
) {
    Page page;
    page.next = cursor;
    const Scope scope(tree, cursor, base);
    if (cursor.phase == CursorPhase::Delta) {
        collectDelta(tree, scope, delta_end, limit, page);
    } else if (collectListing(tree, scope, limit, page)) {
        page.has_more = true;
    } else {
        page.has_more = hasNews(tree, page.next, base, delta_end);
    }
    return page;
}

bool hasNews(
    const AccountTree& tree, const CursorState& cursor, std::string_view base, std::size_t delta_end
) {
    if (cursor.phase != CursorPhase::Delta) return true;
    const Scope scope(tree, cursor, base);
    for (std::uint64_t at = cursor.position; at < delta_end; ++at) {
        if (showsInDelta(tree, cursor, scope, *tree.delta()[at].entry)) return true;
    }
    return false;
}

}  // namespace ferry::demo
