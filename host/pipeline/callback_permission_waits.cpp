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
    ++waiting_count_;
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

void CallbackPermissions::endWait(CallbackId callback, Entry& entry) {
    entry.refusals = 0;
    entry.ask_again_at = TimePoint();
    if (entry.reason.empty()) return;
    entry.reason.clear();
    unstored_waits_.insert(callback);
    is_list_stored_ = false;
    --waiting_count_;
}

Status CallbackPermissions::storeWaiting() {
    JsonWriter json;
    json.beginArray();
    std::size_t room = kWaitingListMax;
    for (const auto& [callback, entry] : entries_) {
        if (entry.reason.empty() || room == 0) continue;
        --room;
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
