#include "demo/fake_dropbox/account_tree.h"
#include "demo/fake_dropbox/path_names.h"

#include <algorithm>

// Sharing, mounting and joining a team: the operations that look like mass deletion and creation.

namespace ferry::demo {

AccountTree::Subtree AccountTree::withSharing(
    const Subtree& entries, const std::string& shared_folder_id, bool new_ids
) {
    Subtree changed;
    changed.reserve(entries.size());
    for (const EntryPtr& entry : entries) {
        auto copy = std::make_shared<Entry>(*entry);
        if (entry == entries.front()) {
            copy->shared_folder_id = shared_folder_id;
        } else {
            copy->parent_shared_folder_id = shared_folder_id;
        }
        if (new_ids) copy->id = ids_.fileId(id_prefix_);
        changed.push_back(std::move(copy));
    }
    return changed;
}

Result<EntryPtr> AccountTree::reshare(
    std::string_view path, const std::string& id, bool gives_new_ids
) {
    FERRY_TRY_ASSIGN(const std::string key, checkedKey(path));
    if (!isFolder(path)) return fail(ErrorCode::NotFound, "no folder is there");
    const Subtree before = subtree(key);
    const Subtree after = withSharing(before, id, gives_new_ids);
    erase(before, false);
    for (const EntryPtr& entry : after)
        insert(entry);
    logDeletions(before);
    logPuts(after);
    if (gives_new_ids) {
        record(TrueChangeKind::Deleted, before);
        record(TrueChangeKind::Created, after);
    }
    return after.front();
}

Result<EntryPtr> AccountTree::shareFolder(std::string_view path, bool gives_new_ids) {
    return reshare(path, ids_.namespaceId(), gives_new_ids);
}

Result<EntryPtr> AccountTree::unshareFolder(std::string_view path) {
    return reshare(path, {}, false);
}

Result<EntryPtr> AccountTree::setReadOnly(std::string_view path, bool read_only) {
    const EntryPtr folder = find(path);
    if (!folder || folder->shared_folder_id.empty()) {
        return fail(ErrorCode::NotFound, "no shared folder is there");
    }
    auto changed = std::make_shared<Entry>(*folder);
    changed->read_only = read_only;
    insert(changed);
    log(changed);
    return changed;
}

Result<EntryPtr> AccountTree::unmount(std::string_view path) {
    const EntryPtr folder = find(path);
    if (!folder || folder->shared_folder_id.empty()) {
        return fail(ErrorCode::NotFound, "no shared folder is there");
    }
    const Subtree entries = subtree(folder->path_lower);
    erase(entries, false);
    logDeletions(entries);
    record(TrueChangeKind::Deleted, entries);
    unmounted_[folder->shared_folder_id] = entries;
    return folder;
}

Result<EntryPtr> AccountTree::mount(std::string_view shared_folder_id) {
    const auto at = unmounted_.find(shared_folder_id);
    if (at == unmounted_.end()) return fail(ErrorCode::NotFound, "no such unmounted folder");
    const Subtree entries = at->second;
    if (find(entries.front()->path_lower)) {
        return fail(ErrorCode::Conflict, "something is already at the path of the folder");
    }
    FERRY_TRY(makeParents(entries.front()->path_display));
    unmounted_.erase(at);
    for (const EntryPtr& entry : entries)
        insert(entry);
    logPuts(entries);
    record(TrueChangeKind::Restored, entries);
    return entries.front();
}

Result<std::string> AccountTree::sharedFolderPath(std::string_view shared_folder_id) const {
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& item) {
        return item.second->shared_folder_id == shared_folder_id;
    });
    if (shared_folder_id.empty() || at == entries_.end()) {
        return fail(ErrorCode::NotFound, "no such shared folder");
    }
    return at->first;
}

void AccountTree::pushDown(std::string_view name) {
    auto home = std::make_shared<Entry>();
    home->kind = EntryKind::Folder;
    home->name = name;
    home->path_display = "/" + std::string(name);
    home->path_lower = lowerPath(home->path_display);
    home->id = ids_.fileId(id_prefix_);
    Subtree all;
    for (const auto& [key, entry] : entries_) {
        auto moved = std::make_shared<Entry>(*entry);
        moved->path_lower = home->path_lower + entry->path_lower;
        moved->path_display = home->path_display + entry->path_display;
        all.push_back(std::move(moved));
    }
    entries_.clear();
    tombstones_.clear();
    insert(home);
    for (const EntryPtr& entry : all)
        insert(entry);
}

}  // namespace ferry::demo
