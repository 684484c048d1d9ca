#include "oauth/state_token.h"

#include "base/crypto.h"

namespace ferry::oauth {
namespace {

constexpr std::size_t kStateBytes = 32;

std::string keyOf(std::string_view state) {
    return std::string(asText(sha256(state)));
}

}  // namespace

std::string StateTable::issue(PendingAuthorization pending) {
    std::string state = random_.token(kStateBytes);
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    makeRoom(pending.instance, now);
    const std::uint64_t number = next_number_++;
    const Key key = keyOf(state);
    by_age_.emplace(number, key);
    by_instance_[pending.instance].emplace(number, key);
    entries_.emplace(key, Entry{std::move(pending), now + kStateLifetime, number});
    return state;
}

Result<PendingAuthorization> StateTable::redeem(std::string_view state) {
    const Key key = keyOf(state);
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return fail(ErrorCode::NotFound, "no such state is open");
    const TimePoint expires_at = found->second.expires_at;
    PendingAuthorization pending = found->second.pending;
    erase(key);
    if (now >= expires_at) return fail(ErrorCode::DeadlineExceeded, "the state has expired");
    return pending;
}

std::size_t StateTable::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

void StateTable::erase(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    const std::uint64_t number = found->second.number;
    const auto own = by_instance_.find(found->second.pending.instance);
    own->second.erase(number);
    if (own->second.empty()) by_instance_.erase(own);
    by_age_.erase(number);
    entries_.erase(found);
}

void StateTable::makeRoom(InstanceId instance, TimePoint now) {
    // All live equally long, so the oldest expire first. An expired one is kept for one more
    // lifetime, so that the page can say that it was too old rather than unknown.
    while (!by_age_.empty()) {
        const Key oldest = by_age_.begin()->second;
        const bool is_stale = now >= entries_.at(oldest).expires_at + kStateLifetime;
        if (!is_stale && entries_.size() < kStatesMax) break;
        erase(oldest);
    }
    const auto own = by_instance_.find(instance);
    if (own != by_instance_.end() && own->second.size() >= kStatesPerInstanceMax) {
        const Key oldest = own->second.begin()->second;
        erase(oldest);
    }
}

}  // namespace ferry::oauth
