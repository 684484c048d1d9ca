#pragma once
// Which events an instance's callback gets (`event.notification.filter.*`). Pure.

#include "model/event_selection.h"
#include "model/event_type.h"
#include "model/object.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::pipeline {

/// What a filter looks at. Borrowed for the call.
struct FilterSubject {
    EventType type = EventType::Created;
    ObjectKind kind = ObjectKind::File;
    std::string_view object_type;    ///< what an object of kind Other is; empty: not said
    std::string_view path;           ///< of a deleted object the one that it had
    std::string_view previous_path;  ///< of a moved object; else empty
    std::int64_t size = -1;          ///< bytes; -1: not known
};

/// An event passes if it passes each part that is set. A moved object passes `paths` by either of
/// its paths, as a receiver that knows it has to learn that it is gone. An object without a path
/// passes no `paths`; one without a known size, and each folder, passes any size.
struct EventFilter {
    std::vector<EventType> event_types;     ///< none: all
    std::vector<std::string> object_types;  ///< as for isObjectNamed
    std::vector<std::string> paths;         ///< patterns, see matchesPath; none: all
    std::optional<std::int64_t> size_min;   ///< bytes
    std::optional<std::int64_t> size_max;

    bool isEmpty() const noexcept;
    bool admits(const FilterSubject& subject) const;
};

/// True if the whole of `path` matches `pattern`, whatever the case of ASCII letters: '*' is any
/// part of a name, '?' one byte of it, and '**' between slashes any number of folders, also none.
/// Takes time in proportion to the product of the lengths at most.
bool matchesPath(std::string_view pattern, std::string_view path);

}  // namespace ferry::pipeline
