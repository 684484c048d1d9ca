#pragma once
// Which webhook notices are due: coalescing, retries, giving up. Pure bookkeeping on the times it
// is given; the sender has the sockets.

#include "base/clock.h"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::demo {

/// When notices are sent and sent again. The defaults follow the real service: 10 s to answer,
/// back-off over about ten minutes (Dropbox webhook documentation).
struct WebhookPolicy {
    Milliseconds coalesce_delay{0};  ///< changes within it share one notice
    Milliseconds timeout{10'000};
    Milliseconds retry_first{1'000};     ///< doubled each time
    Milliseconds retry_window{600'000};  ///< no retry starts later than this after the first try
    std::size_t accounts_per_notice_max = 1'000;
    int senders = 2;  ///< POSTs under way at one time
};

struct Notice {
    std::string app_key;
    std::vector<std::string> accounts;
    // From here on set by whoever renders it (notice_body.h).
    std::string url;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    // Set by the queue.
    int attempt = 1;
    TimePoint first_try;
};

/// Counts since the start.
struct NoticeCounts {
    std::uint64_t sent = 0;      ///< tries
    std::uint64_t accepted = 0;  ///< answered 200
    std::uint64_t failed = 0;    ///< tries that were not
    std::uint64_t given_up = 0;  ///< notices lost for good
};

/// Threads: any.
class NoticeQueue {
  public:
    explicit NoticeQueue(const WebhookPolicy& policy) : policy_(policy) {}

    /// The app is to be told about the account.
    void mark(const std::string& app_key, const std::string& account_id, TimePoint now);
    /// Accounts whose coalescing delay is over, one Notice an app (url, body, headers empty).
    std::vector<Notice> takeMarked(TimePoint now);
    /// Puts a rendered notice in line.
    void push(Notice notice, TimePoint now);
    /// A rendered notice that is due.
    std::optional<Notice> takeDue(TimePoint now);
    /// The try went wrong: again later, or never.
    void failed(Notice notice, TimePoint now);
    void accepted();
    /// When something is due next; TimePoint::max() if nothing waits.
    TimePoint nextDue() const;
    NoticeCounts counts() const;
    /// True if nothing waits (tries under way are not seen).

  private:
    struct Marked {
        TimePoint due;
        std::vector<std::string> accounts;
    };

    const WebhookPolicy policy_;
    mutable std::mutex mutex_;
    std::map<std::string, Marked> marked_;  ///< by app key
    std::multimap<TimePoint, Notice> waiting_;
    NoticeCounts counts_;
};

}  // namespace ferry::demo
