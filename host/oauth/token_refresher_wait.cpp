// Of the token refresher: how long it waits after a failure, and what ends that.

#include "oauth/oauth_links.h"
#include "oauth/retry_wait.h"
#include "oauth/token_refresher.h"
#include "pipeline/instance_record.h"

namespace ferry::oauth {
namespace {

constexpr Milliseconds kSweepInterval{600'000};

/// A proxy in front of the provider may refuse for a while, so one refusal is no verdict on a key:
/// so many in a row, over such a time, are.
constexpr unsigned kKeyRefusalsMin = 4;
constexpr Milliseconds kKeyRefusedFor{900'000};

}  // namespace

void TokenRefresher::retryUnsaved() {
    const TimePoint now = parts_.clock.now();
    const std::vector<InstanceId> ids(unsaved_.begin(), unsaved_.end());
    for (const InstanceId id : ids) {
        Entry& entry = entries_.at(id);
        if (now < entry.not_before) continue;
        const Status saved = isSuperseded(id, entry) ? Status() : vault_.save(id, *entry.unsaved);
        if (saved) {
            forget(id);
            verdicts_.clearFailure(id);
        } else {
            Entry kept = std::move(entry);
            backOff(id, std::move(kept), Error(saved.error()).withContext("save new tokens"));
        }
    }
}

bool TokenRefresher::isWaiting(const Entry& entry, const pipeline::InstanceSettings& settings)
    const {
    // Unsaved tokens may have ended the stored ones, so the stored ones are not tried any more.
    if (entry.unsaved) return true;
    if (parts_.clock.now() >= entry.not_before) return false;
    // A corrected secret, say: what was refused before says nothing about it.
    return entry.access == pipeline::accessMark(settings.configuration);
}

void TokenRefresher::retryNow(InstanceId instance) {
    const std::lock_guard lock(mutex_);
    ended_waits_.push_back(instance);
}

void TokenRefresher::endWait(InstanceId instance) {
    const auto found = entries_.find(instance);
    // A refresh on its way is what was asked for.
    if (found == entries_.end() || !found->second.waiters.empty()) return;
    // What the store has to take is tried now as well.
    found->second.not_before = parts_.clock.now();
}

void TokenRefresher::dropStale() {
    const TimePoint now = parts_.clock.now();
    if (now < next_sweep_) return;
    next_sweep_ = now + kSweepInterval;
    std::erase_if(entries_, [now](const auto& item) {
        const Entry& entry = item.second;
        return entry.waiters.empty() && !entry.unsaved && entry.not_before + kSweepInterval < now;
    });
}

Error TokenRefresher::refuseKey(const pipeline::InstanceSettings& settings) {
    const bool has_key = settings.value(kAuthenticationType) == "apiKey";
    const std::string_view why =
        has_key ? "the provider refuses the access key of the configuration"
                : "the provider asks for an access that the connector does not have (401)";
    const TimePoint now = parts_.clock.now();
    Entry entry;
    if (const auto found = entries_.find(settings.id); found != entries_.end())
        entry = std::move(found->second);
    const std::size_t access = pipeline::accessMark(settings.configuration);
    if (entry.access != access) entry.failures = 0;
    entry.access = access;
    if (entry.failures == 0 || now < entry.failing_since) entry.failing_since = now;
    const bool is_for_good =
        entry.failures + 1 >= kKeyRefusalsMin && now - entry.failing_since >= kKeyRefusedFor;
    if (!has_key || !is_for_good)
        return backOff(
            settings.id, std::move(entry), Error(ErrorCode::Unavailable, std::string(why))
        );
    entries_.erase(settings.id);
    return verdicts_.revoke(settings, why);
}

Error TokenRefresher::backOff(InstanceId id, Entry entry, const Error& error) {
    ++entry.failures;
    const Milliseconds wait = retryWait(entry.failures, error, parts_.random);
    entry.not_before = parts_.clock.now() + wait;
    entry.last_error = error.message;
    Error answer(ErrorCode::Unavailable, error.message, wait);
    entries_.insert_or_assign(id, std::move(entry));
    return answer;
}

void TokenRefresher::forget(InstanceId instance) {
    unsaved_.erase(instance);
    const auto found = entries_.find(instance);
    if (found == entries_.end()) return;
    // A refresh on its way ends by itself and finds that it is superseded.
    if (found->second.waiters.empty()) {
        entries_.erase(found);
    } else {
        found->second.unsaved.reset();
        found->second.failures = 0;
    }
}

}  // namespace ferry::oauth
