#include "dropbox_changes.h"

#include "dropbox_api.h"
#include "dropbox_auth.h"
#include "dropbox_errors.h"
#include "json.h"
#include "text.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <chrono>

namespace ferry::dropbox {
namespace {

constexpr std::string_view kPositionVersion = "1";
constexpr std::uint32_t kLimitMax = 2000;  // more is refused by Dropbox
constexpr std::size_t kCursorBytesMax = 32u << 10;
constexpr std::int64_t kPageBytesMax = 32 << 20;
// A recursive listing of a large account can take long; the official clients wait as long.
constexpr std::chrono::milliseconds kListingTimeout = std::chrono::seconds(100);

/// `dropbox.path` as the API wants it: the root is "", and no slash stands at the end.
std::string watchedFolder(const sdk::AccountView& account) {
    std::string path(account.config(parameter::kPath));
    while (path.ends_with('/'))
        path.pop_back();
    if (!path.empty() && path[0] != '/' && !path.starts_with("id:") && !path.starts_with("ns:"))
        throw sdk::Error::invalid("dropbox.path must begin with '/', 'id:' or 'ns:', or be empty");
    if (!isUtf8(path)) throw sdk::Error::invalid("dropbox.path is not utf-8");
    return path;
}

void put(
    rapidjson::Writer<rapidjson::StringBuffer>& writer, const char* key, std::string_view value
) {
    writer.Key(key);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

std::string listBody(std::string_view folder, std::uint32_t limit) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    const auto flag = [&](const char* key, bool value) {
        writer.Key(key);
        writer.Bool(value);
    };
    writer.StartObject();
    put(writer, "path", folder);
    flag("recursive", true);
    flag("include_deleted", false);
    flag("include_mounted_folders", true);
    flag("include_non_downloadable_files", true);
    writer.Key("limit");
    writer.Uint(limit == 0 ? kLimitMax : std::clamp(limit, 1u, kLimitMax));
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

/// The cursor and nothing else: Dropbox refuses any other field.
std::string continueBody(std::string_view cursor) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    put(writer, "cursor", cursor);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

bool isFolderGone(const sdk::HttpResponse& response) {
    return response.status() == 409 && errorTags(response.body()) == "path/not_found";
}

/// A 200 answer as a page whose next_cursor is Dropbox's own.
sdk::Page pageOf(Route route, const sdk::HttpResponse& response, const Credentials& credentials) {
    json::PageParts parts;
    json::Fault fault = json::splitPage(response.body(), parts);
    const bool has_list = route == Route::LatestCursor || (parts.has_entries && parts.has_more);
    if (fault == json::Fault::None &&
        (!has_list || parts.cursor.empty() || parts.cursor.size() > kCursorBytesMax))
        fault = json::Fault::BadShape;
    if (fault != json::Fault::None || !isJsonType(response))
        throw bodyError(routeName(route), response, fault, credentials);
    sdk::Page page;
    for (const std::string_view entry : parts.entries)
        page.add(entry);
    page.next_cursor = std::move(parts.cursor);
    page.has_more = parts.has_more.value_or(false);
    return page;
}

/// One fetch or initial cursor.
class Listing {
  public:
    Listing(sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens)
        : context_(context),
          account_(account),
          tokens_(tokens),
          credentials_(account, tokens),
          folder_(watchedFolder(account)) {
        position_.configured_root = configuredRoot(account);
        position_.root = position_.configured_root;
        position_.folder = fingerprint(folder_);
    }

    /// Lists from the start, or asks for the cursor of now (Route::LatestCursor).
    sdk::Task<sdk::Page> begin(Route route, sdk::FetchMode mode, std::uint32_t limit);
    sdk::Task<sdk::Page> resume(std::string_view cursor, std::uint32_t limit);

  private:
    sdk::Request request(Route route, std::string body) const {
        sdk::Request made =
            rpc(account_, credentials_, routeName(route), std::move(body), position_.root);
        made.timeout(kListingTimeout).responseBytesMax(kPageBytesMax);
        return made;
    }
    /// Puts `cursor` into the form that the host keeps.
    void seal(sdk::Page& page) {
        position_.cursor = std::move(page.next_cursor);
        page.next_cursor = position_.text();
    }
    sdk::Page gone() {
        sdk::Page page;
        seal(page);
        return page;
    }
    sdk::Task<void> requireFolder(std::uint32_t limit, const char* text_if_none);
    sdk::Task<void> findRoot(const sdk::HttpResponse& refusal);

    sdk::Context& context_;
    const sdk::AccountView& account_;
    const sdk::TokenSet& tokens_;
    const Credentials credentials_;
    const std::string folder_;
    Position position_;
};

/// The root that the account was verified with is no longer its root: takes the new one.
sdk::Task<void> Listing::findRoot(const sdk::HttpResponse& refusal) {
    std::optional<std::string> root = newRoot(refusal);
    if (!root) {
        const sdk::Identity identity = co_await verify(context_, account_, tokens_);
        rapidjson::Document state;
        (void)json::parse(identity.account_state, state);
        root = std::string(json::text(state, "root_namespace_id"));
        if (*root == json::text(state, "home_namespace_id")) root->clear();
    }
    if (*root == position_.root) throw apiError(Route::ListFolder, refusal, credentials_);
    position_.root = std::move(*root);
    context_.call().warning(
        "the root namespace of the account has changed: listing under the new one; verify the "
        "account again"
    );
}

sdk::Task<sdk::Page> Listing::begin(Route route, sdk::FetchMode mode, std::uint32_t limit) {
    const std::string body = listBody(folder_, limit);
    sdk::HttpResponse response = co_await context_.send(request(route, body));
    const bool is_new_root = isInvalidRoot(response);
    if (is_new_root) {
        co_await findRoot(response);
        response = co_await context_.send(request(route, body));
    }
    // What was watched is gone: an empty resync makes deletions of it, and later fetches look
    // whether it is back. Under a root that is new here, it may only be named otherwise.
    if (mode == sdk::FetchMode::Resync && !is_new_root && isFolderGone(response)) {
        context_.call().warning("the folder at dropbox.path is gone: all in it counts as deleted");
        co_return gone();
    }
    if (response.status() != 200) throw apiError(route, response, credentials_);
    sdk::Page page = pageOf(route, response, credentials_);
    seal(page);
    co_return page;
}

/// The host shows the text at the instance for as long as it lasts, and goes on asking.
sdk::Task<void> Listing::requireFolder(std::uint32_t limit, const char* text_if_none) {
    const sdk::HttpResponse response =
        co_await context_.send(request(Route::ListFolder, listBody(folder_, limit)));
    if (isFolderGone(response)) throw sdk::Error::rejected(text_if_none);
    // A root that is refused is found by the listing that follows.
    if (response.status() != 200 && !isInvalidRoot(response))
        throw apiError(Route::ListFolder, response, credentials_);
}

sdk::Task<sdk::Page> Listing::resume(std::string_view cursor, std::uint32_t limit) {
    const std::optional<Position> position = Position::parse(cursor);
    if (!position) throw sdk::Error::cursorInvalid("the cursor is not one of this plugin");
    const bool is_new_folder = position->folder != position_.folder;
    if (is_new_folder || position->configured_root != position_.configured_root) {
        // A slip in a new path must not make deletions of all that the former one held.
        if (!folder_.empty()) {
            co_await requireFolder(
                limit,
                "there is no folder at dropbox.path since it, or the root, was changed: correct "
                "it; until then nothing is told"
            );
        }
        throw sdk::Error::cursorInvalid(
            is_new_folder ? "dropbox.path has changed since the cursor was made"
                          : "the root namespace has changed since the cursor was made"
        );
    }
    position_ = *position;
    if (position_.cursor.empty()) {
        co_await requireFolder(
            limit, "the folder at dropbox.path is gone, and what was in it was told as deleted"
        );
        throw sdk::Error::cursorInvalid("the folder at dropbox.path is back: list it anew");
    }
    const sdk::HttpResponse response =
        co_await context_.send(request(Route::Continue, continueBody(position_.cursor)));
    if (response.status() != 200) throw apiError(Route::Continue, response, credentials_);
    sdk::Page page = pageOf(Route::Continue, response, credentials_);
    if (page.has_more && page.next_cursor == position_.cursor)
        throw sdk::Error::unavailable(
            "files/list_folder/continue: has_more with the cursor that was sent: going on would "
            "never end"
        );
    seal(page);
    co_return page;
}

}  // namespace

std::string Position::text() const {
    std::string text(kPositionVersion);
    for (const std::string* part : {&root, &configured_root, &folder, &cursor})
        text += ";" + *part;
    return text;
}

std::optional<Position> Position::parse(std::string_view text) {
    Position position;
    std::string version;
    for (std::string* part :
         {&version, &position.root, &position.configured_root, &position.folder}) {
        const std::size_t end = text.find(';');
        if (end == std::string_view::npos) return std::nullopt;
        *part = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    position.cursor = text;  // whatever it has in it
    if (version != kPositionVersion) return std::nullopt;
    return position;
}

sdk::Task<sdk::Page> fetch(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::FetchRequest& request
) {
    Listing listing(context, account, tokens);
    if (request.cursor.empty()) {
        if (request.mode == sdk::FetchMode::Continue)
            throw sdk::Error::cursorInvalid("there is no cursor to go on from");
        sdk::Page page = co_await listing.begin(Route::ListFolder, request.mode, request.limit);
        co_return page;
    }
    sdk::Page page = co_await listing.resume(request.cursor, request.limit);
    co_return page;
}

sdk::Task<std::string> initialCursor(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
) {
    Listing listing(context, account, tokens);
    const sdk::Page page = co_await listing.begin(Route::LatestCursor, sdk::FetchMode::Baseline, 0);
    co_return page.next_cursor;
}

}  // namespace ferry::dropbox
