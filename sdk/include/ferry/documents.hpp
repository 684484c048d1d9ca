#pragma once
// Values of the document hooks (abi/ext/documents.h): what a caller of the hub wants to read, and
// what it gets.

#include <ferry/records.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ferry::sdk {

/// Which file or folder is meant: by id or by path; neither is the top folder. Both come from a
/// caller and may be anything.
struct DocumentRef {
    DocumentRef() {}
    explicit DocumentRef(const ferry_document_ref& from)
        : object_id(toView(from.object_id)), path(toView(from.path)) {}

    std::string object_id;
    std::string path;  ///< begins with '/', has none at its end

    bool isTop() const noexcept { return object_id.empty() && path.empty(); }
};

struct DocumentList {
    DocumentList() {}
    explicit DocumentList(const ferry_document_list& from)
        : folder(*from.folder), cursor(toView(from.cursor)), limit(from.limit) {}

    DocumentRef folder;
    std::string cursor;       ///< DocumentPage::next_cursor; empty: the first page
    std::uint32_t limit = 0;  ///< wanted objects a page; 0: the provider's default
};

struct DocumentSearch {
    DocumentSearch() {}
    explicit DocumentSearch(const ferry_document_search& from)
        : folder(*from.folder),
          text(toView(from.text)),
          cursor(toView(from.cursor)),
          limit(from.limit) {}

    DocumentRef folder;       ///< search below it
    std::string text;         ///< not empty
    std::string cursor;       ///< as in DocumentList
    std::uint32_t limit = 0;  ///< as in DocumentList
};

struct DocumentDownload {
    DocumentDownload() {}
    explicit DocumentDownload(const ferry_document_download& from)
        : file(*from.file), range(toView(from.range)) {}

    DocumentRef file;
    std::string range;  ///< value of the caller's Range header; empty: all of it
};

struct DocumentRevisions {
    DocumentRevisions() {}
    explicit DocumentRevisions(const ferry_document_revisions& from)
        : file(*from.file), cursor(toView(from.cursor)), limit(from.limit) {}

    DocumentRef file;
    std::string cursor;       ///< as in DocumentList
    std::uint32_t limit = 0;  ///< as in DocumentList
};

/// How much room an account has.
struct Storage {
    Storage() {}

    std::int64_t used = 0;              ///< bytes
    std::optional<std::int64_t> total;  ///< bytes; nullopt: unknown, or without a limit
};

/// Where the content of a file is for a while, for whoever has the address.
struct Link {
    Link() {}

    std::string url;
    std::optional<std::int64_t> expires_ms;  ///< since 1970; nullopt: unknown
};

/// A file or folder as it is now; owns its texts, unlike Object. Empty text: unknown.
struct Document {
    Document() {}
    explicit Document(ObjectType document_type) : type(document_type) {}

    ObjectType type = ObjectType::Other;
    std::string object_id;
    std::string path;
    std::string name;
    std::string revision;
    std::string content_hash;
    std::optional<std::int64_t> size;  ///< bytes
    std::optional<std::int64_t> created_ms;
    std::optional<std::int64_t> modified_ms;
    std::string modified_by;

    Object toObject() const noexcept {
        Object object(type);
        object.object_id = object_id;
        object.path = path;
        object.name = name;
        object.revision = revision;
        object.content_hash = content_hash;
        object.size = size;
        object.created_ms = created_ms;
        object.modified_ms = modified_ms;
        object.modified_by = modified_by;
        return object;
    }
};

/// One page of a folder, a search or the revisions of a file, in the provider's order.
struct DocumentPage {
    DocumentPage() {}

    std::vector<Document> documents;
    std::string next_cursor;  ///< empty: that was all
};

namespace detail {

inline ferry_status emit(const ferry_sink* sink, const Document& document) {
    const ferry_object out = toAbi(document.toObject());
    return sink->object(sink, &out);
}

inline ferry_status emit(const ferry_sink* sink, const DocumentPage& page) {
    for (const Document& document : page.documents) {
        if (const ferry_status status = emit(sink, document); status < 0) return status;
    }
    return sink->objects_end(sink, toStr(page.next_cursor));
}

inline ferry_status emit(const ferry_sink* sink, const Storage& storage) {
    ferry_storage out{};
    out.struct_size = sizeof out;
    out.used = storage.used;
    out.total = storage.total.value_or(-1);
    return sink->storage(sink, &out);
}

inline ferry_status emit(const ferry_sink* sink, const Link& link) {
    ferry_link out{};
    out.struct_size = sizeof out;
    out.url = toStr(link.url);
    out.expires_ms = link.expires_ms.value_or(FERRY_TIME_UNKNOWN);
    return sink->link(sink, &out);
}

}  // namespace detail
}  // namespace ferry::sdk
