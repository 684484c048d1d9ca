#pragma once
// Everything the fake knows, behind one mutex: accounts, apps, faults, notices. The routes read
// and change it; the public object (fake_dropbox.h) owns it.

#include "demo/fake_dropbox/account_tree.h"
#include "demo/fake_dropbox/faults.h"
#include "demo/fake_dropbox/notice_queue.h"
#include "demo/fake_dropbox/oauth_state.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace ferry::demo {

struct Account {
    Account(IdSource& ids, const Clock& clock) : tree(ids, clock) {}

    std::string id;        ///< "dbid:…", 40 characters
    std::int64_t uid = 0;  ///< the numeric id of API v1
    std::string email;
    std::string display_name;
    std::string root_namespace;
    std::string home_namespace;  ///< differs from the root's for members of a team space
    std::string home_path;       ///< "/Ada Lovelace" in a team space, else ""
    std::string team_name;
    bool is_suspended = false;
    std::uint64_t cursor_epoch = 0;            ///< cursors of an older epoch are reset
    std::optional<std::size_t> delta_held_at;  ///< the delta log is shown only up to here
    AccountTree tree;

    std::size_t deltaEnd() const { return delta_held_at.value_or(tree.delta().size()); }
};

/// Where a temporary link leads.
struct TemporaryLink {
    EntryPtr entry;
    TimePoint until;
};

/// A place in an account's tree that paths are relative to.
struct Base {
    std::string namespace_id;
    std::string lower;
    std::string display;
};

struct World {
    World(const Clock& injected, std::string seed, const WebhookPolicy& policy)
        : clock(injected),
          cursor_key("cursors of " + seed),
          ids(std::move(seed)),
          oauth(ids, clock),
          notices(policy) {}

    const Clock& clock;
    std::mutex mutex;  ///< guards all but `faults`, `notices` and the atomics
    std::condition_variable changed;
    bool is_stopping = false;
    bool has_control_route = false;
    Milliseconds longpoll_second{1000};  ///< what a second of a longpoll's timeout takes
    bool limits_parallel_lists = false;  ///< equal list calls at the same time get 429
    Milliseconds list_time{20};          ///< what a list call takes then
    std::set<std::string> lists_under_way;
    std::string cursor_key;
    IdSource ids;
    OAuthState oauth;
    std::map<std::string, std::unique_ptr<Account>, std::less<>> accounts;
    std::map<std::string, TemporaryLink, std::less<>> links;           ///< by their last part
    std::map<std::string, std::uint64_t, std::less<>> request_counts;  ///< by route
    std::map<std::string, std::uint64_t, std::less<>> status_counts;   ///< "route status"
    std::atomic<bool> sends_notices{true};
    Faults faults;
    NoticeQueue notices;
    std::function<TimePoint()> notice_now;  ///< the time notices are scheduled with
    std::function<void()> wake_sender = [] {};

    /// Waits `time` of real time, or less if the fake stops. False: it stops. Without the lock.
    bool pause(Milliseconds time);

    /// nullptr if unknown. Needs the lock, as all below.
    Account* findAccount(std::string_view id);
    /// To be called after each change: wakes longpolls, marks notices.
    void touched(const Account& account);
    /// The base of `namespace_id` for this app; nullopt if the account has no such namespace.
    std::optional<Base> findBase(const Account& account, const App& app, std::string_view ns) const;
};

/// The account's RootInfo (common.stone) as JSON.
std::string rootInfoJson(const Account& account);

}  // namespace ferry::demo
