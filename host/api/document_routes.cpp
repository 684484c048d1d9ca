// The documents hub: reading files and folders of an account, through the connector's plugin.

#include "api/answers.h"
#include "api/areas.h"
#include "api/connector_call.h"
#include "api/document_call.h"
#include "api/document_json.h"
#include "api/proxy_headers.h"
#include "base/encoding.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace ferry::api {
namespace {

using pipeline::DocumentRef;

constexpr const char* kDocument = R"json({
    "type": "object",
    "required": ["id", "refId", "name", "directory", "tags"],
    "properties": {
        "id": {"type": "string", "description": "The path, percent-encoded twice"},
        "refId": {"type": "string", "description": "The provider's own id; may be used as id"},
        "name": {"type": "string"},
        "path": {"type": "string"},
        "directory": {"type": "boolean"},
        "size": {"type": "integer", "description": "bytes; 0 of folders"},
        "createdDate": {"type": "string", "description": "if the provider tells it"},
        "modifiedDate": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "parentFolderId": {"type": "string"},
        "revision": {"type": "string"},
        "contentHash": {"type": "string"},
        "modifiedBy": {"type": "string"}
    },
    "additionalProperties": false
})json";

Result<http::Response> metadata(ConnectorCall& connector, const Call& call, ObjectKind wanted) {
    const bool wants_folder = wanted == ObjectKind::Folder;
    FERRY_TRY_ASSIGN(const DocumentRef ref, documentRefOf(call, wants_folder));
    FERRY_TRY_ASSIGN(pipeline::Documents* const documents, documentsOf(connector));
    JsonWriter json;
    if (ref.isTop()) {
        writeTopFolder(json);
        return jsonAnswer(json);
    }
    FERRY_TRY_ASSIGN(
        const ConnectorOutcome outcome,
        connector.run([&](const auto& account, const TokenSet& tokens) {
            return documents->startMetadata(account, tokens, ref);
        })
    );
    if (!outcome.result.document) return fail(ErrorCode::Internal, "the plugin gave no metadata");
    if (outcome.result.document->kind != wanted) {
        return fail(
            ErrorCode::Conflict,
            wants_folder ? "this is a file: ask for it under /files"
                         : "this is a folder: ask for it under /folders"
        );
    }
    writeDocument(json, *outcome.result.document);
    return jsonAnswer(json);
}

Result<http::Response> pageAnswer(
    ConnectorCall& connector, std::string_view list, const ConnectorCall::Start& start
) {
    FERRY_TRY_ASSIGN(const ConnectorOutcome outcome, connector.run(start));
    if (!outcome.result.documents) return fail(ErrorCode::Internal, "the plugin gave no list");
    return documentPageAnswer(list, *outcome.result.documents, writeDocument);
}

Result<http::Response> contents(ConnectorCall& connector, const Call& call) {
    pipeline::DocumentListRequest wanted;
    FERRY_TRY_ASSIGN(wanted.folder, documentRefOf(call, true));
    const std::string list = documentListName(connector, "contents", wanted.folder);
    FERRY_TRY(readDocumentPaging(call, list, wanted));
    FERRY_TRY_ASSIGN(pipeline::Documents* const documents, documentsOf(connector));
    return pageAnswer(connector, list, [&](const auto& account, const TokenSet& tokens) {
        return documents->startList(account, tokens, wanted);
    });
}

Result<http::Response> search(ConnectorCall& connector, const Call& call) {
    pipeline::DocumentSearchRequest wanted;
    wanted.text = call.request.queryValue("text").value_or("");
    if (wanted.text.empty() || !isValidUtf8(wanted.text)) {
        return fail(ErrorCode::InvalidArgument, "give what to look for in the parameter text");
    }
    FERRY_TRY_ASSIGN(wanted.folder, documentRefOf(call, true));
    const std::string list = documentListName(connector, "search", wanted.folder, wanted.text);
    FERRY_TRY(readDocumentPaging(call, list, wanted));
    FERRY_TRY_ASSIGN(pipeline::Documents* const documents, documentsOf(connector));
    return pageAnswer(connector, list, [&](const auto& account, const TokenSet& tokens) {
        return documents->startSearch(account, tokens, wanted);
    });
}

