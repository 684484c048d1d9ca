// Of dropbox_documents.h the revisions of a file, links to it, and the room of an account.
#include "dropbox_document_json.h"
#include "dropbox_documents.h"
#include "dropbox_reading.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace ferry::dropbox {
namespace {

constexpr std::uint32_t kRevisionsLimitMax = 100;
// Source: files.stone of dropbox-api-spec, get_temporary_link: "This link will expire in four
// hours".
constexpr std::int64_t kLinkLifeMs = 4LL * 60 * 60 * 1000;

/// Pages go by the last revision of the page before: such a list has no cursor.
std::string revisionsBody(const sdk::DocumentRevisions& revisions) {
    return object([&](Writer& writer) {
        put(writer, "path", pathArgument(revisions.file));
        if (!revisions.cursor.empty()) put(writer, "before_rev", revisions.cursor);
        writer.Key("limit");
        writer.Uint(
            revisions.limit == 0 ? kRevisionsLimitMax
                                 : std::min(revisions.limit, kRevisionsLimitMax)
        );
    });
}

/// The bytes in the member `name`; nullopt if it says none.
std::optional<std::int64_t> bytesIn(const rapidjson::Value* value, const char* name) {
    const rapidjson::Value* bytes = json::member(value, name);
    if (bytes == nullptr || !bytes->IsUint64()) return std::nullopt;
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(bytes->GetUint64(), std::numeric_limits<std::int64_t>::max())
    );
}

/// From SpaceUsage. Room that a team gives to a member is 0 if there is no such limit.
std::optional<sdk::Storage> storageOf(const rapidjson::Document& answer) {
    std::optional<std::int64_t> used = bytesIn(&answer, "used");
    const rapidjson::Value* allocation = json::member(&answer, "allocation");
    std::optional<std::int64_t> total = bytesIn(allocation, "allocated");
    if (json::text(allocation, ".tag") == "team") {
        const auto own = bytesIn(allocation, "user_within_team_space_allocated");
        if (own.value_or(0) > 0)
            total = own;
        else
            used = bytesIn(allocation, "used");
    }
    if (!used) return std::nullopt;
    sdk::Storage storage;
    storage.used = *used;
    storage.total = total;
    return storage;
}

}  // namespace

sdk::Task<sdk::DocumentPage> listRevisions(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentRevisions& revisions
) {
    Reading reading(context, account, tokens);
    rapidjson::Document answer;
    co_await reading.ask(Route::Revisions, revisionsBody(revisions), answer);
    const rapidjson::Value* list = json::member(answer, "entries");
    if (list == nullptr || !list->IsArray())
        throw sdk::Error::malformed("files/list_revisions: the answer has no list of entries");
    sdk::DocumentPage page;
    for (const rapidjson::Value& entry : list->GetArray()) {
        std::optional<sdk::Document> document = documentOf(&entry, "file");
        if (document && !document->revision.empty()) page.documents.push_back(std::move(*document));
    }
    const rapidjson::Value* has_more = json::member(answer, "has_more");
    const bool goes_on = has_more != nullptr && has_more->IsTrue() && !page.documents.empty();
    if (goes_on) page.next_cursor = page.documents.back().revision;
    co_return page;
}

sdk::Task<sdk::Storage> storageUsage(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
) {
    Reading reading(context, account, tokens);
    rapidjson::Document answer;
    co_await reading.ask(Route::SpaceUsage, "null", answer);
    const std::optional<sdk::Storage> storage = storageOf(answer);
    if (!storage)
        throw sdk::Error::malformed("users/get_space_usage: the answer does not say what is used");
    co_return *storage;
}

sdk::Task<sdk::Link> documentLink(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentRef& file
) {
    Reading reading(context, account, tokens);
    const std::string path = pathArgument(file);
    // Before the call: rather told too early than too late.
    const std::int64_t asked_ms = context.call().nowMs();
    rapidjson::Document answer;
    co_await reading.ask(
        Route::TemporaryLink, object([&](Writer& writer) { put(writer, "path", path); }), answer
    );
    sdk::Link link;
    link.url = json::text(answer, "link");
    if (!link.url.starts_with("https://") && !link.url.starts_with("http://"))
        throw sdk::Error::malformed("files/get_temporary_link: the answer has no link");
    link.expires_ms = asked_ms + kLinkLifeMs;
    co_return link;
}

}  // namespace ferry::dropbox
