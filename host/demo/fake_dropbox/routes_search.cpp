#include "base/ascii.h"
#include "base/encoding.h"
#include "demo/fake_dropbox/cursor.h"
#include "demo/fake_dropbox/path_names.h"
#include "demo/fake_dropbox/routes.h"

#include <sstream>
#include <vector>

// files/search_v2 and files/search/continue_v2: by name, in the order of paths.

namespace ferry::demo {
namespace {

constexpr std::int64_t kResultsDefault = 100;
constexpr std::int64_t kResultsMax = 1000;
constexpr std::size_t kQueryMax = 1000;

/// What CursorState::last holds of a search: listing cursors never begin like this, as keys begin
/// with '/'.
constexpr std::string_view kSearchMark = "search ";

struct Search {
    std::string query;
    std::string last;  ///< key of the last match shown; "": none yet
};

std::string textOf(const Search& search) {
    return std::string(kSearchMark) + percentEncode(search.query) + " " + search.last;
}

std::optional<Search> searchOf(std::string_view text) {
    if (!text.starts_with(kSearchMark)) return std::nullopt;
    text.remove_prefix(kSearchMark.size());
    const std::size_t space = text.find(' ');
    const auto query = percentDecode(text.substr(0, space), false);
    if (space == std::string_view::npos || !query) return std::nullopt;
    return Search{*query, std::string(text.substr(space + 1))};
}

std::vector<std::string> wordsOf(const std::string& query) {
    std::istringstream stream(lowerAscii(std::string_view(query)));
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

bool isMatch(const Entry& entry, const std::vector<std::string>& words) {
    const std::string name = lowerAscii(std::string_view(entry.name));
    for (const std::string& word : words) {
        if (name.find(word) == std::string::npos) return false;
    }
    return true;
}

Reply searchReply(Call& call, CursorState cursor, Search search) {
    const std::string folder = call.base.lower + cursor.folder;
    const std::vector<std::string> words = wordsOf(search.query);
    JsonWriter json;
    json.beginObject().key("matches").beginArray();
    std::uint32_t shown = 0;
    bool has_more = false;
    const auto& entries = call.account->tree.entries();
    for (auto at = entries.upper_bound(search.last); at != entries.end(); ++at) {
        const Entry& entry = *at->second;
        const bool is_below = entry.path_lower != folder && isAtOrBelow(entry.path_lower, folder);
        if (!is_below || !isMatch(entry, words)) continue;
        has_more = shown == cursor.limit;
        if (has_more) break;
        ++shown;
        search.last = at->first;
        json.beginObject().key("match_type").beginObject().field(".tag", "filename").endObject();
        json.key("metadata").beginObject().field(".tag", "metadata").key("metadata");
        writeEntry(json, entry, call.view());
        json.endObject().endObject();
    }
    json.endArray().field("has_more", has_more);
    if (has_more) {
        cursor.last = textOf(search);
        cursor.serial = call.world.ids.next();
        json.field("cursor", encodeCursor(cursor, call.world.cursor_key));
    }
    json.endObject();
    return jsonReply(json.take());
}

}  // namespace

Reply searchFiles(Call& call) {
    Arguments& args = call.args;
    args.allow({"query", "options", "match_field_options", "include_highlights"});
    args.allowInner(
        "options",
        {"path",
         "max_results",
         "order_by",
         "file_status",
         "filename_only",
         "file_extensions",
         "file_categories",
         "account_id"}
    );
    const std::string query = args.requiredText("query");
    const std::string path = args.innerText("options", "path");
    const std::int64_t limit =
        args.innerInteger("options", "max_results", kResultsDefault, 1, kResultsMax);
    if (query.size() > kQueryMax) args.addProblem("query: is too long");
    if (!args.problem().empty()) return badCall(call.route, "request body: " + args.problem());
    if (wordsOf(query).empty()) return unionError(409, "invalid_argument");
    const ResolvedPath resolved = resolvePath(call, path, "path");
    if (resolved.error) return *resolved.error;
    const std::string key = lowerPath(resolved.path);
    if (key != call.base.lower && !call.account->tree.find(key)) {
        return unionError(409, "path/not_found");
    }
    if (!call.account->tree.isFolder(key)) return unionError(409, "path/not_folder");
    CursorState cursor;
    cursor.app_key = call.app->key;
    cursor.account_id = call.account->id;
    cursor.namespace_id = call.base.namespace_id;
    cursor.folder = key.substr(call.base.lower.size());
    cursor.limit = static_cast<std::uint32_t>(limit);
    return searchReply(call, cursor, {query, {}});
}

Reply searchContinue(Call& call) {
    call.args.allow({"cursor"});
    const std::string text = call.args.requiredText("cursor");
    if (!call.args.problem().empty()) {
        return badCall(call.route, "request body: " + call.args.problem());
    }
    const auto cursor = decodeCursor(text, call.world.cursor_key);
    const auto search = cursor ? searchOf(cursor->last) : std::nullopt;
    if (!search) return badCall(call.route, "Invalid \"cursor\" parameter: malformed cursor");
    if (cursor->app_key != call.app->key || cursor->account_id != call.account->id) {
        return badCall(
            call.route, "Invalid \"cursor\" parameter: cursor is for a different app or user"
        );
    }
    const auto base = call.world.findBase(*call.account, *call.app, cursor->namespace_id);
    if (!base) return unionError(409, "reset");
    call.base = *base;
    return searchReply(call, *cursor, *search);
}

}  // namespace ferry::demo
