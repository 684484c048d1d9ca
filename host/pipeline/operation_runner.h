#pragma once
// Drives plugin operations: one step, one HTTP request, the next step, until the end. Belongs to
// one worker, which calls `poll` from its own step; so plugin code of a worker runs on one thread,
// or on the executor of the plugin's own process, and then the worker does not wait for it.

#include "base/work_elsewhere.h"
#include "base/worker.h"
#include "http/outbound.h"
#include "observe/log_trace.h"
#include "pipeline/provider_text.h"
#include "pipeline/stages.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

/// Steps of one operation at most: an operation that asks for more is misbehaving.
inline constexpr unsigned kOperationStepsMax = 20;

/// Threads: start, poll and dropAll by the owning worker only.
class OperationRunner {
  public:
    using Completion = std::function<void(Result<OperationResult>)>;

    /// `wake` is called, on threads of others, when there is something to poll.
    OperationRunner(http::Outbound& outbound, Wake wake);
    ~OperationRunner();
    OperationRunner(const OperationRunner&) = delete;
    OperationRunner& operator=(const OperationRunner&) = delete;

    /// Begins the operation; `completion` comes from this call or from a later `poll`, unless
    /// `is_over` says by then that nobody waits for it. All of it belongs to the trace that the
    /// caller works for (observe/log_trace.h).
    void start(OperationPtr operation, Completion completion, IsOver is_over = nullptr);

    /// Continues the operations whose answers have come, or whose steps were made.
    void poll();

    /// Waits for the steps that are being made elsewhere, and goes on with them.
    void finishSteps();

    /// Ends every operation; their completions are not called. Waits for the step that is being
    /// made elsewhere.
    void dropAll();

    std::size_t running() const { return running_.size(); }

  private:
    struct Running {
        OperationPtr operation;
        Completion completion;
        unsigned steps = 0;
        http::RequestHandle request = 0;
        ProviderText text = {};
        std::string trace = observe::currentTrace();
        IsOver is_over = nullptr;
    };
    using Answer = std::optional<http::OutboundResponse>;
    /// A step that an executor makes, which has the operation meanwhile.
    struct StepElsewhere {
        std::uint64_t number = 0;
        OperationPtr operation;
        Answer answer;
        Result<OperationStep> step = OperationResult();
    };
    // Answers come on the outbound thread, perhaps after the runner is gone: the inbox outlives it.
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<std::uint64_t, http::OutboundResponse>> answers;
        Wake wake;
    };

    void advance(std::uint64_t number, Answer answer);
    void take(std::uint64_t number, Result<OperationStep> step, const Answer& answer);

    http::Outbound& outbound_;
    std::shared_ptr<Inbox> inbox_;
    std::unordered_map<std::uint64_t, Running> running_;
    WorkElsewhere<StepElsewhere> steps_;
    std::uint64_t next_number_ = 1;
};

}  // namespace ferry::pipeline
