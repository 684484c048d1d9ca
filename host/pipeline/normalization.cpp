#include "pipeline/normalization.h"

#include "base/json_writer.h"
#include "base/utf8.h"

#include <fmt/format.h>
#include <rapidjson/reader.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

/// Longest path the index takes, bytes. Dropbox allows 255 bytes a component and deep trees.
constexpr std::size_t kPathBytesMax = 64U << 10U;
constexpr std::size_t kIdBytesMax = 1024;

std::string problemOfPath(const std::string& path_key) {
    if (path_key.size() > kPathBytesMax) return "path is too long";
    if (!path_key.empty() && static_cast<unsigned char>(path_key.front()) < 0x20) {
        return "path begins with a control character";
    }
    if (!isValidUtf8(path_key)) return "path is not UTF-8";
    return {};
}

std::string problemOf(const IndexedObject& object) {
    if (object.object_id.empty()) return "object has no id";
    if (object.object_id.size() > kIdBytesMax) return "object id is too long";
    if (object.path.size() > kPathBytesMax) return "path is too long";
    for (const std::string* text :
         {&object.object_id,
          &object.path,
          &object.name,
          &object.revision,
          &object.content_hash,
          &object.modified_by}) {
        if (!isValidUtf8(*text)) return "text is not UTF-8";
    }
    return problemOfPath(object.path_key);
}

/// One JSON value and nothing else. `reader` keeps its memory from one record to the next.
bool isJson(const std::string& text, rapidjson::Reader& reader) {
    rapidjson::StringStream stream(text.c_str());
    rapidjson::BaseReaderHandler<> ignore;
    if (reader.Parse<rapidjson::kParseIterativeFlag>(stream, ignore).IsError()) return false;
    return stream.Tell() == text.size();  // less: a NUL stands in it
}

/// A JSON object, or nothing.
bool isObjectText(const std::string& text, rapidjson::Reader& reader) {
    return text.empty() || (text.front() == '{' && isJson(text, reader));
}

std::string problemOf(const NormalizedChange& change, rapidjson::Reader& reader) {
    if (const auto* upsert = std::get_if<UpsertObject>(&change.action)) {
        if (upsert->object.kind == ObjectKind::Other && !upsert->object.path_key.empty())
            return "the object has a path key, and is neither file nor folder";
        return isObjectText(upsert->properties, reader) ? problemOf(upsert->object)
                                                        : "the properties are no JSON object";
    }
    if (const auto* removal = std::get_if<RemovePath>(&change.action)) {
        return removal->path_key.empty() ? "removal names no path"
                                         : problemOfPath(removal->path_key);
    }
    if (const auto* direct = std::get_if<DirectEvent>(&change.action)) {
        return isObjectText(direct->properties, reader) ? problemOf(direct->object)
                                                        : "the properties are no JSON object";
    }
    if (const auto* gone = std::get_if<RemoveObject>(&change.action)) {
        return gone->object_id.empty() ? "removal names no object" : std::string();
    }
    return {};
}

/// Callbacks carry the record inside JSON: what is no JSON value itself goes as a text.
void makeJson(std::string& raw, rapidjson::Reader& reader) {
    if (raw.empty()) return;
    const bool is_utf8 = isValidUtf8(raw);
    if (is_utf8 && isJson(raw, reader)) return;
    JsonWriter json;
    json.string(is_utf8 ? std::string_view(raw) : std::string_view("(not UTF-8)"));
    raw = json.take();
}

}  // namespace

Result<std::vector<NormalizedChange>> normalizePage(
    Provider& provider,
    const ProviderAccount& account,
    std::vector<std::string> changes,
    const std::vector<std::string>& hints
) {
    const std::size_t count = changes.size();
    FERRY_TRY_ASSIGN(auto page, provider.normalize(account, std::move(changes), hints));
    const auto firsts = std::count_if(page.begin(), page.end(), [](const NormalizedChange& one) {
        return !one.is_further;
    });
    const bool begins_well = page.empty() || !page.front().is_further;
    if (static_cast<std::size_t>(firsts) != count || !begins_well) {
        return fail(
            ErrorCode::Internal,
            fmt::format("normalization gave results of {} records for {}", firsts, count)
        );
    }
    rapidjson::Reader reader;
    for (NormalizedChange& change : page) {
        makeJson(change.raw, reader);
        std::string problem = problemOf(change, reader);
        if (!problem.empty()) change.action = RejectChange{std::move(problem)};
    }
    return page;
}

}  // namespace ferry::pipeline
