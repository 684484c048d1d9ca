#include "pipeline/operator_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "operator";
/// Messages under way at a time.
constexpr std::size_t kSendingMax = 4;
/// Conditions that one look opens at most, so that a step stays short when everything fails.
constexpr std::size_t kOpenedPerLook = 200;
/// What is counted is told of again at so many times as many.
constexpr std::int64_t kTellsAgainAt = 10;
constexpr Milliseconds kStoreRetry{1'000};

constexpr std::string_view kMessagesName = "ferry_operator_messages_total";
constexpr std::string_view kMessagesHelp = "Attempts to tell the operator of a condition";

std::pair<ConditionKind, std::int64_t> keyOf(const Condition& condition) {
    return {condition.kind, condition.subject};
}

}  // namespace

OperatorWorker::OperatorWorker(
    OperatorServices services, ConditionWatch watch, OperatorOptions options, Wake wake
)
    : services_(services),
      watch_(std::move(watch)),
      options_(std::move(options)),
      inbox_(std::make_shared<Inbox>()),
      delivered_(services_.metrics.counter(kMessagesName, kMessagesHelp, "result=\"delivered\"")),
      failed_(services_.metrics.counter(kMessagesName, kMessagesHelp, "result=\"failed\"")),
      open_counts_(std::make_shared<std::array<std::atomic<std::size_t>, kConditionKinds.size()>>()
      ) {
    inbox_->wake = std::move(wake);
    services_.metrics.gauges(
        "ferry_conditions",
        "Conditions that a person has to look at, by kind",
        [counts = open_counts_] {
            observe::Metrics::LabelledValues values;
            for (const ConditionKind kind : kConditionKinds) {
                values.emplace_back(
                    fmt::format("kind=\"{}\"", conditionKindName(kind)),
                    static_cast<double>((*counts)[static_cast<std::size_t>(kind)])
                );
            }
            return values;
        }
    );
}

OperatorWorker::~OperatorWorker() {
    {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->wake = nullptr;
    }
    for (const auto& [id, sent] : sent_)
        services_.outbound.cancel(sent.request);
}

TimePoint OperatorWorker::step() {
    const TimePoint now = services_.clock.now();
    takeAnswers(now);
    if (now < paused_until_) return paused_until_;
    if (!recordTold()) return paused_until_;
    if (now >= next_look_) {
        if (const Status status = look(now); !status) {
            noteStoreFailure(status.error(), now);
            return paused_until_;
        }
        next_look_ = now + options_.interval;
    }
    is_store_failing_ = false;
    return std::min(next_look_, sendDue(now));
}

void OperatorWorker::takeAnswers(TimePoint now) {
    std::vector<std::pair<ConditionId, http::OutboundResponse>> answers;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
    }
    for (const auto& [id, response] : answers) {
        auto sent = sent_.extract(id);
        if (sent.empty()) continue;
        if (response.error == http::TransportError::None && response.status / 100 == 2) {
            delivered_.add();
            retries_.erase(id);
            told_.emplace(id, std::move(sent.mapped().condition));
            continue;
        }
        failed_.add();
        Retry& retry = retries_[id];
        ++retry.failures;
        retry.next_at =
            now + exponentialBackoff(options_.retries, retry.failures, services_.random.unit());
        // Once for each message, or an operator's receiver that is away would fill the log.
        if (retry.failures > 1) continue;
        services_.log.warning(
            kComponent,
            "the operator's callback did not accept a message; it is tried again",
            {{"kind", conditionKindName(sent.mapped().condition.kind)},
             {"status", std::int64_t{response.status}},
             {"error", response.error_detail}}
        );
    }
}

/// What was accepted, before anything else is done with those conditions.
bool OperatorWorker::recordTold() {
    if (told_.empty()) return true;
    store::ConditionChanges changes;
    for (auto& [id, condition] : told_) {
        if (condition.isOpen()) {
            condition.is_told = true;
            changes.changed.push_back(condition);
        } else {
            changes.removed.push_back(id);
        }
    }
    if (const Status status = services_.conditions.write(changes); !status) {
        noteStoreFailure(status.error(), services_.clock.now());
        return false;
    }
    told_.clear();
    is_known_ = false;
    next_look_ = TimePoint();  // what is known is no longer so, and must not be sent again
    return true;
}

Status OperatorWorker::look(TimePoint now) {
    if (!is_known_) {
        FERRY_TRY_ASSIGN(known_, services_.conditions.all());
        is_known_ = true;
    }
    if (!std::exchange(is_restored_, true)) watch_.restore(known_, now);
    FERRY_TRY_ASSIGN(auto found, watch_.look(now));
    changes_ = {};
    FERRY_TRY(compare(known_, std::move(found), now));
    if (!changes_.empty()) {
        FERRY_TRY(services_.conditions.write(changes_));
        is_known_ = false;
        FERRY_TRY_ASSIGN(known_, services_.conditions.all());
        is_known_ = true;
    }
    noteCounts();
    return {};
}

