#include "api/trace_logging.h"

#include "api/json_body.h"
#include "base/number_text.h"

#include <fmt/format.h>

namespace ferry::api {

void TraceLogging::enable(InstanceId instance, TimePoint until, TimePoint now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(until_, [now](const auto& entry) { return entry.second <= now; });
    until_.insert_or_assign(instance, until);
}

void TraceLogging::disable(InstanceId instance) {
    const std::lock_guard lock(mutex_);
    until_.erase(instance);
}

bool TraceLogging::isOn(InstanceId instance, TimePoint now) const {
    const std::lock_guard lock(mutex_);
    const auto found = until_.find(instance);
    return found != until_.end() && now < found->second;
}

Result<Milliseconds> readTraceDuration(std::string_view body) {
    if (body.empty()) return kTraceDurationDefault;
    FERRY_TRY_ASSIGN(const rapidjson::Document root, readJsonObject(body));
    const rapidjson::Value* duration = findMember(root, "duration");
    if (duration == nullptr) return kTraceDurationDefault;
    constexpr std::int64_t kMinute = 60'000;
    constexpr std::int64_t kMinutesMax = kTraceDurationMax.count() / kMinute;
    std::optional<std::int64_t> minutes;
    if (duration->IsInt64()) minutes = duration->GetInt64();
    if (duration->IsString()) minutes = parseInteger(textOf(*duration));
    if (minutes && *minutes >= 1 && *minutes <= kMinutesMax)
        return Milliseconds(*minutes * kMinute);
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("'duration' must be a number of minutes from 1 to {}", kMinutesMax)
    );
}

}  // namespace ferry::api
