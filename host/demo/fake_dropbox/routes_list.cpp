#include "demo/fake_dropbox/listing.h"
#include "demo/fake_dropbox/path_names.h"
#include "demo/fake_dropbox/routes.h"

#include <algorithm>
#include <map>
#include <string>

// files/list_folder, /continue, /get_latest_cursor.

namespace ferry::demo {
namespace {

constexpr std::int64_t kLimitDefault = 500;
constexpr std::int64_t kLimitMax = 2000;
constexpr std::size_t kOvershootDefault = 7;

/// Reverses each run of additions; deletions stay where they are, and files that replaced a folder
/// whose entries are listed before them, and what is listed more than once, so that the whole means
/// the same.
void reverseAdditions(std::vector<EntryPtr>& entries) {
    const auto replacesListed = [all = entries](const Entry& entry) {
        const std::string below = entry.path_lower + "/";
        return entry.kind == EntryKind::File &&
               std::any_of(all.begin(), all.end(), [&](const EntryPtr& other) {
                   return other->path_lower.starts_with(below);
               });
    };
    std::map<std::string, int> times;  // that a path is listed
    for (const EntryPtr& entry : entries)
        ++times[entry->path_lower];
    const auto mayMove = [&](const EntryPtr& entry) {
        return entry->kind != EntryKind::Deleted && !replacesListed(*entry) &&
               times[entry->path_lower] == 1;
    };
    auto at = entries.begin();
    while (at != entries.end()) {
        const auto first = std::find_if(at, entries.end(), mayMove);
        at = std::find_if_not(first, entries.end(), mayMove);
        std::reverse(first, at);
    }
}

std::size_t limitOf(const Call& call, const CursorState& cursor) {
    if (call.hasFault(FaultKind::OneEntryPage)) return 1;
    if (call.hasFault(FaultKind::LimitOvershoot)) {
        const int more = call.fault->number;
        return cursor.limit + (more > 0 ? static_cast<std::size_t>(more) : kOvershootDefault);
    }
    return cursor.limit;
}

std::string pageJson(
    const Page& page,
    const EntryView& view,
    const std::optional<Fault>& fault,
    std::string_view cursor
) {
    JsonWriter json;
    json.beginObject().key("entries").beginArray();
    for (const EntryPtr& entry : page.entries)
        writeEntry(json, *entry, view);
    if (fault && fault->kind == FaultKind::NullPaths) writeEntryWithoutPaths(json);
    if (fault && fault->kind == FaultKind::UnknownTag) writeEntryOfUnknownTag(json);
    json.endArray().field("cursor", cursor).field("has_more", page.has_more);
    if (fault && fault->kind == FaultKind::UnknownFields) json.field("x_new_field", true);
    json.endObject();
    return json.take();
}

Reply pageReply(Call& call, const CursorState& cursor, const std::string& cursor_text) {
    Page page;
    const AccountTree& tree = call.account->tree;
    if (call.hasFault(FaultKind::EmptyPageWithMore)) {
        page.next = cursor;
        page.has_more = true;
    } else {
        page = nextPage(
            tree, cursor, call.base.lower, call.account->deltaEnd(), limitOf(call, cursor)
        );
    }
    // The rest happens later, as far as this drain is concerned, and what happens has its notice.
    const bool is_cut =
        !page.has_more && hasNews(tree, page.next, call.base.lower, call.account->deltaEnd());
    if (is_cut) call.world.touched(*call.account);
    if (call.hasFault(FaultKind::ChildBeforeParent)) reverseAdditions(page.entries);
    page.next.serial = call.world.ids.next();
    std::string next = encodeCursor(page.next, call.world.cursor_key);
    if (call.hasFault(FaultKind::DuplicatePage)) {
        page.has_more = true;
        next = cursor_text.empty() ? encodeCursor(cursor, call.world.cursor_key) : cursor_text;
    }
    EntryView view = call.view();
    view.has_unknown_fields = call.hasFault(FaultKind::UnknownFields);
    view.lacks_content_hash = call.hasFault(FaultKind::MissingContentHash);
    view.has_wrong_parent_case = call.hasFault(FaultKind::WrongParentCase);
    const std::optional<Fault> fault = call.fault;
    call.lock.unlock();  // entries never change: other calls go on while this one renders
    return jsonReply(pageJson(page, view, fault, next));
}

/// Refuses the second of two equal calls under way at the same time, if that is switched on.
class ParallelGuard {
  public:
    explicit ParallelGuard(Call& call) : world_(call.world) {
        if (!world_.limits_parallel_lists) return;
        key_ = call.app->key + "|" + call.account->id + "|" + std::string(call.route) + "|" +
               call.request.body;
        is_first_ = world_.lists_under_way.insert(key_).second;
        if (!is_first_) return;
        // Other calls get their chance while this one takes its time.
        world_.changed.wait_for(call.lock, world_.list_time, [this] { return world_.is_stopping; });
        world_.lists_under_way.erase(key_);
    }
    bool isFirst() const { return is_first_; }

