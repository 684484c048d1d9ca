#pragma once
// Objects of a provider (files, folders) as the object index keeps them, and what a plugin's
// normalization makes of a provider's raw change.

#include "base/clock.h"
#include "base/error.h"
#include "model/event_type.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace ferry {

enum class ObjectKind : std::uint8_t {
    File = 0,
    Folder = 1,
    Other = 2,  ///< an issue, an order, ...; it has no path_key
};

inline std::string_view objectKindName(ObjectKind kind) noexcept {
    switch (kind) {
        case ObjectKind::File:
            return "file";
        case ObjectKind::Folder:
            return "folder";
        case ObjectKind::Other:
            return "other";
    }
    return "other";
}

/// What people call the object: its kind, or of kind Other its type (`issue`) if that is said.
inline std::string_view objectTypeName(ObjectKind kind, std::string_view object_type) noexcept {
    return kind == ObjectKind::Other && !object_type.empty() ? object_type : objectKindName(kind);
}

/// One object as last seen.
struct IndexedObject {
    std::string object_id;  ///< the provider's stable id; never empty
    std::string path_key;   ///< the provider's canonical path ("/a/b", lower case); empty: has none
    std::string path;       ///< as shown to people; empty: has none
    std::string name;
    ObjectKind kind = ObjectKind::File;
    std::string revision;          ///< changes with each version; may be empty
    std::string content_hash;      ///< may be empty
    std::int64_t size = -1;        ///< bytes; -1: unknown or a folder
    std::int64_t modified_ms = 0;  ///< epoch ms by the provider's clock; 0: unknown
    std::int64_t created_ms = 0;   ///< the same; not kept in the index
    std::string modified_by;       ///< the provider's name of the actor, where it tells
    std::string object_type;       ///< what an object of kind Other is; empty: not said

    bool operator==(const IndexedObject&) const = default;
};

/// "There is this object now, at this path." A file replaces what stood at its path and all below.
struct UpsertObject {
    IndexedObject object;
    std::string properties{};  ///< as in DirectEvent; not kept in the index
    bool existed = false;      ///< it is older than the index: if that lacks it, it was updated
};

/// "There is nothing at this path any more, nor below it."
struct RemovePath {
    std::string path_key;
    std::string path;
};

/// "This object is gone", from providers that name it.
struct RemoveObject {
    std::string object_id;
};

/// "This happened", from providers that say so themselves; the index has no part in it.
struct DirectEvent {
    EventType type = EventType::Updated;
    IndexedObject object;
    std::string previous_path;
    std::int64_t occurred_ms = 0;  ///< 0: when the hub saw it
    bool is_restored = false;
    std::string properties;  ///< of the object: a JSON object, or empty
};

/// The record means nothing for the index (an unknown kind, say); counted under `reason`.
struct IgnoreChange {
    std::string reason;
};

/// The record could not be understood; counted, logged, kept out of the log of events.
struct RejectChange {
    std::string reason;
};

/// What normalization makes of one raw change. `raw` is the provider's record.
struct NormalizedChange {
    std::variant<UpsertObject, RemovePath, RemoveObject, DirectEvent, IgnoreChange, RejectChange>
        action;
    std::string raw;
    /// A further result of the change before: that one's record is not repeated.
    bool is_further = false;
};

}  // namespace ferry
