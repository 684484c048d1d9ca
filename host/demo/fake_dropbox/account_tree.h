#pragma once
// One account's files: the tree, the log of deltas that cursors read, and the truth about what
// happened. Knows nothing of HTTP, apps or cursors. Not locked: its owner is.

#include "base/clock.h"
#include "base/result.h"
#include "demo/fake_dropbox/entry.h"
#include "demo/fake_dropbox/ids.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::demo {

/// Paths are absolute; any case is accepted. Errors: NotFound, Conflict (something is in the way),
/// InvalidArgument (no such path can be); nothing changes then.
class AccountTree {
  public:
    /// `ids` and `clock` outlive it.
    AccountTree(IdSource& ids, const Clock& clock)
        : ids_(ids), id_prefix_(ids.fileIdPrefix()), clock_(clock) {}

    DeltaShape shape;

    /// nullptr if nothing is there, and for "" (the root is no entry).
    EntryPtr find(std::string_view path) const;
    EntryPtr findById(std::string_view id) const;
    /// True for the root and for folders.
    bool isFolder(std::string_view path) const;

    /// New file or new version (always a new rev). Makes missing parents. Replaces a folder.
    Result<EntryPtr> putFile(
        std::string_view path,
        std::string content,
        const FileTraits& traits = {},
        std::string_view client_modified = {}
    );
    Result<EntryPtr> createFolder(std::string_view path);
    /// A folder put at the place of a file: the file is replaced.
    Result<EntryPtr> replaceByFolder(std::string_view path);
    /// `split`: the second half starts a new page or only shows in the next drain.
    Result<EntryPtr> move(std::string_view from, std::string_view to, Break split = Break::None);
    /// New ids for everything copied.
    Result<EntryPtr> copy(std::string_view from, std::string_view to);
    /// Returns what was there.
    Result<EntryPtr> remove(std::string_view path);
    /// Brings back the last version of a deleted file, or a deleted folder (empty), with its id.
    Result<EntryPtr> restore(std::string_view path);

    // Sharing (account_tree_sharing.cpp).

    /// Makes the folder a shared one: seen as a deletion and a creation of all that is in it.
    Result<EntryPtr> shareFolder(std::string_view path, bool gives_new_ids = false);
    Result<EntryPtr> unshareFolder(std::string_view path);
    /// Only sharing_info of the folder changes.
    Result<EntryPtr> setReadOnly(std::string_view path, bool read_only);
    /// Takes a shared folder out of the account, or back in at the path it had.
    Result<EntryPtr> unmount(std::string_view path);
    Result<EntryPtr> mount(std::string_view shared_folder_id);
    /// Path (key) of a mounted shared folder.
    Result<std::string> sharedFolderPath(std::string_view shared_folder_id) const;

    /// Puts everything under a new folder `/name` without a trace in the log (joining a team).
    void pushDown(std::string_view name);

    const std::map<std::string, EntryPtr, std::less<>>& entries() const { return entries_; }
    const std::map<std::string, EntryPtr, std::less<>>& tombstones() const { return tombstones_; }
    const std::vector<DeltaItem>& delta() const { return delta_; }
    const std::vector<TrueChange>& truth() const { return truth_; }

  private:
    using Subtree = std::vector<EntryPtr>;

    Result<std::string> checkedKey(std::string_view path) const;
    std::string displayPath(std::string_view path) const;
    Status makeParents(std::string_view path);
    Subtree subtree(std::string_view key) const;
    void insert(const EntryPtr& entry);
    void erase(const Subtree& entries, bool leaves_tombstones);
    void log(const EntryPtr& entry, Break before = Break::None);
    void logPuts(const Subtree& entries, Break before = Break::None);
    void logDeletions(const Subtree& entries, Break before = Break::None);
    void record(TrueChangeKind kind, const Subtree& entries);
    Subtree relocated(const Subtree& entries, std::string_view to, bool gives_new_ids);
    EntryPtr renameCase(const Subtree& entries, std::string_view to);
    Subtree withSharing(const Subtree& entries, const std::string& shared_folder_id, bool new_ids);
    Result<EntryPtr> reshare(std::string_view path, const std::string& id, bool gives_new_ids);
    EntryPtr deletionOf(const Entry& entry) const;
    std::string timeNow() const { return formatRfc3339(clock_.now()); }

    IdSource& ids_;
    const std::string id_prefix_;
    const Clock& clock_;
    std::map<std::string, EntryPtr, std::less<>> entries_;
    std::map<std::string, EntryPtr, std::less<>> tombstones_;  ///< last version of what is gone
    std::unordered_map<std::string, std::string> path_by_id_;
    std::map<std::string, Subtree, std::less<>> unmounted_;  ///< by shared folder id
    std::vector<DeltaItem> delta_;
    std::vector<TrueChange> truth_;
};

}  // namespace ferry::demo
