#include "api/document_json.h"

#include "base/clock.h"
#include "base/encoding.h"
#include "base/utf8.h"

namespace ferry::api {
namespace {

std::string_view parentOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

std::string documentId(std::string_view path) {
    return percentEncode(percentEncode(path.empty() ? std::string_view("/") : path));
}

Result<pipeline::DocumentRef> documentRefOfPath(std::string_view path) {
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (!path.empty() && path.front() != '/') {
        return fail(ErrorCode::InvalidArgument, "a path begins with '/'");
    }
    if (!isPlainText(path)) {
        return fail(ErrorCode::InvalidArgument, "the path is not UTF-8");
    }
    return pipeline::DocumentRef{{}, std::string(path)};
}

Result<pipeline::DocumentRef> documentRefOfId(std::string_view id) {
    if (id.starts_with('/')) return documentRefOfPath(id);
    if (id.starts_with("%2F") || id.starts_with("%2f") || id.starts_with("%252F")) {
        const auto path = percentDecode(id, false);
        if (!path) return fail(ErrorCode::InvalidArgument, "the id has a wrong percent-encoding");
        // As it is shown, when a client has encoded it once more: a path begins with '/', so no
        // other id looks like this.
        return id.starts_with("%252F") ? documentRefOfId(*path) : documentRefOfPath(*path);
    }
    if (!isPlainText(id)) {
        return fail(ErrorCode::InvalidArgument, "the id is not UTF-8");
    }
    return pipeline::DocumentRef{std::string(id), {}};
}

void writeDocument(JsonWriter& json, const IndexedObject& object) {
    const bool is_folder = object.kind == ObjectKind::Folder;
    json.beginObject();
    // Without a path it can't be found by one.
    json.field("id", object.path.empty() ? object.object_id : documentId(object.path));
    json.field("refId", object.object_id).field("name", object.name);
    if (!object.path.empty()) json.field("path", object.path);
    json.field("directory", is_folder);
    // Providers tell no size of folders, and callers of the original look for one.
    if (is_folder || object.size >= 0) json.field("size", is_folder ? 0 : object.size);
    if (object.created_ms > 0) {
        json.field("createdDate", formatRfc3339(fromEpochMilliseconds(object.created_ms)));
    }
    if (object.modified_ms > 0) {
        json.field("modifiedDate", formatRfc3339(fromEpochMilliseconds(object.modified_ms)));
    }
    json.key("tags").beginArray().endArray();
    if (!object.path.empty()) json.field("parentFolderId", documentId(parentOf(object.path)));
    if (!object.revision.empty()) json.field("revision", object.revision);
    if (!object.content_hash.empty()) json.field("contentHash", object.content_hash);
    if (!object.modified_by.empty()) json.field("modifiedBy", object.modified_by);
    json.endObject();
}

void writeTopFolder(JsonWriter& json) {
    json.beginObject().field("id", documentId("/")).field("refId", "/").field("name", "");
    json.field("path", "/").field("directory", true).field("size", std::int64_t{0});
    json.key("tags").beginArray().endArray().endObject();
}

}  // namespace ferry::api
