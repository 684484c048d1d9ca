#pragma once
// What the fake Dropbox stores: one version of a file or folder, or the mark that something is
// gone. Entries never change; the tree and the delta log share them.

#include "base/clock.h"

#include <cstdint>
#include <memory>
#include <string>

namespace ferry::demo {

enum class EntryKind : std::uint8_t { File, Folder, Deleted };

/// Properties of a file that only some files have.
struct FileTraits {
    bool is_downloadable = true;   ///< false for documents that exist online only
    bool has_content_hash = true;  ///< false: the answer leaves content_hash out
    std::string symlink_target;    ///< not empty: a symbolic link
    std::string modified_by;       ///< account id; shown in shared folders only
};

/// One version of a file or folder, or a deletion. Paths are absolute in the account's tree.
struct Entry {
    EntryKind kind = EntryKind::File;
    std::string name;
    std::string path_lower;
    std::string path_display;
    std::string id;            ///< "id:" + 22 characters; also kept in deletions, never shown there
    std::string rev;           ///< files only: hex digits, at least 9
    std::uint64_t size = 0;    ///< bytes
    std::string content_hash;  ///< 64 hex digits
    std::string client_modified;  ///< "2026-02-21T16:43:41Z"
    std::string server_modified;  ///< the same; of a deletion: when it happened
    std::shared_ptr<const std::string> content;
    FileTraits traits;
    std::string shared_folder_id;         ///< folders: it is itself a shared folder
    std::string parent_shared_folder_id;  ///< it lies inside a shared folder
    bool read_only = false;
};

using EntryPtr = std::shared_ptr<const Entry>;

/// Where a delta answer must end before an entry.
enum class Break : std::uint8_t {
    None,
    Page,   ///< the page ends with has_more=true
    Drain,  ///< the page ends with has_more=false although more is there for the next call
};

/// One line of the delta log, which `list_folder/continue` reads.
struct DeltaItem {
    EntryPtr entry;
    Break break_before = Break::None;
};

enum class TrueChangeKind : std::uint8_t { Created, Updated, Moved, Deleted, Restored };

/// What really happened, for tests to compare with what the hub made of it.
struct TrueChange {
    TrueChangeKind kind = TrueChangeKind::Created;
    EntryPtr entry;             ///< the state afterwards; for a deletion the state before
    std::string previous_path;  ///< moves only: path_display before
    bool is_cascade = false;    ///< it happened because it happened to a folder above
    bool is_silent = false;     ///< the delta log does not show it (a rename of case only)
};

/// How changes are put into the delta log: the freedom the real service takes.
struct DeltaShape {
    bool coalesce = false;                ///< of several entries for a path in a page, the last one
    bool report_child_deletions = false;  ///< a folder's deletion also lists what was below it
    bool list_moved_children = true;      ///< a folder's move also lists what is in it
    bool new_half_first = false;          ///< a move shows the new place before the old one is gone
    bool children_before_parents = false;  ///< entries of one operation come deepest first
    bool silent_case_rename = true;        ///< a rename that changes case only is not shown
    bool hide_deletions = false;     ///< `continue` shows deletions only to include_deleted cursors
    bool list_folder_itself = true;  ///< a recursive listing of /a starts with /a
};

}  // namespace ferry::demo
