#include "dropbox_documents.h"

#include "dropbox_document_json.h"
#include "dropbox_reading.h"

#include <algorithm>
#include <optional>

namespace ferry::dropbox {
namespace {

constexpr std::uint32_t kListLimitMax = 2000;
constexpr std::uint32_t kSearchLimitMax = 1000;  // more is refused by Dropbox

/// Header values are ASCII: everything else goes as \uXXXX, U+007F too.
std::string asciiArgument(std::string_view path) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer(buffer
    );
    writer.StartObject();
    writer.Key("path");
    if (!writer.String(path.data(), static_cast<rapidjson::SizeType>(path.size())))
        throw sdk::Error::invalid("the path is not utf-8");
    writer.EndObject();
    std::string text;
    for (const char c : std::string_view(buffer.GetString(), buffer.GetSize()))
        c == '\x7F' ? text.append("\\u007f") : text.append(1, c);
    return text;
}

/// `documents` of a page: `each` gives the metadata of an element of the array `name`.
template <typename Each>
sdk::DocumentPage pageOf(
    Route route, const rapidjson::Document& answer, const char* name, Each each
) {
    const rapidjson::Value* list = json::member(answer, name);
    if (list == nullptr || !list->IsArray())
        throw sdk::Error::malformed(
            std::string(routeName(route)) + ": the answer has no list of " + name
        );
    sdk::DocumentPage page;
    for (const rapidjson::Value& element : list->GetArray()) {
        std::optional<sdk::Document> document = documentOf(each(element));
        if (document) page.documents.push_back(std::move(*document));
    }
    const rapidjson::Value* has_more = json::member(answer, "has_more");
    if (has_more != nullptr && has_more->IsTrue()) {
        page.next_cursor = json::text(answer, "cursor");
        if (page.next_cursor.empty())
            throw sdk::Error::malformed(
                std::string(routeName(route)) + ": the answer has more, and no cursor"
            );
    }
    return page;
}

std::string listBody(const std::string& path, std::uint32_t limit) {
    return object([&](Writer& writer) {
        put(writer, "path", path);
        writer.Key("include_mounted_folders");
        writer.Bool(true);
        writer.Key("include_non_downloadable_files");
        writer.Bool(true);
        if (limit == 0) return;
        writer.Key("limit");
        writer.Uint(std::min(limit, kListLimitMax));
    });
}

std::string searchBody(const sdk::DocumentSearch& search, const std::string& path) {
    return object([&](Writer& writer) {
        put(writer, "query", search.text);
        writer.Key("options");
        writer.StartObject();
        if (!path.empty()) put(writer, "path", path);
        if (search.limit > 0) {
            writer.Key("max_results");
            writer.Uint(std::min(search.limit, kSearchLimitMax));
        }
        writer.EndObject();
    });
}

std::string cursorBody(const std::string& cursor) {
    return object([&](Writer& writer) { put(writer, "cursor", cursor); });
}

}  // namespace

sdk::Task<sdk::Document> documentMetadata(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentRef& ref
) {
    Reading reading(context, account, tokens);
    const std::string path = pathArgument(ref);
    rapidjson::Document answer;
    co_await reading.ask(
        Route::Metadata, object([&](Writer& writer) { put(writer, "path", path); }), answer
    );
    std::optional<sdk::Document> document = documentOf(&answer);
    if (!document)
        throw sdk::Error::notFound("files/get_metadata: what is there is no file and no folder");
    co_return std::move(*document);
}

sdk::Task<sdk::DocumentPage> listDocuments(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentList& list
) {
    Reading reading(context, account, tokens);
    const bool is_first = list.cursor.empty();
    const Route route = is_first ? Route::FolderContents : Route::FolderContentsContinue;
    std::string body =
        is_first ? listBody(pathArgument(list.folder), list.limit) : cursorBody(list.cursor);
    rapidjson::Document answer;
    co_await reading.ask(route, std::move(body), answer);
    sdk::DocumentPage page =
        pageOf(route, answer, "entries", [](const rapidjson::Value& entry) { return &entry; });
    co_return page;
}

sdk::Task<sdk::DocumentPage> searchDocuments(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentSearch& search
) {
    Reading reading(context, account, tokens);
    const bool is_first = search.cursor.empty();
    const Route route = is_first ? Route::Search : Route::SearchContinue;
    std::string body =
        is_first ? searchBody(search, pathArgument(search.folder)) : cursorBody(search.cursor);
    rapidjson::Document answer;
    co_await reading.ask(route, std::move(body), answer);
    sdk::DocumentPage page = pageOf(route, answer, "matches", [](const rapidjson::Value& match) {
        // A union around the metadata, for kinds of matches that are not files.
        return json::member(json::member(match, "metadata"), "metadata");
    });
    co_return page;
}

sdk::Task<sdk::Document> downloadDocument(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentDownload& download
) {
    Reading reading(context, account, tokens);
    std::string argument = asciiArgument(pathArgument(download.file));
    const sdk::HttpResponse response =
        co_await reading.download(std::move(argument), download.range);
    rapidjson::Document metadata;
    std::optional<sdk::Document> document;
    if (json::parse(response.header("dropbox-api-result"), metadata) == json::Fault::None)
        document = documentOf(&metadata, "file");
    if (!document) reading.throwBodyError(Route::Download, response);
    co_return std::move(*document);
}

}  // namespace ferry::dropbox
