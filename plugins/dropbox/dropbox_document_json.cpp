#include "dropbox_document_json.h"

#include "text.h"

#include <utility>

namespace ferry::dropbox {

std::string pathArgument(const sdk::DocumentRef& ref) {
    if (!ref.path.empty()) return ref.path == "/" ? std::string() : ref.path;
    if (ref.isTop() || ref.object_id.starts_with("id:")) return ref.object_id;
    throw sdk::Error::notFound("no id of dropbox looks like this: they begin with id:");
}

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
    // Dropbox does not tell when a file was made. This is the nearest: the time that whoever sent
    // the content gave it.
    document.created_ms = parseUtcTime(json::text(metadata, "client_modified"));
    const rapidjson::Value* size = json::member(metadata, "size");
    if (size != nullptr && size->IsInt64() && size->GetInt64() >= 0)
        document.size = size->GetInt64();
    if (document.object_id.empty() || document.name.empty()) return std::nullopt;
    return document;
}

std::optional<sdk::Document> documentOf(const rapidjson::Value* metadata) {
    return documentOf(metadata, json::text(metadata, ".tag"));
}

}  // namespace ferry::dropbox
