#include "model/event.h"

namespace ferry {

std::string_view eventTypeName(EventType type) noexcept {
    switch (type) {
        case EventType::Created:
            return "CREATED";
        case EventType::Updated:
            return "UPDATED";
        case EventType::Moved:
            return "MOVED";
        case EventType::Deleted:
            return "DELETED";
    }
    return "UNKNOWN";
}

std::string_view eventOriginName(EventOrigin origin) noexcept {
    switch (origin) {
        case EventOrigin::Live:
            return "live";
        case EventOrigin::Resync:
            return "resync";
        case EventOrigin::Baseline:
            return "baseline";
    }
    return "live";
}

}  // namespace ferry