Result<http::Response> download(ConnectorCall& connector, const Call& call) {
    pipeline::DocumentDownloadRequest wanted;
    FERRY_TRY_ASSIGN(wanted.file, documentRefOf(call, false));
    wanted.range = std::string(call.request.headers.get("Range").value_or(""));
    FERRY_TRY_ASSIGN(pipeline::Documents* const documents, documentsOf(connector));
    FERRY_TRY_ASSIGN(
        ConnectorOutcome outcome, connector.run([&](const auto& account, const TokenSet& tokens) {
            return documents->startDownload(account, tokens, wanted);
        })
    );
    if (!outcome.result.document || !outcome.stream) {
        return fail(ErrorCode::Internal, "the plugin gave no content");
    }
    const http::Headers& from = outcome.stream_head->headers;
    http::Response response;
    response.status = outcome.stream_head->status == 206 ? 206 : 200;
    response.content_type = "application/octet-stream";
    // A provider may compress without being asked to: the bytes go on as they come, and so does
    // what says how to read them. A range is then one of the compressed bytes.
    for (const char* name : {"Content-Encoding", "Content-Range", "Accept-Ranges", "ETag"}) {
        if (const auto value = from.get(name)) response.headers.add(name, std::string(*value));
    }
    response.headers.add(
        "Content-Disposition",
        fmt::format("attachment; filename*=UTF-8''{}", percentEncode(outcome.result.document->name))
    );
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.stream = std::move(outcome.stream);
    response.stream_bytes = contentLength(from);
    return response;
}

void addMetadataRoutes(ConnectorRoutes& routes) {
    const auto add = [&routes](Route route, ObjectKind kind) {
        route.answers = {{200, "The metadata", schemaOf("Document")}};
        routes.add(std::move(route), [kind](ConnectorCall& connector, const Call& call) {
            return metadata(connector, call, kind);
        });
    };
    Route file =
        documentRoute("/files/{documentId}/metadata", "getFileMetadata", "What is known of a file");
    file.parameters = {documentIdParameter("file")};
    add(std::move(file), ObjectKind::File);
    Route by_path =
        documentRoute("/files/metadata", "getFileMetadataByPath", "The same, by its path");
    by_path.parameters = {documentPathParameter("file", true)};
    add(std::move(by_path), ObjectKind::File);
    Route folder = documentRoute(
        "/folders/{documentId}/metadata", "getFolderMetadata", "What is known of a folder"
    );
    folder.parameters = {documentIdParameter("folder")};
    add(std::move(folder), ObjectKind::Folder);
    by_path =
        documentRoute("/folders/metadata", "getFolderMetadataByPath", "The same, by its path");
    by_path.parameters = {documentPathParameter("folder", false)};
    add(std::move(by_path), ObjectKind::Folder);
}

void addListRoutes(ConnectorRoutes& routes) {
    const auto add = [&routes](Route route, auto handler) {
        for (Parameter& parameter : pagingParameters())
            route.parameters.push_back(std::move(parameter));
        route.answers = {
            {.status = 200,
             .description = "One page of them",
             .schema = listOf("Document"),
             .headers = {"Elements-Returned-Count", "Elements-Next-Page-Token"}}};
        routes.add(std::move(route), handler);
    };
    Route by_id =
        documentRoute("/folders/{documentId}/contents", "getFolderContents", "What is in a folder");
    by_id.parameters = {documentIdParameter("folder")};
    add(std::move(by_id), contents);
    Route by_path = documentRoute(
        "/folders/contents", "getFolderContentsByPath", "What is in a folder, by its path"
    );
    by_path.parameters = {documentPathParameter("folder", false)};
    add(std::move(by_path), contents);
    Route found = documentRoute("/search", "searchDocuments", "Files and folders by name");
    found.parameters = {
        {"text", ParameterPlace::Query, "What to look for", "string", true},
        documentPathParameter("folder to look in", false)};
    add(std::move(found), search);
}

void addDownloadRoutes(ConnectorRoutes& routes) {
    const auto add = [&routes](Route route) {
        route.parameters.push_back(
            {"Range", ParameterPlace::Header, "Part of the content: bytes=0-99"}
        );
        route.answers = {
            {200, "The content", {}, "application/octet-stream"},
            {206, "The part of the content that was asked for", {}, "application/octet-stream"}};
        routes.add(std::move(route), download);
    };
    Route by_id = documentRoute("/files/{documentId}", "getFile", "The content of a file");
    by_id.parameters = {documentIdParameter("file")};
    add(std::move(by_id));
    Route by_path = documentRoute("/files", "getFileByPath", "The content of a file, by its path");
    by_path.parameters = {documentPathParameter("file", true)};
    add(std::move(by_path));
}

}  // namespace

void addDocumentRoutes(RouteTable& table, ConnectorRoutes& routes) {
    table.define("Document", kDocument);
    addMetadataRoutes(routes);
    addListRoutes(routes);
    addDownloadRoutes(routes);
}

}  // namespace ferry::api
