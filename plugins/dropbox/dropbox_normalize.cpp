#include "dropbox_normalize.h"

#include "json.h"
#include "text.h"

#include <rapidjson/reader.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::dropbox {
namespace {

// What the host takes at most (host/plugin/limits.h); one record more must not spoil the page.
constexpr std::size_t kIdBytesMax = 1024;
constexpr std::size_t kNameBytesMax = 8u << 10;
constexpr std::size_t kPathBytesMax = 32u << 10;
constexpr std::size_t kCancelCheckEvery = 256;

/// The members of a record that count. Views of the parsed buffer; no data: not there or null.
struct Record {
    std::string_view tag;
    std::string_view id;
    std::string_view name;
    std::string_view path_lower;
    std::string_view path_display;
    std::string_view rev;
    std::string_view content_hash;
    std::string_view server_modified;
    std::string_view client_modified;
    std::string_view modified_by;
    std::optional<std::uint64_t> size;
};

class RecordHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, RecordHandler> {
  public:
    explicit RecordHandler(Record& record) : record_(record) {}

    bool Null() { return true; }
    bool Default() { return isExpected(target_ == nullptr && !is_size_); }
    bool Uint(unsigned value) { return Uint64(value); }
    bool Uint64(std::uint64_t value) {
        if (is_size_) record_.size = value;
        return isExpected(target_ == nullptr);
    }
    bool String(const char* data, rapidjson::SizeType size, bool) {
        if (target_ != nullptr) *target_ = {data, size};
        return isExpected(!is_size_);
    }
    bool Key(const char* data, rapidjson::SizeType size, bool) {
        const std::string_view key(data, size);
        is_size_ = false;
        target_ = nullptr;
        if (depth_ == 1) {
            is_sharing_info_ = key == "sharing_info";
            is_size_ = key == "size";
            target_ = targetOf(key);
        } else if (depth_ == 2 && is_sharing_info_ && key == "modified_by") {
            target_ = &record_.modified_by;
        }
        return true;
    }
    bool StartObject() { return enter(); }
    bool EndObject(rapidjson::SizeType) { return leave(); }
    bool StartArray() { return enter(); }
    bool EndArray(rapidjson::SizeType) { return leave(); }

    /// A member that counts has a value of another type.
    bool hasWrongType() const noexcept { return has_wrong_type_; }

  private:
    std::string_view* targetOf(std::string_view key) noexcept {
        switch (key.size()) {
            case 2:
                return key == "id" ? &record_.id : nullptr;
            case 3:
                return key == "rev" ? &record_.rev : nullptr;
            case 4:
                return key == "name" ? &record_.name : key == ".tag" ? &record_.tag : nullptr;
            case 10:
                return key == "path_lower" ? &record_.path_lower : nullptr;
            case 12:
                return key == "path_display"   ? &record_.path_display
                       : key == "content_hash" ? &record_.content_hash
                                               : nullptr;
            case 15:
                return key == "server_modified"   ? &record_.server_modified
                       : key == "client_modified" ? &record_.client_modified
                                                  : nullptr;
            default:
                return nullptr;
        }
    }
    bool isExpected(bool is_expected) {
        if (!is_expected) has_wrong_type_ = true;
        return is_expected;
    }
    bool enter() {
        const bool is_expected = target_ == nullptr && !is_size_;
        target_ = nullptr;
        is_size_ = false;
        return isExpected(is_expected) && ++depth_ <= json::kDepthMax;
    }
    bool leave() {
        --depth_;
        return true;
    }