  private:
    World& world_;
    std::string key_;
    bool is_first_ = true;
};

/// The listing arguments as a cursor at its start, or the error.
std::optional<Reply> readListArguments(Call& call, CursorState& cursor) {
    Arguments& args = call.args;
    args.allow(
        {"path",
         "recursive",
         "include_media_info",
         "include_deleted",
         "include_has_explicit_shared_members",
         "include_mounted_folders",
         "limit",
         "shared_link",
         "include_property_groups",
         "include_non_downloadable_files",
         "include_restorable_info"}
    );
    const std::string path = args.requiredText("path");
    cursor.recursive = args.boolean("recursive", false);
    cursor.include_deleted = args.boolean("include_deleted", false);
    cursor.include_mounted_folders = args.boolean("include_mounted_folders", true);
    cursor.include_non_downloadable_files = args.boolean("include_non_downloadable_files", true);
    args.boolean("include_media_info", false);
    args.boolean("include_has_explicit_shared_members", false);
    cursor.limit = static_cast<std::uint32_t>(args.integer("limit", kLimitDefault, 1, kLimitMax));
    if (!args.problem().empty()) return badCall(call.route, "request body: " + args.problem());
    const ResolvedPath resolved = resolvePath(call, path, "path");
    if (resolved.error) return resolved.error;
    const AccountTree& tree = call.account->tree;
    const bool is_base = lowerPath(resolved.path) == call.base.lower;
    if (!is_base && !tree.find(resolved.path)) return unionError(409, "path/not_found");
    if (!is_base && !tree.isFolder(resolved.path)) return unionError(409, "path/not_folder");
    const std::string key = lowerPath(resolved.path);
    if (!isAtOrBelow(key, call.base.lower)) {
        return badCall(
            call.route,
            "request body: path: ns: paths outside of the path root are not "
            "supported by this fake; send Dropbox-API-Path-Root"
        );
    }
    cursor.app_key = call.app->key;
    cursor.account_id = call.account->id;
    cursor.namespace_id = call.base.namespace_id;
    cursor.folder = key.substr(call.base.lower.size());
    cursor.position = call.account->deltaEnd();
    cursor.epoch = call.account->cursor_epoch;
    return std::nullopt;
}

}  // namespace

Reply listFolder(Call& call) {
    CursorState cursor;
    if (auto error = readListArguments(call, cursor)) return *error;
    const ParallelGuard guard(call);
    if (!guard.isFirst()) return rateLimited(1, false);
    return pageReply(call, cursor, {});
}

Reply getLatestCursor(Call& call) {
    CursorState cursor;
    if (auto error = readListArguments(call, cursor)) return *error;
    cursor.phase = CursorPhase::Delta;
    cursor.serial = call.world.ids.next();
    JsonWriter json;
    json.beginObject().field("cursor", encodeCursor(cursor, call.world.cursor_key)).endObject();
    return jsonReply(json.take());
}

Reply listFolderContinue(Call& call) {
    call.args.allow({"cursor"});
    const std::string text = call.args.requiredText("cursor");
    if (!call.args.problem().empty()) {
        return badCall(call.route, "request body: " + call.args.problem());
    }
    const auto cursor = decodeCursor(text, call.world.cursor_key);
    if (!cursor) return badCall(call.route, "Invalid \"cursor\" parameter: malformed cursor");
    if (cursor->app_key != call.app->key || cursor->account_id != call.account->id) {
        return badCall(
            call.route, "Invalid \"cursor\" parameter: cursor is for a different app or user"
        );
    }
    if (cursor->epoch != call.account->cursor_epoch) return unionError(409, "reset");
    const auto base = call.world.findBase(*call.account, *call.app, cursor->namespace_id);
    if (!base) return unionError(409, "reset");
    call.base = *base;
    if (!cursor->folder.empty() && !call.account->tree.isFolder(base->lower + cursor->folder)) {
        return unionError(409, "path/not_found");
    }
    const ParallelGuard guard(call);
    if (!guard.isFirst()) return rateLimited(1, false);
    return pageReply(call, *cursor, text);
}

}  // namespace ferry::demo
