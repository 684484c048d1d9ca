// Callbacks that wait for a permission, as the store has them: a list for people, and of each what
// the next process goes on with.
#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/words.h"
#include "pipeline/callback_permissions.h"
#include "pipeline/delivery_policy.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kMetaWaiting = "callback.permissions.waiting";
constexpr std::size_t kWaitingListMax = 200;  ///< a person reads the first ones
constexpr std::int64_t kRefusalsMax = 1'000;  ///< the wait has long stopped growing by then
/// How often one looks for waits that nobody asks for, and at how many of them.
constexpr Milliseconds kLookEvery{5'000};
constexpr std::size_t kLookedAtMax = 50;

std::string waitNameOf(CallbackId callback) {
    return fmt::format("callback.permission.{}.wait", callback.value);
}

}  // namespace

Result<std::vector<WaitingPermission>> waitingPermissions(store::MetaStore& meta) {
    FERRY_TRY_ASSIGN(const auto stored, meta.get(kMetaWaiting));
    std::vector<WaitingPermission> waiting;
    if (!stored) return waiting;
    rapidjson::Document document;
    document.Parse(stored->data(), stored->size());
    if (document.HasParseError() || !document.IsArray()) {
        return fail(ErrorCode::Corrupt, "the list of callbacks without permission is not JSON");
    }
    for (const auto& item : document.GetArray()) {
        if (!item.IsArray() || item.Size() != 3 || !item[0].IsInt64() || !item[1].IsInt64() ||
            !item[2].IsString())
            continue;
        waiting.push_back(
            {CallbackId(item[0].GetInt64()),
             fromEpochMilliseconds(item[1].GetInt64()),
             {item[2].GetString(), item[2].GetStringLength()}}
        );
    }
    return waiting;
}

/// "origin since refusals ask_again_at reason"; nothing, or an empty text: it does not wait.
Status CallbackPermissions::restoreWait(CallbackId callback, Entry& entry) {
    FERRY_TRY_ASSIGN(const auto stored, meta_.get(waitNameOf(callback)));
    const std::string_view text = stored ? std::string_view(*stored) : std::string_view();
    const auto words = wordsOf(text, ' ');
    // Under another host it asks anew.
    if (words.size() < 5 || words[0] != origin_) return {};
    const auto since = parseInteger(words[1]);
    const auto refusals = parseInteger(words[2]);
    const auto ask_again_at = parseInteger(words[3]);
    if (!since || !refusals || !ask_again_at || *refusals < 1) return {};
    const TimePoint now = clock_.now();
    // The clock may have been set back since.
    entry.waiting_since = std::min(fromEpochMilliseconds(*since), now);
    entry.refusals = static_cast<unsigned>(std::min<std::int64_t>(*refusals, kRefusalsMax));
    entry.ask_again_at = std::min(fromEpochMilliseconds(*ask_again_at), now + kRetryAfterMax);
    entry.reason = text.substr(static_cast<std::size_t>(words[4].data() - text.data()));
    beginWait(callback, entry);
    return {};
}

/// So that who waits is known before something is sent to them.
Status CallbackPermissions::restoreWaiting() {
    const auto listed = waitingPermissions(meta_);
    // A list that can't be read is written anew, and holds nothing up.
    if (!listed && listed.error().code != ErrorCode::Corrupt) return fail(listed.error());
    for (const WaitingPermission& one : listed.value_or(std::vector<WaitingPermission>())) {
        bool is_used = true;
        if (options_.is_used) {
            FERRY_TRY_ASSIGN(is_used, options_.is_used(one.callback));
        }
        if (is_used) {
            FERRY_TRY(entryOf(one.callback));
        } else {
            FERRY_TRY(meta_.put(waitNameOf(one.callback), {}));
        }
    }
    is_restored_ = true;
    return {};
}

Status CallbackPermissions::storeWait(CallbackId callback) {
    const Entry& entry = entries_[callback];
    if (entry.reason.empty()) return meta_.put(waitNameOf(callback), {});
    return meta_.put(
        waitNameOf(callback),
        fmt::format(
            "{} {} {} {} {}",
            origin_,
            toEpochMilliseconds(entry.waiting_since),
            entry.refusals,
            toEpochMilliseconds(entry.ask_again_at),
            entry.reason
        )
    );
}

void CallbackPermissions::beginWait(CallbackId callback, Entry& entry) {
    waiting_.insert(callback);
    waiting_count_ = waiting_.size();
    entry.looked_at = clock_.now();
}

void CallbackPermissions::endWait(CallbackId callback, Entry& entry) {
    entry.refusals = 0;
    entry.ask_again_at = TimePoint();
    if (entry.reason.empty()) return;
    entry.reason.clear();
    unstored_waits_.insert(callback);
    is_list_stored_ = false;
    waiting_.erase(callback);
    waiting_count_ = waiting_.size();
}

/// The handshake was switched off, or the instance removed, and nothing is due that would tell.
Status CallbackPermissions::endUnusedWaits() {
    const TimePoint now = clock_.now();
    const bool is_early = now < look_at_ && look_at_ <= now + kLookEvery;
    if (!options_.is_used || waiting_.empty() || is_early) return {};
    look_at_ = now + kLookEvery;
    auto next = waiting_.upper_bound(looked_until_);
    const std::size_t count = std::min(kLookedAtMax, waiting_.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (next == waiting_.end()) next = waiting_.begin();
        looked_until_ = *next++;
        FERRY_TRY_ASSIGN(const bool is_used, options_.is_used(looked_until_));
        if (is_used) continue;
        endWait(looked_until_, entries_[looked_until_]);
        PermissionAnswer answer;
        answer.callback = looked_until_;
        answer.is_granted = true;
        answers_.push_back(std::move(answer));
        if (waiting_.empty()) break;
    }
    return {};
}

/// Instances without the handshake may share the callback with those that wait, so the store is
/// asked, and not at each of their deliveries.
void CallbackPermissions::leave(CallbackId callback) {
    const auto found = entries_.find(callback);
    if (found == entries_.end() || found->second.reason.empty()) return;
    Entry& entry = found->second;
    if (options_.is_used) {
        const TimePoint now = clock_.now();
        if (now < entry.looked_at + Milliseconds(1'000) && entry.looked_at <= now) return;
        entry.looked_at = now;
        if (options_.is_used(callback).value_or(true)) return;
    }
    endWait(callback, entry);
}

Status CallbackPermissions::storeWaiting() {
    JsonWriter json;
    json.beginArray();
    std::size_t room = kWaitingListMax;
    for (const CallbackId callback : waiting_) {
        if (room-- == 0) break;
        const Entry& entry = entries_[callback];
        json.beginArray().number(callback.value);
        json.number(toEpochMilliseconds(entry.waiting_since)).string(entry.reason).endArray();
    }
    json.endArray();
    FERRY_TRY_ASSIGN(const auto before, meta_.get(kMetaWaiting));
    if (before.value_or("[]") != json.view()) FERRY_TRY(meta_.put(kMetaWaiting, json.view()));
    is_list_stored_ = true;
    return {};
}

}  // namespace ferry::pipeline
