#include "dropbox_documents.h"

#include "dropbox_api.h"
#include "dropbox_errors.h"
#include "json.h"
#include "text.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace ferry::dropbox {
namespace {

constexpr std::uint32_t kListLimitMax = 2000;
constexpr std::uint32_t kSearchLimitMax = 1000;  // more is refused by Dropbox
constexpr std::int64_t kPageBytesMax = 16 << 20;
constexpr std::chrono::milliseconds kPageTimeout = std::chrono::seconds(60);

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// A JSON object, as `fill` writes its members.
template <typename Fill>
std::string object(Fill fill) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    fill(writer);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

void put(Writer& writer, const char* key, std::string_view value) {
    writer.Key(key);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

/// What Dropbox takes for a path: "", "/a/b", "id:...".
std::string pathArgument(const sdk::DocumentRef& ref) {
    if (!ref.path.empty()) return ref.path == "/" ? std::string() : ref.path;
    if (ref.isTop() || ref.object_id.starts_with("id:")) return ref.object_id;
    throw sdk::Error::notFound("no id of dropbox looks like this: they begin with id:");
}

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

/// A file or folder; nullopt for what is neither, and for tags that are new.
std::optional<sdk::Document> documentOf(const rapidjson::Value* metadata, std::string_view tag) {
    if (metadata == nullptr || (tag != "file" && tag != "folder")) return std::nullopt;
    sdk::Document document(tag == "file" ? sdk::ObjectType::File : sdk::ObjectType::Folder);
    document.object_id = json::text(metadata, "id");
    document.name = json::text(metadata, "name");
    document.path = json::text(metadata, "path_display");
    document.revision = json::text(metadata, "rev");
    document.content_hash = json::text(metadata, "content_hash");
    document.modified_by = json::text(json::member(metadata, "sharing_info"), "modified_by");
    document.modified_ms = parseUtcTime(json::text(metadata, "server_modified"));
    const rapidjson::Value* size = json::member(metadata, "size");
    if (size != nullptr && size->IsInt64() && size->GetInt64() >= 0)
        document.size = size->GetInt64();
    if (document.object_id.empty() || document.name.empty()) return std::nullopt;
    return document;
}

std::optional<sdk::Document> documentOf(const rapidjson::Value* metadata) {
    return documentOf(metadata, json::text(metadata, ".tag"));
}

/// One call of a caller. Follows a root namespace that has changed since the account was verified.
class Reading {
  public:
    Reading(sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens)
        : context_(context),
          account_(account),
          credentials_(account, tokens),
          root_(configuredRoot(account)) {}

    /// The 200 answer of an RPC route as JSON.
    sdk::Task<void> ask(Route route, std::string body, rapidjson::Document& answer) {
        const sdk::HttpResponse response = co_await send(route, [&] {
            sdk::Request request = rpc(account_, credentials_, routeName(route), body, root_);
            request.timeout(kPageTimeout).responseBytesMax(kPageBytesMax);
            return request;
        });
        const json::Fault fault = json::parse(response.body(), answer);
        if (fault != json::Fault::None || !isJsonType(response))
            throw bodyError(routeName(route), response, fault, credentials_);
    }

    sdk::Task<sdk::HttpResponse> download(std::string argument, std::string range) {
        sdk::HttpResponse response = co_await send(Route::Download, [&] {
            sdk::Request request = contentDownload(account_, credentials_, argument, root_);
            if (!range.empty()) request.header("Range", range);
            request.streamAnswer();
            return request;
        });
        co_return response;
    }

    [[noreturn]] void throwBodyError(Route route, const sdk::HttpResponse& response) const {
        throw bodyError(routeName(route), response, json::Fault::BadShape, credentials_);
    }

  private:
    template <typename Make>
    sdk::Task<sdk::HttpResponse> send(Route route, Make make) {
        sdk::HttpResponse response = co_await context_.send(make());
        if (isInvalidRoot(response)) {
            const std::optional<std::string> root = newRoot(response);
            if (root && *root != root_) {
                root_ = *root;
                response = co_await context_.send(make());
            }
        }
        if (!response.ok()) throw apiError(route, response, credentials_);
        co_return response;
    }

    sdk::Context& context_;
    const sdk::AccountView& account_;
    const Credentials credentials_;
    std::string root_;
};

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
