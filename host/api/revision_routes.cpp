// What the documents hub tells beside files and folders: the revisions of a file, links to it, and
// how much room the account has.

#include "api/answers.h"
#include "api/areas.h"
#include "api/document_call.h"

#include <algorithm>
#include <utility>

namespace ferry::api {
namespace {

constexpr std::string_view kList = "revisions";
constexpr std::string_view kRevisionId = "revisionId";
/// Pages that are looked through for a single revision.
constexpr int kPagesMax = 10;

constexpr const char* kRevision = R"json({
    "type": "object",
    "required": ["id", "refId", "name"],
    "properties": {
        "id": {"type": "string", "description": "the revision's"},
        "refId": {"type": "string", "description": "the file's, as in its metadata"},
        "name": {"type": "string", "description": "of the file, in this revision"},
        "path": {"type": "string"},
        "size": {"type": "integer", "description": "bytes"},
        "modifiedDate": {"type": "string"},
        "contentHash": {"type": "string"},
        "modifiedBy": {"type": "string"}
    },
    "additionalProperties": false
})json";

constexpr const char* kStorage = R"json({
    "type": "object",
    "required": ["used"],
    "properties": {
        "used": {"type": "integer", "description": "bytes"},
        "total": {
            "type": "integer",
            "description": "bytes; missing if the provider does not tell, or has no limit"
        }
    },
    "additionalProperties": false
})json";

constexpr const char* kLinks = R"json({
    "type": "object",
    "required": ["providerLink", "providerViewLink", "expires"],
    "properties": {
        "providerLink": {
            "type": "string",
            "description": "gives the content to whoever has it, without a token: treat it as a secret"
        },
        "providerViewLink": {"type": "string", "description": "the same"},
        "expires": {
            "type": ["string", "null"],
            "description": "when it stops to work; null if the provider does not tell"
        }
    },
    "additionalProperties": false
})json";

void writeRevision(JsonWriter& json, const IndexedObject& file) {
    json.beginObject()
        .field("id", file.revision)
        .field("refId", file.object_id)
        .field("name", file.name);
    if (!file.path.empty()) json.field("path", file.path);
    if (file.size >= 0) json.field("size", file.size);
    if (file.modified_ms > 0) {
        json.field("modifiedDate", formatRfc3339(fromEpochMilliseconds(file.modified_ms)));
    }
    if (!file.content_hash.empty()) json.field("contentHash", file.content_hash);
    if (!file.modified_by.empty()) json.field("modifiedBy", file.modified_by);
    json.endObject();
}

Result<pipeline::DocumentPage> readPage(
    ConnectorCall& connector, const pipeline::DocumentRevisionsRequest& wanted
) {
    FERRY_TRY_ASSIGN(pipeline::Documents* const documents, documentsOf(connector));
    FERRY_TRY_ASSIGN(
        ConnectorOutcome outcome, connector.run([&](const auto& account, const TokenSet& tokens) {
            return documents->startRevisions(account, tokens, wanted);
        })
    );
    if (!outcome.result.documents) return fail(ErrorCode::Internal, "the plugin gave no list");
    return std::move(*outcome.result.documents);
}

Result<http::Response> revisions(ConnectorCall& connector, const Call& call) {
    pipeline::DocumentRevisionsRequest wanted;
    FERRY_TRY_ASSIGN(wanted.file, documentRefOf(call, false));
    const std::string list = documentListName(connector, kList, wanted.file);
    FERRY_TRY(readDocumentPaging(call, list, wanted));
    FERRY_TRY_ASSIGN(const pipeline::DocumentPage page, readPage(connector, wanted));
    return documentPageAnswer(list, page, writeRevision);
}

Result<http::Response> revision(ConnectorCall& connector, const Call& call) {
    pipeline::DocumentRevisionsRequest wanted;
    FERRY_TRY_ASSIGN(wanted.file, documentRefOf(call, false));
    const std::string_view id = call.params.get(kRevisionId);
    for (int pages = 0; pages < kPagesMax; ++pages) {
        FERRY_TRY_ASSIGN(pipeline::DocumentPage page, readPage(connector, wanted));
        const auto found = std::find_if(
            page.documents.begin(),
            page.documents.end(),
            [&](const IndexedObject& file) { return file.revision == id; }
        );
        if (found != page.documents.end()) {
            JsonWriter json;
            writeRevision(json, *found);
            return jsonAnswer(json);
        }
        wanted.cursor = std::move(page.next_cursor);
        if (wanted.cursor.empty()) break;
    }
    return fail(ErrorCode::NotFound, "the file has no such revision, or it is too old");
}

