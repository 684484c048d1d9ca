#include "support/event_replay.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cctype>

namespace ferry::test {
namespace {

constexpr std::size_t kPage = 1'000;
/// Problems noted at most: the first ones tell the story.
constexpr std::size_t kProblemsMax = 20;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

std::string textOf(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    return member == object.MemberEnd() || !member->value.IsString()
               ? std::string()
               : std::string(member->value.GetString(), member->value.GetStringLength());
}

}  // namespace

Result<std::vector<IndexedObject>> indexedObjects(store::Store& store, InstanceId instance) {
    std::vector<IndexedObject> objects;
    std::string after;
    for (;;) {
        FERRY_TRY_ASSIGN(const auto page, store.sync().entriesBelow(instance, "", after, kPage));
        for (const store::IndexEntry& entry : page) {
            after = store::storageKey(entry.object);
            objects.push_back(entry.object);
        }
        if (page.size() < kPage) return objects;
    }
}

Result<std::vector<RecordedEvent>> eventsOf(store::Store& store, InstanceId instance) {
    std::vector<RecordedEvent> events;
    EventNumber after;
    for (;;) {
        FERRY_TRY_ASSIGN(auto page, store.events().after(after, instance, kPage));
        for (RecordedEvent& event : page) {
            after = event.number;
            events.push_back(std::move(event));
        }
        if (page.size() < kPage) return events;
    }
}

struct EventReplay::Decoded {
    std::string event_id;
    EventType type = EventType::Created;
    std::string object_id;
    std::string path_key;
    std::string previous_key;
    Known after;
    std::string label;  ///< for people
};

void EventReplay::problem(const std::string& text) {
    if (problems_.size() < kProblemsMax) problems_.push_back(who_ + ": " + text);
}

void EventReplay::setBaseline(const std::vector<IndexedObject>& objects) {
    for (const IndexedObject& object : objects) {
        objects_[object.object_id] = {
            object.path_key,
            object.kind == ObjectKind::Folder,
            object.content_hash,
            object.revision,
            object.size};
    }
}

void EventReplay::apply(const RecordedEvent& event) {
    rapidjson::Document body;
    body.Parse(event.body.data(), event.body.size());
    if (body.HasParseError() || !body.IsObject() || !body.HasMember("object") ||
        !body["object"].IsObject()) {
        problem(fmt::format("event {} has no readable body", event.number.value));
        return;
    }
    const rapidjson::Value& object = body["object"];
    Decoded decoded;
    decoded.event_id = event.id;
    decoded.type = event.type;
    decoded.object_id = textOf(body, "objectId");
    decoded.path_key = lower(textOf(object, "path"));
    decoded.previous_key = lower(textOf(object, "previousPath"));
    decoded.after.path_key = decoded.path_key;
    decoded.after.is_folder = event.object_kind == ObjectKind::Folder;
    decoded.after.content_hash = textOf(object, "contentHash");
    decoded.after.revision = textOf(object, "revision");
    const auto size = object.FindMember("size");
    if (size != object.MemberEnd() && size->value.IsInt64()) {
        decoded.after.size = size->value.GetInt64();
    }
    decoded.label = fmt::format(
        "event {} {} {} {} {}",
        event.number.value,
        eventTypeName(event.type),
        decoded.object_id,
        decoded.path_key,
        decoded.previous_key
    );
    if (!event_ids_.insert(event.id).second) problem(decoded.label + ": its id was used before");
    if (textOf(body, "id") != event.id) problem(decoded.label + ": its body has another id");
    applyTo(decoded);
}

void EventReplay::applyTo(const Decoded& event) {
    const auto known = objects_.find(event.object_id);
    const bool is_known = known != objects_.end();
    if (event.type == EventType::Created) {
        if (is_known) problem(event.label + ": the object is there already");
        objects_[event.object_id] = event.after;
        return;
    }
    if (!is_known) {
        problem(event.label + ": there is no such object");
        return;
    }
    Known& object = known->second;
    const std::string& expected =
        event.type == EventType::Moved ? event.previous_key : event.path_key;
    if (object.path_key != expected) {
        problem(event.label + ": the object is at " + object.path_key);
    }
    switch (event.type) {
        case EventType::Updated:
            if (object.is_folder == event.after.is_folder &&
                object.content_hash == event.after.content_hash &&
                object.revision == event.after.revision && object.size == event.after.size) {
                problem(event.label + ": changes nothing");
            }
            object = event.after;
            break;
        case EventType::Moved:
            // What its content became is for an UPDATED to say; a mere move may give a new revision, or an
            // older one, where the changes since the start of a listing are told again.
            object.revision = event.after.revision;
            if (object.path_key == event.path_key) problem(event.label + ": moves nowhere");
            object.path_key = event.path_key;
            break;
        case EventType::Deleted:
            objects_.erase(known);
            break;
        case EventType::Created:
            break;
    }
}

void EventReplay::compareWith(const std::vector<demo::EntryPtr>& entries) {
    std::set<std::string> present;
    for (const demo::EntryPtr& entry : entries) {
        present.insert(entry->id);
        const std::string label =
            fmt::format("{} {} is in the account", entry->id, entry->path_lower);
        const auto known = objects_.find(entry->id);
        if (known == objects_.end()) {
            problem(label + ", and no event told of it");
            continue;
        }
        const Known& object = known->second;
        if (object.path_key != entry->path_lower) {
            problem(label + ", the events leave it at " + object.path_key);
        }
        if (object.is_folder != (entry->kind == demo::EntryKind::Folder)) {
            problem(label + ", the events say another kind");
        }
        if (object.content_hash != entry->content_hash) {
            problem(label + ", with other content than the events say");
        }
    }
    for (const auto& [id, object] : objects_) {
        // What has no path is not mounted anywhere: the account does not show it either.
        if (!present.contains(id) && !object.path_key.empty()) {
            problem(fmt::format("{} {} is gone, and no event told of it", id, object.path_key));
        }
    }
}

}  // namespace ferry::test
