#pragma once
// The last calls of the API, in memory: who asked what, and how it was answered. Gone with the
// process, because a log that outlives it would cost a write for each read.

#include "base/clock.h"
#include "model/ids.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::api {

/// About 2 MB when it is full.
inline constexpr std::size_t kUsageCallsMax = 5'000;
/// Paths are cut to this many bytes.
inline constexpr std::size_t kUsagePathBytesMax = 256;

/// One call by a caller whose key was good.
struct UsageEntry {
    std::int64_t number = 0;  ///< from 1, set by the log
    TimePoint began_at;
    Milliseconds took{0};  ///< until the answer began
    int status = 0;
    std::string request_id;
    std::string method;
    std::string path;   ///< without the query, in which there may be secrets
    std::string route;  ///< "/instances/{id}"
    std::string peer;   ///< address without the port
    std::string key_name;
    InstanceId instance;  ///< none: of no single one
    std::string instance_name;
    std::string connector_key;
};

/// Threads: any.
class UsageLog {
  public:
    /// The oldest ones make room.
    void add(UsageEntry entry);

    /// Calls `take` with those below `before` (0: all), newest first, until it says false. Nobody
    /// can add one meanwhile.
    void newest(std::int64_t before, const std::function<bool(const UsageEntry&)>& take) const;

    std::optional<UsageEntry> find(std::string_view request_id) const;

  private:
    mutable std::mutex mutex_;
    std::deque<UsageEntry> entries_;  ///< oldest first; guarded by mutex_
    std::int64_t last_ = 0;
};

}  // namespace ferry::api
