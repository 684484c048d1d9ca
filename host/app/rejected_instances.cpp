#include "app/rejected_instances.h"

#include "base/json_writer.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

namespace ferry::app {

namespace {

constexpr std::string_view kMetaRejected = "instances.rejected";
/// A person reads the first ones; a broken generator must not fill the store.
constexpr std::size_t kEntriesMax = 200;

/// The first error at the line or below it: the findings about an instance stand there, and there
/// is at least one.
std::string firstError(
    const config::Diagnostics& found, const std::string& file, std::uint32_t line
) {
    const config::Diagnostic* first = nullptr;
    for (const config::Diagnostic& item : found.items()) {
        const bool is_about = item.severity == config::Severity::Error && item.file == file &&
                              (item.line >= line || item.line == 0);
        if (is_about && (first == nullptr || item.line < first->line)) first = &item;
    }
    return first == nullptr ? "it has an error; see 'ferry lint'" : config::describe(*first);
}

void writeEntry(JsonWriter& json, const RejectedEntry& entry) {
    json.beginObject().field("name", entry.name).field("source", entry.source);
    json.field("why", entry.why).field("connector", entry.connector).endObject();
}

std::string textOf(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    if (member == object.MemberEnd() || !member->value.IsString()) return {};
    return {member->value.GetString(), member->value.GetStringLength()};
}

}  // namespace

Status rememberRejected(
    const config::InstanceLoad& load, const config::Diagnostics& found, store::MetaStore& meta
) {
    JsonWriter json;
    json.beginArray();
    std::size_t room = kEntriesMax;
    for (const std::string& file : load.unreadable_files) {
        if (room == 0) break;
        --room;
        writeEntry(json, {"", file, firstError(found, file, 0)});
    }
    for (const config::RejectedInstance& instance : load.rejected) {
        if (room == 0) break;
        --room;
        writeEntry(
            json,
            {instance.name,
             fmt::format("{}:{}", instance.file, instance.line),
             firstError(found, instance.file, instance.line),
             instance.connector}
        );
    }
    json.endArray();
    FERRY_TRY_ASSIGN(const auto before, meta.get(kMetaRejected));
    if (before.value_or("[]") == json.view()) return {};
    return meta.put(kMetaRejected, json.view());
}

Result<std::vector<RejectedEntry>> rejectedInstances(store::MetaStore& meta) {
    FERRY_TRY_ASSIGN(const auto text, meta.get(kMetaRejected));
    std::vector<RejectedEntry> entries;
    if (!text) return entries;
    rapidjson::Document document;
    document.Parse(text->data(), text->size());
    if (document.HasParseError() || !document.IsArray()) {
        return fail(ErrorCode::Corrupt, "the stored list of rejected instances is no JSON list");
    }
    for (const rapidjson::Value& item : document.GetArray()) {
        if (!item.IsObject()) continue;
        entries.push_back(
            {textOf(item, "name"),
             textOf(item, "source"),
             textOf(item, "why"),
             textOf(item, "connector")}
        );
    }
    return entries;
}

}  // namespace ferry::app
