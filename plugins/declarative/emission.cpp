// Of Mapping: records that a poll has found.

#include "mapping.h"

#include <charconv>

namespace ferry::declarative {

/// What a poll finds goes into the host's index, which knows what was told already: polls overlap.
void Mapping::emitPolled(
    std::string_view word,
    sdk::Object object,
    std::string_view object_type,
    std::string_view properties,
    const Work& work
) const {
    std::string version;
    if (object.revision.empty() && object.modified_ms) {
        version = std::to_string(*object.modified_ms);
        object.revision = version;
    } else if (object.revision.empty() && object.content_hash.empty()) {
        // Nothing else tells two states apart.
        version = work.call.crypto().hex(sdk::asText(work.call.crypto().sha256(work.record)));
        object.revision = version;
    }
    const bool is_older =
        word == "updated" || word == "moved" || (word == "changed" && isOlder(object, work));
    const std::uint32_t flags = is_older ? FERRY_INDEX_EXISTED : 0;
    work.out.upsert(work.change, object, flags, object_type, properties);
}

/// By its times: it was there before the account was polled first, and was not created just now.
bool Mapping::isOlder(const sdk::Object& object, const Work& work) const {
    const Value first = work.sources.outside("polled:first", work.scratch);
    // Without it the index has been filled by a listing, and knows.
    if (first.isMissing()) return false;
    // Most of what changes was there before: nothing says that this was not.
    if (!object.created_ms) return true;
    std::int64_t first_ms = 0;
    std::from_chars(first.text.data(), first.text.data() + first.text.size(), first_ms);
    const bool is_untouched =
        object.modified_ms && *object.modified_ms - *object.created_ms <= tolerance_ms_;
    return *object.created_ms < first_ms && !is_untouched;
}

}  // namespace ferry::declarative