Status OperatorWorker::compare(
    const std::vector<Condition>& known, std::vector<Condition> found, TimePoint now
) {
    std::map<std::pair<ConditionKind, std::int64_t>, const Condition*> is_there;
    for (const Condition& condition : found)
        is_there.emplace(keyOf(condition), &condition);
    const auto isThere = [&](ConditionKind kind, std::int64_t subject) {
        return is_there.contains({kind, subject});
    };
    std::set<std::pair<ConditionKind, std::int64_t>> is_known;
    for (const Condition& condition : known) {
        is_known.insert(keyOf(condition));
        // What is under way is told as it was; the look after its answer goes on.
        if (isBusy(condition.id)) continue;
        const bool lasts = isThere(condition.kind, condition.subject);
        if (condition.isOpen() && !lasts) {
            // A callback that is switched off is not well again: it is told of as that.
            const bool is_of_callback = condition.kind == ConditionKind::CallbackFailing ||
                                        condition.kind == ConditionKind::CallbackUnpermitted;
            const bool is_replaced =
                is_of_callback && isThere(ConditionKind::CallbackSwitchedOff, condition.subject);
            endOne(condition, is_replaced, now);
        } else if (!condition.isOpen() && lasts) {
            Condition again = condition;
            again.ended_at = TimePoint();
            changes_.changed.push_back(std::move(again));
            retries_.erase(condition.id);
        } else if (lasts && hasGrown(*is_there.at(keyOf(condition)))) {
            // As one of its own: a receiver takes a message of the same id for the same message.
            changes_.removed.push_back(condition.id);
            retries_.erase(condition.id);
            FERRY_TRY(openOne(*is_there.at(keyOf(condition))));
        }
    }
    std::erase_if(told_counts_, [&](const auto& told) { return !is_there.contains(told.first); });
    std::size_t opened = 0;
    for (Condition& condition : found) {
        if (is_known.contains(keyOf(condition))) continue;
        if (++opened > kOpenedPerLook) break;
        FERRY_TRY(openOne(std::move(condition)));
    }
    return {};
}

bool OperatorWorker::hasGrown(const Condition& found) {
    std::int64_t& told = told_counts_.try_emplace(keyOf(found), found.count).first->second;
    if (found.count < told * kTellsAgainAt || found.count == told) return false;
    told = found.count;
    return true;
}

void OperatorWorker::endOne(const Condition& condition, bool is_replaced, TimePoint now) {
    services_.log.info(
        kComponent,
        "a condition is over",
        {{"kind", conditionKindName(condition.kind)},
         {"subject", condition.subject},
         {"instances", condition.instances},
         {"since", formatRfc3339(condition.since)}}
    );
    retries_.erase(condition.id);
    if (!condition.is_told || is_replaced || options_.url.empty()) {
        changes_.removed.push_back(condition.id);
        return;
    }
    Condition ended = condition;
    ended.ended_at = now;
    changes_.changed.push_back(std::move(ended));
}

Status OperatorWorker::openOne(Condition condition) {
    FERRY_TRY(watch_.describe(condition));
    if (condition.count > 0) told_counts_[keyOf(condition)] = condition.count;
    services_.log.warning(
        kComponent,
        "a condition is open",
        {{"kind", conditionKindName(condition.kind)},
         {"subject", condition.subject},
         {"instances", condition.instances},
         {"since", formatRfc3339(condition.since)},
         {"reason", condition.reason},
         {"do", conditionAdvice(condition.kind)}}
    );
    changes_.opened.push_back(std::move(condition));
    return {};
}

/// Gives when the next message is due.
TimePoint OperatorWorker::sendDue(TimePoint now) {
    TimePoint next = TimePoint::max();
    if (options_.url.empty()) return next;
    for (const Condition& condition : known_) {
        const bool is_to_tell = !condition.isOpen() || !condition.is_told;
        if (!is_to_tell || isBusy(condition.id)) continue;
        const auto retry = retries_.find(condition.id);
        if (retry != retries_.end() && retry->second.next_at > now) {
            next = std::min(next, retry->second.next_at);
            continue;
        }
        if (sent_.size() >= kSendingMax) return TimePoint::max();  // an answer wakes
        send(condition);
    }
    return next;
}

void OperatorWorker::send(const Condition& condition) {
    const OperatorTarget target{options_.url, options_.keys, options_.hub_id, options_.user_agent};
    Sent& sent = sent_[condition.id];
    sent.condition = condition;
    sent.request = services_.outbound.submit(
        makeOperatorRequest(condition, target, services_.clock.wallNow()),
        [inbox = inbox_, id = condition.id](http::OutboundResponse answer) {
            const std::lock_guard lock(inbox->mutex);
            if (!inbox->wake) return;
            inbox->answers.emplace_back(id, std::move(answer));
            inbox->wake();
        }
    );
}

void OperatorWorker::noteCounts() {
    std::array<std::size_t, kConditionKinds.size()> counts{};
    for (const Condition& condition : known_) {
        if (condition.isOpen()) ++counts[static_cast<std::size_t>(condition.kind)];
    }
    for (std::size_t i = 0; i < counts.size(); ++i)
        (*open_counts_)[i] = counts[i];
}

void OperatorWorker::noteStoreFailure(const Error& error, TimePoint now) {
    is_known_ = false;
    paused_until_ = now + kStoreRetry;
    if (std::exchange(is_store_failing_, true)) return;
    services_.log.warning(kComponent, "the store failed; trying again", {{"error", error.message}});
}

}  // namespace ferry::pipeline