Result<http::Response> storage(ConnectorCall& connector, const Call&) {
    FERRY_TRY_ASSIGN(pipeline::Documents* const documents, documentsOf(connector));
    FERRY_TRY_ASSIGN(
        const ConnectorOutcome outcome,
        connector.run([&](const auto& account, const TokenSet& tokens) {
            return documents->startStorage(account, tokens);
        })
    );
    if (!outcome.result.storage) return fail(ErrorCode::Internal, "the plugin gave no storage");
    JsonWriter json;
    json.beginObject().field("used", outcome.result.storage->used);
    if (outcome.result.storage->total) json.field("total", *outcome.result.storage->total);
    json.endObject();
    return jsonAnswer(json);
}

/// A link that is let go by itself, and shares nothing: reading must not publish a file.
Result<http::Response> links(ConnectorCall& connector, const Call& call) {
    FERRY_TRY_ASSIGN(const pipeline::DocumentRef file, documentRefOf(call, false));
    FERRY_TRY_ASSIGN(pipeline::Documents* const documents, documentsOf(connector));
    FERRY_TRY_ASSIGN(
        const ConnectorOutcome outcome,
        connector.run([&](const auto& account, const TokenSet& tokens) {
            return documents->startLink(account, tokens, file);
        })
    );
    if (!outcome.result.link) return fail(ErrorCode::Internal, "the plugin gave no link");
    const pipeline::DocumentLink& link = *outcome.result.link;
    JsonWriter json;
    json.beginObject().field("providerLink", link.url).field("providerViewLink", link.url);
    json.key("expires");
    if (link.expires_at) {
        json.string(formatRfc3339(*link.expires_at));
    } else {
        json.null();
    }
    json.endObject();
    http::Response response = jsonAnswer(json);
    response.headers.add("Cache-Control", "no-store");
    return response;
}

/// The same of a file by its id and by its path: `below` /files/{documentId}, and below /files.
template <typename Add>
void addOfFile(
    const std::string& below,
    const std::string& operation,
    const char* summary,
    const char* by_path_summary,
    const Add& add
) {
    Route by_id = documentRoute("/files/{documentId}" + below, operation, summary);
    by_id.parameters = {documentIdParameter("file")};
    add(std::move(by_id));
    Route by_path = documentRoute("/files" + below, operation + "ByPath", by_path_summary);
    by_path.parameters = {documentPathParameter("file", true)};
    add(std::move(by_path));
}

void addLists(ConnectorRoutes& routes) {
    const auto add = [&routes](Route route) {
        for (Parameter& parameter : pagingParameters())
            route.parameters.push_back(std::move(parameter));
        route.answers = {
            {.status = 200,
             .description = "One page of them, the newest first",
             .schema = listOf("Revision"),
             .headers = {"Elements-Returned-Count", "Elements-Next-Page-Token"}}};
        routes.add(std::move(route), revisions);
    };
    addOfFile(
        "/revisions",
        "getFileRevisions",
        "The contents that a file has had",
        "The same, by its path",
        add
    );
}

void addSingle(ConnectorRoutes& routes) {
    const auto add = [&routes](Route route) {
        route.parameters.push_back(
            {std::string(kRevisionId), ParameterPlace::Path, "Id of the revision"}
        );
        route.answers = {{200, "The revision", schemaOf("Revision")}};
        routes.add(std::move(route), revision);
    };
    addOfFile(
        "/revisions/{revisionId}",
        "getFileRevision",
        "One revision of a file",
        "The same, by the file's path",
        add
    );
}

void addLinks(ConnectorRoutes& routes) {
    const auto add = [&routes](Route route) {
        route.answers = {{200, "The link", schemaOf("FileLinks")}};
        routes.add(std::move(route), links);
    };
    addOfFile(
        "/links",
        "getFileLinks",
        "A link to a file's content, for a while",
        "The same, by its path",
        add
    );
}

}  // namespace

void addRevisionRoutes(RouteTable& table, ConnectorRoutes& routes) {
    table.define("Revision", kRevision);
    table.define("Storage", kStorage);
    table.define("FileLinks", kLinks);
    addLists(routes);
    addSingle(routes);
    addLinks(routes);
    Route room = documentRoute("/storage", "getStorage", "How much room the account has");
    room.answers = {{200, "What is used of it", schemaOf("Storage")}};
    routes.add(std::move(room), storage);
}

}  // namespace ferry::api
