#include "demo/fake_dropbox/account_tree.h"

#include "demo/fake_dropbox/content_hash.h"
#include "demo/fake_dropbox/path_names.h"

#include <algorithm>

namespace ferry::demo {

EntryPtr AccountTree::find(std::string_view path) const {
    const auto at = entries_.find(lowerPath(path));
    return at == entries_.end() ? nullptr : at->second;
}

EntryPtr AccountTree::findById(std::string_view id) const {
    const auto at = path_by_id_.find(std::string(id));
    return at == path_by_id_.end() ? nullptr : find(at->second);
}

bool AccountTree::isFolder(std::string_view path) const {
    if (path.empty()) return true;
    const EntryPtr entry = find(path);
    return entry && entry->kind == EntryKind::Folder;
}

Result<std::string> AccountTree::checkedKey(std::string_view path) const {
    if (path.empty()) return fail(ErrorCode::InvalidArgument, "the root cannot be changed");
    if (const auto problem = pathProblem(path)) return fail(ErrorCode::InvalidArgument, *problem);
    return lowerPath(path);
}

std::string AccountTree::displayPath(std::string_view path) const {
    const EntryPtr parent = find(parentOf(path));
    std::string display = parent ? parent->path_display : std::string(parentOf(path));
    return display.append("/").append(nameOf(path));
}

Status AccountTree::makeParents(std::string_view path) {
    const std::string_view parent = parentOf(path);
    if (isFolder(parent)) return {};
    if (find(parent)) return fail(ErrorCode::Conflict, "a file is in the place of a parent folder");
    return createFolder(parent).map([](const EntryPtr&) {});
}

AccountTree::Subtree AccountTree::subtree(std::string_view key) const {
    Subtree found;
    if (const auto top = entries_.find(key); top != entries_.end()) found.push_back(top->second);
    const std::string below = std::string(key) + "/";
    for (auto at = entries_.lower_bound(below);
         at != entries_.end() && at->first.compare(0, below.size(), below) == 0;
         ++at) {
        found.push_back(at->second);
    }
    return found;
}

void AccountTree::insert(const EntryPtr& entry) {
    tombstones_.erase(entry->path_lower);
    path_by_id_[entry->id] = entry->path_lower;
    entries_[entry->path_lower] = entry;
}

void AccountTree::erase(const Subtree& entries, bool leaves_tombstones) {
    for (const EntryPtr& entry : entries) {
        entries_.erase(entry->path_lower);
        path_by_id_.erase(entry->id);
        if (leaves_tombstones) tombstones_[entry->path_lower] = entry;
    }
}

EntryPtr AccountTree::deletionOf(const Entry& entry) const {
    auto gone = std::make_shared<Entry>();
    gone->kind = EntryKind::Deleted;
    gone->name = entry.name;
    gone->path_lower = entry.path_lower;
    gone->path_display = entry.path_display;
    gone->id = entry.id;
    gone->server_modified = timeNow();
    return gone;
}

void AccountTree::log(const EntryPtr& entry, Break before) {
    delta_.push_back({entry, before});
}

void AccountTree::logPuts(const Subtree& entries, Break before) {
    Subtree ordered = entries;
    if (shape.children_before_parents) std::reverse(ordered.begin(), ordered.end());
    for (const EntryPtr& entry : ordered) {
        log(entry, before);
        before = Break::None;
    }
}

void AccountTree::logDeletions(const Subtree& entries, Break before) {
    Subtree ordered = entries;
    if (!shape.report_child_deletions) ordered.resize(1);
    if (shape.children_before_parents) std::reverse(ordered.begin(), ordered.end());
    for (const EntryPtr& entry : ordered) {
        log(deletionOf(*entry), before);
        before = Break::None;
    }
}

void AccountTree::record(TrueChangeKind kind, const Subtree& entries) {
    bool is_cascade = false;
    for (const EntryPtr& entry : entries) {
        truth_.push_back({kind, entry, {}, is_cascade, false});
        is_cascade = true;
    }
}

Result<EntryPtr> AccountTree::putFile(
    std::string_view path,
    std::string content,
    const FileTraits& traits,
    std::string_view client_modified
) {
    FERRY_TRY_ASSIGN(const std::string key, checkedKey(path));
    FERRY_TRY(makeParents(path));
    const Subtree replaced = subtree(key);
    const bool is_update = !replaced.empty() && replaced.front()->kind == EntryKind::File;
    auto entry = std::make_shared<Entry>();
    entry->name = nameOf(path);
    entry->path_lower = key;
    entry->path_display = displayPath(path);
    entry->id = is_update ? replaced.front()->id : ids_.fileId(id_prefix_);
    entry->rev = ids_.rev();
    entry->size = content.size();
    entry->content_hash = contentHash(content);
    entry->server_modified = timeNow();
    entry->client_modified = client_modified.empty() ? entry->server_modified : client_modified;
    entry->content = std::make_shared<const std::string>(std::move(content));
    entry->traits = traits;
    if (const EntryPtr parent = find(parentOf(path))) {
        entry->parent_shared_folder_id = parent->shared_folder_id.empty()
                                             ? parent->parent_shared_folder_id
                                             : parent->shared_folder_id;
    }
    if (!is_update && !replaced.empty()) {
        erase(replaced, true);
        record(TrueChangeKind::Deleted, replaced);
    }
    insert(entry);
    log(entry);
    record(is_update ? TrueChangeKind::Updated : TrueChangeKind::Created, {entry});
    return entry;
}

Result<EntryPtr> AccountTree::createFolder(std::string_view path) {
    FERRY_TRY_ASSIGN(const std::string key, checkedKey(path));
    if (find(path)) return fail(ErrorCode::Conflict, "something is already there");
    FERRY_TRY(makeParents(path));
    auto entry = std::make_shared<Entry>();
    entry->kind = EntryKind::Folder;
    entry->name = nameOf(path);
    entry->path_lower = key;
    entry->path_display = displayPath(path);
    entry->id = ids_.fileId(id_prefix_);
    if (const EntryPtr parent = find(parentOf(path))) {
        entry->parent_shared_folder_id = parent->shared_folder_id.empty()
                                             ? parent->parent_shared_folder_id
                                             : parent->shared_folder_id;
    }
    insert(entry);
    log(entry);
    record(TrueChangeKind::Created, {entry});
    return entry;
}

Result<EntryPtr> AccountTree::replaceByFolder(std::string_view path) {
    FERRY_TRY_ASSIGN(const std::string key, checkedKey(path));
    const Subtree replaced = subtree(key);
    if (replaced.empty() || replaced.front()->kind != EntryKind::File) {
        return fail(ErrorCode::NotFound, "no file is there");
    }
    erase(replaced, true);
    record(TrueChangeKind::Deleted, replaced);
    return createFolder(path);
}

AccountTree::Subtree AccountTree::relocated(
    const Subtree& entries, std::string_view to, bool gives_new_ids
) {
    const std::string key = lowerPath(to);
    const std::string display = displayPath(to);
    const std::size_t old_key_size = entries.front()->path_lower.size();
    const std::size_t old_display_size = entries.front()->path_display.size();
    Subtree moved;
    moved.reserve(entries.size());
    for (const EntryPtr& entry : entries) {
        auto copy = std::make_shared<Entry>(*entry);
        copy->path_lower = key + entry->path_lower.substr(old_key_size);
        copy->path_display = display + entry->path_display.substr(old_display_size);
        if (gives_new_ids) {
            copy->id = ids_.fileId(id_prefix_);
            if (copy->kind == EntryKind::File) copy->rev = ids_.rev();
        }
        moved.push_back(std::move(copy));
    }
    std::const_pointer_cast<Entry>(moved.front())->name = nameOf(to);
    return moved;
}

EntryPtr AccountTree::renameCase(const Subtree& entries, std::string_view to) {
    const Subtree renamed = relocated(entries, to, false);
    for (const EntryPtr& entry : renamed)
        insert(entry);
    if (!shape.silent_case_rename) logPuts({renamed.front()});
    truth_.push_back(
        {TrueChangeKind::Moved,
         renamed.front(),
         entries.front()->path_display,
         false,
         shape.silent_case_rename}
    );
    return renamed.front();
}

Result<EntryPtr> AccountTree::move(std::string_view from, std::string_view to, Break split) {
    FERRY_TRY_ASSIGN(const std::string from_key, checkedKey(from));
    FERRY_TRY_ASSIGN(const std::string to_key, checkedKey(to));
    const Subtree entries = subtree(from_key);
    if (entries.empty()) return fail(ErrorCode::NotFound, "nothing is there to move");
    if (from_key == to_key) return renameCase(entries, to);
    if (isAtOrBelow(to_key, from_key)) {
        return fail(ErrorCode::InvalidArgument, "a folder cannot be moved into itself");
    }
    if (find(to)) return fail(ErrorCode::Conflict, "something is already at the new place");
    FERRY_TRY(makeParents(to));
    const Subtree moved = relocated(entries, to, false);
    erase(entries, false);
    for (const EntryPtr& entry : moved)
        insert(entry);
    const Subtree listed = shape.list_moved_children ? moved : Subtree{moved.front()};
    if (shape.new_half_first) {
        logPuts(listed);
        logDeletions(entries, split);
    } else {
        logDeletions(entries);
        logPuts(listed, split);
    }
    for (std::size_t at = 0; at < moved.size(); ++at) {
        truth_.push_back(
            {TrueChangeKind::Moved, moved[at], entries[at]->path_display, at != 0, false}
        );
    }
    return moved.front();
}

Result<EntryPtr> AccountTree::copy(std::string_view from, std::string_view to) {
    FERRY_TRY_ASSIGN(const std::string from_key, checkedKey(from));
    FERRY_TRY_ASSIGN(const std::string to_key, checkedKey(to));
    const Subtree entries = subtree(from_key);
    if (entries.empty()) return fail(ErrorCode::NotFound, "nothing is there to copy");
    if (find(to)) return fail(ErrorCode::Conflict, "something is already at the new place");
    FERRY_TRY(makeParents(to));
    const Subtree copies = relocated(entries, to, true);
    for (const EntryPtr& entry : copies)
        insert(entry);
    logPuts(copies);
    record(TrueChangeKind::Created, copies);
    return copies.front();
}

Result<EntryPtr> AccountTree::remove(std::string_view path) {
    FERRY_TRY_ASSIGN(const std::string key, checkedKey(path));
    const Subtree entries = subtree(key);
    if (entries.empty()) return fail(ErrorCode::NotFound, "nothing is there to remove");
    erase(entries, true);
    logDeletions(entries);
    record(TrueChangeKind::Deleted, entries);
    return entries.front();
}

Result<EntryPtr> AccountTree::restore(std::string_view path) {
    FERRY_TRY_ASSIGN(const std::string key, checkedKey(path));
    const auto gone = tombstones_.find(key);
    if (gone == tombstones_.end()) return fail(ErrorCode::NotFound, "nothing was deleted there");
    FERRY_TRY(makeParents(path));
    auto entry = std::make_shared<Entry>(*gone->second);
    if (entry->kind == EntryKind::File) {
        entry->rev = ids_.rev();
        entry->server_modified = timeNow();
    }
    insert(entry);
    log(entry);
    record(TrueChangeKind::Restored, {entry});
    return entry;
}

}  // namespace ferry::demo
