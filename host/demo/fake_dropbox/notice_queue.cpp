#include "demo/fake_dropbox/notice_queue.h"

#include <algorithm>

namespace ferry::demo {

void NoticeQueue::mark(const std::string& app_key, const std::string& account_id, TimePoint now) {
    const std::lock_guard lock(mutex_);
    auto [at, is_new] = marked_.try_emplace(app_key);
    if (is_new) at->second.due = now + policy_.coalesce_delay;
    auto& accounts = at->second.accounts;
    // Looks at the newest few only: a burst for one account joins, a thousand accounts stay cheap.
    const auto start = accounts.size() > 16 ? accounts.end() - 16 : accounts.begin();
    if (std::find(start, accounts.end(), account_id) == accounts.end()) {
        accounts.push_back(account_id);
    }
}

std::vector<Notice> NoticeQueue::takeMarked(TimePoint now) {
    const std::lock_guard lock(mutex_);
    std::vector<Notice> notices;
    for (auto at = marked_.begin(); at != marked_.end();) {
        if (at->second.due > now) {
            ++at;
            continue;
        }
        auto& accounts = at->second.accounts;
        for (std::size_t first = 0; first < accounts.size();
             first += policy_.accounts_per_notice_max) {
            const std::size_t last =
                std::min(accounts.size(), first + policy_.accounts_per_notice_max);
            Notice notice;
            notice.app_key = at->first;
            for (std::size_t i = first; i < last; ++i) {
                notice.accounts.push_back(std::move(accounts[i]));
            }
            notices.push_back(std::move(notice));
        }
        at = marked_.erase(at);
    }
    return notices;
}

void NoticeQueue::push(Notice notice, TimePoint now) {
    const std::lock_guard lock(mutex_);
    notice.first_try = now;
    waiting_.emplace(now, std::move(notice));
}

std::optional<Notice> NoticeQueue::takeDue(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || waiting_.begin()->first > now) return std::nullopt;
    Notice notice = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    ++counts_.sent;
    return notice;
}

void NoticeQueue::failed(Notice notice, TimePoint now) {
    const std::lock_guard lock(mutex_);
    ++counts_.failed;
    const int doublings = std::min(notice.attempt - 1, 20);
    const TimePoint again = now + policy_.retry_first * (std::int64_t{1} << doublings);
    if (again - notice.first_try > policy_.retry_window) {
        ++counts_.given_up;
        return;
    }
    ++notice.attempt;
    waiting_.emplace(again, std::move(notice));
}

void NoticeQueue::accepted() {
    const std::lock_guard lock(mutex_);
    ++counts_.accepted;
}

TimePoint NoticeQueue::nextDue() const {
    const std::lock_guard lock(mutex_);
    TimePoint next = waiting_.empty() ? TimePoint::max() : waiting_.begin()->first;
    for (const auto& [app, marked] : marked_)
        next = std::min(next, marked.due);
    return next;
}

NoticeCounts NoticeQueue::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

}  // namespace ferry::demo
