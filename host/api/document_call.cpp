#include "api/document_call.h"

#include "api/answers.h"
#include "api/document_json.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::api {
namespace {

constexpr std::string_view kId = "documentId";
/// Of the digest in a page's token: it tells lists apart, and keeps nobody out.
constexpr std::size_t kMarkBytes = 9;

}  // namespace

Parameter documentIdParameter(const char* what) {
    return {std::string(kId), ParameterPlace::Path, fmt::format("Id or refId of the {}", what)};
}

Parameter documentPathParameter(const char* what, bool is_required) {
    return {
        "path",
        ParameterPlace::Query,
        fmt::format("Path of the {}, from the top", what),
        "string",
        is_required};
}

Result<pipeline::DocumentRef> documentRefOf(const Call& call, bool may_be_top) {
    pipeline::DocumentRef ref;
    if (call.params.has(kId)) {
        FERRY_TRY_ASSIGN(ref, documentRefOfId(call.params.get(kId)));
    } else {
        FERRY_TRY_ASSIGN(ref, documentRefOfPath(call.request.queryValue("path").value_or("")));
    }
    if (ref.isTop() && !may_be_top) {
        return fail(ErrorCode::InvalidArgument, "give the path of a file in the parameter path");
    }
    return ref;
}

Result<pipeline::Documents*> documentsOf(ConnectorCall& connector) {
    if (pipeline::Documents* documents = connector.provider().documents()) return documents;
    return fail(ErrorCode::Unsupported, "the connector has no documents");
}

std::string documentListName(
    const ConnectorCall& connector,
    std::string_view kind,
    const pipeline::DocumentRef& ref,
    std::string_view words
) {
    // No part but the last can hold the separator.
    const std::string text = fmt::format(
        "{1}{0}{2}{0}{3}{0}{4}", '\0', connector.settings().id.value, ref.object_id, ref.path, words
    );
    return fmt::format("{}/{}", kind, base64UrlEncode(asText(sha256(text)).substr(0, kMarkBytes)));
}

http::Response documentPageAnswer(
    std::string_view list,
    const pipeline::DocumentPage& page,
    void (*write)(JsonWriter& json, const IndexedObject& document)
) {
    JsonWriter json;
    json.beginArray();
    for (const IndexedObject& document : page.documents)
        write(json, document);
    json.endArray();
    http::Response response = jsonAnswer(json);
    ListHeaders headers;
    headers.returned = page.documents.size();
    if (!page.next_cursor.empty()) headers.next_page = nextCursorToken(list, page.next_cursor);
    addListHeaders(response, headers);
    return response;
}

Route documentRoute(std::string path, std::string operation_id, std::string summary) {
    Route route;
    route.method = "GET";
    route.path = std::move(path);
    route.operation_id = std::move(operation_id);
    route.summary = std::move(summary);
    route.area = "documents";
    route.role = Role::Read;
    return route;
}

}  // namespace ferry::api