    Record& record_;
    std::string_view* target_ = nullptr;
    bool is_size_ = false;
    bool is_sharing_info_ = false;
    bool has_wrong_type_ = false;
    unsigned depth_ = 0;
};

/// Reads `raw` into `record`, whose views are of `buffer`. What is wrong, or nothing.
std::string_view readRecord(std::string_view raw, std::string& buffer, Record& record) {
    if (!isUtf8(raw)) return "the record is not utf-8";
    buffer.assign(raw);
    rapidjson::InsituStringStream stream(buffer.data());
    RecordHandler handler(record);
    rapidjson::Reader reader;
    const bool is_json = !reader.Parse<rapidjson::kParseInsituFlag>(stream, handler).IsError();
    if (handler.hasWrongType()) return "a member of the record has the wrong type";
    if (!is_json || raw.find('\0') != std::string_view::npos) return "the record is not json";
    return {};
}

/// Escapes can make what is not UTF-8, and NUL.
bool isText(std::string_view value, std::size_t bytes_max) noexcept {
    return value.size() <= bytes_max && value.find('\0') == std::string_view::npos && isUtf8(value);
}

bool isWellFormed(const Record& record) noexcept {
    return isText(record.id, kIdBytesMax) && isText(record.rev, kIdBytesMax) &&
           isText(record.content_hash, kIdBytesMax) && isText(record.modified_by, kIdBytesMax) &&
           isText(record.name, kNameBytesMax) && isText(record.path_lower, kPathBytesMax) &&
           isText(record.path_display, kPathBytesMax);
}

class RecordNormalizer {
  public:
    explicit RecordNormalizer(sdk::Normalizer& out) : out_(out) {}

    void normalize(std::size_t index, std::string_view raw) {
        index_ = index;
        Record record;
        if (const std::string_view wrong = readRecord(raw, buffer_, record); !wrong.empty())
            return out_.reject(index_, wrong);
        if (!isWellFormed(record))
            return out_.reject(index_, "a text of the record is too long or not utf-8");
        if (record.tag == "file") return file(record);
        if (record.tag == "folder") return folder(record);
        if (record.tag == "deleted") return deleted(record);
        if (record.tag.empty()) return out_.reject(index_, "the record has no .tag");
        out_.ignore(index_);  // a kind that is newer than this plugin
    }

  private:
    /// An empty path: a shared folder that is not mounted, or in it.
    static void setPath(sdk::Object& object, const Record& record) {
        object.name = record.name;
        object.path_key = record.path_lower;
        object.path = record.path_display.empty() ? record.path_lower : record.path_display;
    }

    void file(const Record& record) {
        if (record.id.empty()) return out_.reject(index_, "file without id");
        if (record.name.empty()) return out_.reject(index_, "file without name");
        if (record.rev.empty()) return out_.reject(index_, "file without rev");
        if (!record.size || *record.size > static_cast<std::uint64_t>(INT64_MAX))
            return out_.reject(index_, "file without a size");
        sdk::Object object(sdk::ObjectType::File);
        setPath(object, record);
        object.object_id = record.id;
        object.revision = record.rev;
        object.content_hash = record.content_hash;
        object.size = static_cast<std::int64_t>(*record.size);
        object.modified_ms = parseUtcTime(record.server_modified);
        if (!object.modified_ms) return out_.reject(index_, "file without server_modified");
        object.client_modified_ms = parseUtcTime(record.client_modified);
        object.modified_by = record.modified_by;
        out_.upsert(index_, object, FERRY_INDEX_REPLACES_CHILDREN);
    }

    /// What was below its path stays: a folder takes the place of a folder.
    void folder(const Record& record) {
        if (record.id.empty()) return out_.reject(index_, "folder without id");
        if (record.name.empty()) return out_.reject(index_, "folder without name");
        sdk::Object object(sdk::ObjectType::Folder);
        setPath(object, record);
        object.object_id = record.id;
        out_.upsert(index_, object);
    }

    /// It says neither what it was nor which: only where.
    void deleted(const Record& record) {
        if (record.path_lower.empty()) return out_.ignore(index_);
        sdk::Object object;
        setPath(object, record);
        out_.remove(index_, object);
    }

    sdk::Normalizer& out_;
    std::string buffer_;  // kept from record to record
    std::size_t index_ = 0;
};

}  // namespace

void normalize(const sdk::Call& call, const sdk::ChangesView& changes, sdk::Normalizer& out) {
    RecordNormalizer normalizer(out);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (i % kCancelCheckEvery == 0 && call.isCancelled())
            throw sdk::Error(FERRY_ERROR_CANCELLED, "normalize: cancelled");
        normalizer.normalize(i, changes[i]);
    }
}

}  // namespace ferry::dropbox
