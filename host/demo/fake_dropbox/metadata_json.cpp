#include "demo/fake_dropbox/metadata_json.h"

#include <algorithm>

namespace ferry::demo {
namespace {

std::string swapParentCase(std::string_view path) {
    std::string out(path);
    const std::size_t end = out.rfind('/');
    for (std::size_t at = 0; at < end && at < out.size(); ++at) {
        char& c = out[at];
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        } else if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return out;
}

void writePaths(JsonWriter& json, const Entry& entry, const EntryView& view) {
    const auto cut = [](const std::string& path, std::size_t bytes) {
        return std::string_view(path).substr(std::min(bytes, path.size()));
    };
    const std::string_view display = cut(entry.path_display, view.base_display_bytes);
    json.field("path_lower", cut(entry.path_lower, view.base_lower_bytes));
    if (view.has_wrong_parent_case) {
        json.field("path_display", swapParentCase(display));
    } else {
        json.field("path_display", display);
    }
}

void writeFolderFields(JsonWriter& json, const Entry& entry) {
    if (entry.shared_folder_id.empty() && entry.parent_shared_folder_id.empty()) return;
    json.key("sharing_info").beginObject().field("read_only", entry.read_only);
    if (!entry.parent_shared_folder_id.empty()) {
        json.field("parent_shared_folder_id", entry.parent_shared_folder_id);
    }
    if (!entry.shared_folder_id.empty()) json.field("shared_folder_id", entry.shared_folder_id);
    json.field("traverse_only", false).field("no_access", false).endObject();
    if (!entry.shared_folder_id.empty()) json.field("shared_folder_id", entry.shared_folder_id);
}

void writeFileFields(JsonWriter& json, const Entry& entry, const EntryView& view) {
    json.field("client_modified", entry.client_modified);
    json.field("server_modified", entry.server_modified);
    json.field("rev", entry.rev);
    json.field("size", static_cast<std::int64_t>(entry.size));
    if (!entry.parent_shared_folder_id.empty()) {
        json.key("sharing_info").beginObject().field("read_only", entry.read_only);
        json.field("parent_shared_folder_id", entry.parent_shared_folder_id);
        if (!entry.traits.modified_by.empty()) json.field("modified_by", entry.traits.modified_by);
        json.endObject();
    }
    if (!entry.traits.symlink_target.empty()) {
        json.key("symlink_info").beginObject();
        json.field("target", entry.traits.symlink_target).endObject();
    }
    json.field("is_downloadable", entry.traits.is_downloadable);
    if (!entry.traits.is_downloadable) {
        json.key("export_info").beginObject().field("export_as", "html").endObject();
    }
    if (entry.traits.has_content_hash && !view.lacks_content_hash) {
        json.field("content_hash", entry.content_hash);
    }
}

std::string_view tagOf(EntryKind kind) {
    switch (kind) {
        case EntryKind::File:
            return "file";
        case EntryKind::Folder:
            return "folder";
        case EntryKind::Deleted:
            break;
    }
    return "deleted";
}

}  // namespace

void writeEntry(JsonWriter& json, const Entry& entry, const EntryView& view, bool is_tagged) {
    json.beginObject();
    if (is_tagged) json.field(".tag", tagOf(entry.kind));
    json.field("name", entry.name);
    writePaths(json, entry, view);
    if (entry.kind != EntryKind::Deleted) json.field("id", entry.id);
    if (entry.kind == EntryKind::File) writeFileFields(json, entry, view);
    if (entry.kind == EntryKind::Folder) writeFolderFields(json, entry);
    if (view.has_unknown_fields) {
        json.field("x_new_field", "of a later API").key("x_new_struct").beginObject();
        json.key("deep").beginArray().number(std::int64_t{1}).null().endArray().endObject();
    }
    json.endObject();
}

void writeEntryWithoutPaths(JsonWriter& json) {
    json.beginObject().field(".tag", "folder").field("name", "not mounted");
    json.key("path_lower").null().key("path_display").null();
    json.field("id", "id:notMountedAAAAAAAAAAAA");
    json.key("sharing_info").beginObject().field("read_only", false);
    json.field("shared_folder_id", "84528192421").field("traverse_only", false);
    json.field("no_access", true).endObject();
    json.field("shared_folder_id", "84528192421").endObject();
}

void writeEntryOfUnknownTag(JsonWriter& json) {
    json.beginObject().field(".tag", "hologram").field("name", "strange");
    json.field("path_lower", "/strange").field("path_display", "/strange");
    json.field("id", "id:strangeAAAAAAAAAAAAAAA").endObject();
}

}  // namespace ferry::demo
