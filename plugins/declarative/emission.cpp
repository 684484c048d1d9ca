#include "emission.h"

#include "text.h"

#include <charconv>
#include <string>
#include <utility>

namespace ferry::declarative {
namespace {

/// By its times: it was there before the account was polled first, and was not created just now.
bool isOlder(const sdk::Object& object, const Telling& telling) {
    const Value first = telling.sources.outside("polled:first", telling.scratch);
    // Without it the index has been filled by a listing, and knows.
    if (first.isMissing()) return false;
    // Most of what changes was there before: nothing says that this was not.
    if (!object.created_ms) return true;
    std::int64_t first_ms = 0;
    std::from_chars(first.text.data(), first.text.data() + first.text.size(), first_ms);
    const bool is_untouched =
        object.modified_ms && *object.modified_ms - *object.created_ms <= telling.tolerance_ms;
    return *object.created_ms < first_ms && !is_untouched;
}

/// What a poll finds goes into the host's index, which knows what was told already: polls overlap.
void emitPolled(Told told, const Telling& telling) {
    sdk::Object& object = told.object;
    std::string version;
    if (object.revision.empty() && object.modified_ms) {
        version = std::to_string(*object.modified_ms);
        object.revision = version;
    } else if (object.revision.empty() && object.content_hash.empty()) {
        // Nothing else tells two states apart.
        const auto& crypto = telling.call.crypto();
        version = crypto.hex(sdk::asText(crypto.sha256(telling.record)));
        object.revision = version;
    }
    const std::string_view word = told.word;
    const bool is_older =
        word == "updated" || word == "moved" || (word == "changed" && isOlder(object, telling));
    const std::uint32_t flags = is_older ? FERRY_INDEX_EXISTED : 0;
    telling.out.upsert(telling.change, object, flags, told.object_type, told.properties);
}

}  // namespace

std::optional<sdk::EventType> eventType(std::string_view word) {
    if (word == "created") return sdk::EventType::Created;
    if (word == "updated") return sdk::EventType::Updated;
    if (word == "deleted") return sdk::EventType::Deleted;
    if (word == "moved") return sdk::EventType::Moved;
    if (word == "restored") return sdk::EventType::Restored;
    // Of a poll the host finds out which; a webhook that says no more is about what was there.
    if (word == "changed") return sdk::EventType::Updated;
    return std::nullopt;
}

sdk::ObjectType objectType(std::string_view kind) {
    if (kind == "file") return sdk::ObjectType::File;
    return kind == "folder" ? sdk::ObjectType::Folder : sdk::ObjectType::Other;
}

std::string_view typeName(std::string_view text, Scratch& scratch) {
    std::string name(text.substr(0, kTypeNameBytesMax));
    for (char& c : name) {
        const bool is_plain =
            isDigit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
        if (!is_plain) c = '-';
    }
    return scratch.keep(std::move(name));
}

void emit(Told told, const Telling& telling) {
    if (!telling.sources.outside("polled:resource", telling.scratch).isMissing()) {
        if (told.word == "deleted") return telling.out.remove(telling.change, told.object);
        return emitPolled(std::move(told), telling);
    }
    sdk::Event event(eventType(told.word).value_or(sdk::EventType::Updated), told.object);
    event.previous_path = told.previous_path;
    event.occurred_ms = told.occurred_ms;
    event.object_type = told.object_type;
    event.properties = told.properties;
    telling.out.event(telling.change, event);
}

}  // namespace ferry::declarative
