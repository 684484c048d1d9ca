#include "demo/fake_dropbox/path_names.h"
#include "demo/fake_dropbox/routes.h"

#include <algorithm>
#include <vector>

// files/get_metadata, list_revisions, create_folder_v2, delete_v2, move_v2, copy_v2.

namespace ferry::demo {
namespace {

std::string metadataJson(const Call& call, const Entry& entry, bool is_tagged) {
    JsonWriter json;
    json.beginObject().key("metadata");
    writeEntry(json, entry, call.view(), is_tagged);
    json.endObject();
    return json.take();
}

Reply badArguments(const Call& call) {
    return badCall(call.route, "request body: " + call.args.problem());
}

/// A failed change as the union of its route.
Reply changeError(
    const Error& error, std::string_view lookup, std::string_view write, EntryKind in_the_way
) {
    if (error.code == ErrorCode::NotFound)
        return unionError(409, std::string(lookup) + "/not_found");
    if (error.code == ErrorCode::Conflict) {
        const char* kind = in_the_way == EntryKind::Folder ? "/conflict/folder" : "/conflict/file";
        return unionError(409, std::string(write) + kind);
    }
    return unionError(409, std::string(write) + "/malformed_path");
}

EntryKind kindAt(const Call& call, const std::string& path) {
    return call.account->tree.isFolder(path) ? EntryKind::Folder : EntryKind::File;
}

Reply relocate(Call& call, bool is_copy) {
    Arguments& args = call.args;
    args.allow(
        {"from_path", "to_path", "allow_shared_folder", "autorename", "allow_ownership_transfer"}
    );
    const std::string from_path = args.requiredText("from_path");
    const std::string to_path = args.requiredText("to_path");
    if (!args.problem().empty()) return badArguments(call);
    const ResolvedPath from = resolvePath(call, from_path, "from_lookup");
    if (from.error) return *from.error;
    const ResolvedPath to = resolvePath(call, to_path, "to");
    if (to.error) return *to.error;
    AccountTree& tree = call.account->tree;
    const EntryKind in_the_way = kindAt(call, to.path);
    const auto result = is_copy ? tree.copy(from.path, to.path) : tree.move(from.path, to.path);
    if (!result) return changeError(result.error(), "from_lookup", "to", in_the_way);
    call.world.touched(*call.account);
    return jsonReply(metadataJson(call, **result, true));
}

}  // namespace

Reply getMetadata(Call& call) {
    call.args.allow(
        {"path",
         "include_media_info",
         "include_deleted",
         "include_has_explicit_shared_members",
         "include_property_groups"}
    );
    const std::string path = call.args.requiredText("path");
    const bool include_deleted = call.args.boolean("include_deleted", false);
    if (!call.args.problem().empty()) return badArguments(call);
    if (path.empty()) {
        return badCall(call.route, "request body: path: The root folder is unsupported.");
    }
    const ResolvedPath resolved = resolvePath(call, path, "path");
    if (resolved.error) return *resolved.error;
    const AccountTree& tree = call.account->tree;
    EntryPtr entry = tree.find(resolved.path);
    if (!entry && include_deleted) {
        const auto gone = tree.tombstones().find(lowerPath(resolved.path));
        if (gone != tree.tombstones().end()) {
            auto deletion = std::make_shared<Entry>(*gone->second);
            deletion->kind = EntryKind::Deleted;
            entry = deletion;
        }
    }
    if (!entry) return unionError(409, "path/not_found");
    JsonWriter json;
    EntryView view = call.view();
    view.has_unknown_fields = call.hasFault(FaultKind::UnknownFields);
    view.lacks_content_hash = call.hasFault(FaultKind::MissingContentHash);
    writeEntry(json, *entry, view);
    return jsonReply(json.take());
}

Reply listRevisions(Call& call) {
    Arguments& args = call.args;
    args.allow({"path", "mode", "limit", "before_rev"});
    const std::string path = args.requiredText("path");
    const std::string mode = args.tag("mode", "path");
    const auto limit = static_cast<std::size_t>(args.integer("limit", 10, 1, 100));
    const std::string before_rev = args.text("before_rev");
    if (!args.problem().empty()) return badArguments(call);
    const AccountTree& tree = call.account->tree;
    const bool by_id = mode == "id";
    if (!before_rev.empty() && mode != "path") return unionError(409, "before_rev_not_supported");
    bool is_before = before_rev.empty();
    std::string id = path;
    std::string key;
    if (!path.starts_with("id:")) {
        const ResolvedPath resolved = resolvePath(call, path, "path");
        if (resolved.error) return *resolved.error;
        key = lowerPath(resolved.path);
        if (const EntryPtr entry = tree.find(key)) id = entry->id;
    }
    std::vector<EntryPtr> versions;
    EntryPtr deletion;
    for (auto item = tree.delta().rbegin(); item != tree.delta().rend(); ++item) {
        const Entry& entry = *item->entry;
        const bool is_it = by_id || key.empty() ? entry.id == id : entry.path_lower == key;
        if (!is_it || versions.size() > limit) continue;
        if (entry.kind == EntryKind::Deleted && versions.empty() && !deletion)
            deletion = item->entry;
        if (!is_before || (!before_rev.empty() && entry.rev == before_rev)) {
            is_before = is_before || entry.rev == before_rev;
            continue;
        }
        const bool is_repeated = !versions.empty() && versions.back()->rev == entry.rev;
        if (entry.kind == EntryKind::File && !is_repeated) versions.push_back(item->entry);
    }
    if (!is_before) return unionError(409, "invalid_before_rev");
    if (versions.empty() && before_rev.empty()) {
        return unionError(409, tree.find(key) ? "path/not_file" : "path/not_found");
    }
    JsonWriter json;
    json.beginObject().field("is_deleted", deletion != nullptr).key("entries").beginArray();
    for (std::size_t at = 0; at < std::min(limit, versions.size()); ++at) {
        writeEntry(json, *versions[at], call.view(), false);
    }
    json.endArray();
    if (deletion) json.field("server_deleted", deletion->server_modified);
    json.field("has_more", versions.size() > limit).endObject();
    return jsonReply(json.take());
}

Reply createFolder(Call& call) {
    call.args.allow({"path", "autorename"});
    const std::string path = call.args.requiredText("path");
    if (!call.args.problem().empty()) return badArguments(call);
    const ResolvedPath resolved = resolvePath(call, path, "path");
    if (resolved.error) return *resolved.error;
    const EntryKind in_the_way = kindAt(call, resolved.path);
    const auto result = call.account->tree.createFolder(resolved.path);
    if (!result) return changeError(result.error(), "path", "path", in_the_way);
    call.world.touched(*call.account);
    return jsonReply(metadataJson(call, **result, false));
}

Reply deleteEntry(Call& call) {
    call.args.allow({"path", "parent_rev"});
    const std::string path = call.args.requiredText("path");
    const std::string parent_rev = call.args.text("parent_rev");
    if (!call.args.problem().empty()) return badArguments(call);
    const ResolvedPath resolved = resolvePath(call, path, "path_lookup");
    if (resolved.error) return *resolved.error;
    AccountTree& tree = call.account->tree;
    const EntryPtr entry = tree.find(resolved.path);
    if (entry && !parent_rev.empty() && entry->rev != parent_rev) {
        return unionError(409, "path_write/conflict/file");
    }
    const auto result = tree.remove(resolved.path);
    if (!result) return changeError(result.error(), "path_lookup", "path_write", EntryKind::File);
    call.world.touched(*call.account);
    return jsonReply(metadataJson(call, **result, true));
}

Reply moveEntry(Call& call) {
    return relocate(call, false);
}

Reply copyEntry(Call& call) {
    return relocate(call, true);
}

}  // namespace ferry::demo
