#include "api/usage_log.h"

#include "base/utf8.h"

#include <algorithm>
#include <utility>

namespace ferry::api {

void UsageLog::add(UsageEntry entry) {
    entry.path = toValidUtf8(truncateUtf8(entry.path, kUsagePathBytesMax));
    const std::lock_guard lock(mutex_);
    entry.number = ++last_;
    entries_.push_back(std::move(entry));
    if (entries_.size() > kUsageCallsMax) entries_.pop_front();
}

void UsageLog::newest(std::int64_t before, const std::function<bool(const UsageEntry&)>& take)
    const {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        if (before > 0 && entry->number >= before) continue;
        if (!take(*entry)) return;
    }
}

std::optional<UsageEntry> UsageLog::find(std::string_view request_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const auto& entry) {
        return entry.request_id == request_id;
    });
    return found == entries_.rend() ? std::nullopt : std::optional(*found);
}

}  // namespace ferry::api
