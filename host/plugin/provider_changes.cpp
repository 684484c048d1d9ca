// Between the values of the plugin folder and those of the flow: objects, and what changes mean.

#include "plugin/provider_convert.h"

#include <utility>

namespace ferry::plugin {
namespace {

std::int64_t epochMs(const std::optional<TimePoint>& time) {
    return time ? toEpochMilliseconds(*time) : 0;
}

ObjectKind toKind(ObjectType type) {
    switch (type) {
        case ObjectType::File:
            return ObjectKind::File;
        case ObjectType::Folder:
            return ObjectKind::Folder;
        case ObjectType::Other:
            return ObjectKind::Other;
    }
    return ObjectKind::Other;
}

ferry::EventType toEventType(EventType type) {
    switch (type) {
        case EventType::Created:
        case EventType::Restored:
            return ferry::EventType::Created;
        case EventType::Updated:
            return ferry::EventType::Updated;
        case EventType::Deleted:
            return ferry::EventType::Deleted;
        case EventType::Moved:
            return ferry::EventType::Moved;
    }
    return ferry::EventType::Updated;
}

using Action = decltype(NormalizedChange::action);

Action toAction(IndexOp op) {
    switch (op.action) {
        case IndexAction::Ignore:
            return IgnoreChange{"the plugin says so"};
        case IndexAction::UpsertFile:
            op.object.type = ObjectType::File;
            break;
        case IndexAction::UpsertFolder:
            op.object.type = ObjectType::Folder;
            break;
        case IndexAction::UpsertOther:
            op.object.type = ObjectType::Other;
            break;
        case IndexAction::Remove:
            if (op.object.path_key.empty()) return RemoveObject{std::move(op.object.object_id)};
            return RemovePath{std::move(op.object.path_key), std::move(op.object.path)};
    }
    UpsertObject upsert{toIndexed(std::move(op.object)), std::move(op.properties), op.existed};
    upsert.object.object_type = std::move(op.object_type);
    return upsert;
}

Action toAction(ProviderEvent event) {
    DirectEvent direct;
    direct.type = toEventType(event.type);
    direct.is_restored = event.type == EventType::Restored;
    direct.object = toIndexed(std::move(event.object));
    direct.previous_path = std::move(event.previous_path);
    direct.occurred_ms = epochMs(event.occurred);
    direct.object.object_type = std::move(event.object_type);
    direct.properties = std::move(event.properties);
    return direct;
}

Action toAction(Reject reject) {
    return RejectChange{std::move(reject.error.message)};
}

}  // namespace

IndexedObject toIndexed(Object object) {
    IndexedObject indexed;
    indexed.object_id = std::move(object.object_id);
    indexed.path_key = std::move(object.path_key);
    indexed.path = std::move(object.path);
    indexed.name = std::move(object.name);
    indexed.kind = toKind(object.type);
    indexed.revision = std::move(object.revision);
    indexed.content_hash = std::move(object.content_hash);
    indexed.size = object.size.value_or(-1);
    indexed.modified_ms = epochMs(object.modified);
    indexed.created_ms = epochMs(object.created);
    indexed.modified_by = std::move(object.modified_by);
    return indexed;
}

Result<std::vector<NormalizedChange>> toChanges(
    std::vector<Normalized> items, std::vector<std::string> changes
) {
    std::vector<NormalizedChange> normalized;
    normalized.reserve(items.size());
    std::size_t next = 0;  // the first change without a result so far
    for (Normalized& item : items) {
        const std::size_t change =
            std::visit([](const auto& value) { return value.change_index; }, item);
        const bool is_further = change + 1 == next;
        if (!is_further && (change != next || next == changes.size()))
            return fail(ErrorCode::Internal, "the plugin gave no result for a change");
        Action action = std::visit(
            [](auto&& value) { return toAction(std::forward<decltype(value)>(value)); },
            std::move(item)
        );
        normalized.push_back(
            {std::move(action), is_further ? std::string() : std::move(changes[next]), is_further}
        );
        if (!is_further) ++next;
    }
    if (next != changes.size())
        return fail(ErrorCode::Internal, "the plugin gave no result for a change");
    return normalized;
}

}  // namespace ferry::plugin
