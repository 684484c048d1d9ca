#pragma once
// Tells an operator what a person has to look at: when it begins, when it has become ten times as
// many (of what is counted), and when it is over. By
// state and not by event, as an alert manager does: what is there is looked at again and again and
// compared with what was told, so that nothing is lost when the process or the receiver is away.

#include "base/backoff.h"
#include "base/random.h"
#include "base/worker.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/condition_watch.h"
#include "pipeline/operator_message.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace ferry::pipeline {

struct OperatorOptions {
    std::string url;                    ///< empty: nobody is told; the log and the metrics are
    std::vector<SigningKey> keys = {};  ///< may be none
    std::string hub_id = {};
    std::string user_agent = "Ferry";
    Milliseconds interval{2'000};  ///< between two looks
    BackoffRange retries{Milliseconds{5'000}, Milliseconds{600'000}};
};

/// What the worker works with. All of it outlives the worker.
struct OperatorServices {
    store::ConditionStore& conditions;
    http::Outbound& outbound;
    const Clock& clock;
    Random& random;
    observe::Metrics& metrics;
    observe::Log& log;
};

/// A condition that ends before the operator was told of it is not told of at all. One that comes
/// back before the operator was told of its end goes on as if it had not ended. A message is tried
/// again until it is accepted (2xx) or there is nothing left to tell; it comes twice only if it was
/// accepted and the process ended before that was recorded, with the same `webhook-id`.
///
/// Threads: step by one thread at a time.
class OperatorWorker final : public Steppable {
  public:
    /// `wake` is called, on the outbound thread, when there is something to step for.
    OperatorWorker(
        OperatorServices services, ConditionWatch watch, OperatorOptions options, Wake wake
    );
    ~OperatorWorker() override;
    OperatorWorker(const OperatorWorker&) = delete;
    OperatorWorker& operator=(const OperatorWorker&) = delete;

    TimePoint step() override;

  private:
    struct Sent {
        Condition condition;
        http::RequestHandle request = 0;
    };
    struct Retry {
        unsigned failures = 0;
        TimePoint next_at{};
    };
    // Answers come on the outbound thread, perhaps after the worker is gone: the inbox outlives it.
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<ConditionId, http::OutboundResponse>> answers;
        Wake wake;
    };

    void takeAnswers(TimePoint now);
    bool recordTold();
    Status look(TimePoint now);
    Status compare(
        const std::vector<Condition>& known, std::vector<Condition> found, TimePoint now
    );
    bool hasGrown(const Condition& found);
    void endOne(const Condition& condition, bool is_replaced, TimePoint now);
    Status openOne(Condition condition);
    TimePoint sendDue(TimePoint now);
    void send(const Condition& condition);
    void noteCounts();
    void noteStoreFailure(const Error& error, TimePoint now);
    bool isBusy(ConditionId id) const { return sent_.contains(id) || told_.contains(id); }

    OperatorServices services_;
    ConditionWatch watch_;
    const OperatorOptions options_;
    std::shared_ptr<Inbox> inbox_;
    observe::Counter& delivered_;
    observe::Counter& failed_;
    std::shared_ptr<std::array<std::atomic<std::size_t>, kConditionKinds.size()>> open_counts_;

    std::vector<Condition> known_;  // as stored
    bool is_known_ = false;         // known_ was read, and nothing was written since
    bool is_restored_ = false;
    store::ConditionChanges changes_;        // of the look under way
    std::map<ConditionId, Sent> sent_;       // under way
    std::map<ConditionId, Condition> told_;  // accepted, and not recorded yet
    std::map<ConditionId, Retry> retries_;
    /// Condition::count as it was told; of what this process found, as it found it first.
    std::map<std::pair<ConditionKind, std::int64_t>, std::int64_t> told_counts_;
    TimePoint next_look_{};
    TimePoint paused_until_{};
    bool is_store_failing_ = false;
};

}  // namespace ferry::pipeline
