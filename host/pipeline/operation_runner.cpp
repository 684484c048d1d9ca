#include "pipeline/operation_runner.h"

namespace ferry::pipeline {

OperationRunner::OperationRunner(http::Outbound& outbound, Wake wake)
    : outbound_(outbound), inbox_(std::make_shared<Inbox>()), steps_(wake) {
    inbox_->wake = std::move(wake);
}

OperationRunner::~OperationRunner() {
    dropAll();
}

void OperationRunner::start(OperationPtr operation, Completion completion, IsOver is_over) {
    const std::uint64_t number = next_number_++;
    Running running{std::move(operation), std::move(completion)};
    running.is_over = std::move(is_over);
    running_.emplace(number, std::move(running));
    advance(number, std::nullopt);
}

void OperationRunner::poll() {
    std::vector<std::pair<std::uint64_t, http::OutboundResponse>> answers;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
    }
    for (auto& [number, response] : answers)
        advance(number, std::move(response));
    for (StepElsewhere& made : steps_.take()) {
        const auto found = running_.find(made.number);
        if (found == running_.end()) continue;  // dropped meanwhile
        found->second.operation = std::move(made.operation);
        take(made.number, std::move(made.step), made.answer);
    }
}

void OperationRunner::finishSteps() {
    poll();  // answers that have come are steps to be made
    steps_.wait();
    poll();
}

void OperationRunner::dropAll() {
    for (auto& [number, running] : running_)
        outbound_.cancel(running.request);
    running_.clear();
    {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->wake = nullptr;
        inbox_->answers.clear();
    }
    steps_.end();
}

void OperationRunner::advance(std::uint64_t number, Answer answer) {
    const auto found = running_.find(number);
    if (found == running_.end()) return;  // dropped meanwhile
    Running& running = found->second;
    if (SerialExecutor* const executor = running.operation->executor()) {
        steps_.submit(
            *executor,
            {number, std::move(running.operation), std::move(answer)},
            running.is_over,
            [trace = running.trace](StepElsewhere& made) {
                const observe::LogTraceScope scope(trace);
                made.step = made.operation->advance(made.answer ? &*made.answer : nullptr);
            }
        );
        return;
    }
    const observe::LogTraceScope scope(running.trace);
    Result<OperationStep> step = running.operation->advance(answer ? &*answer : nullptr);
    take(number, std::move(step), answer);
}

void OperationRunner::take(std::uint64_t number, Result<OperationStep> step, const Answer& answer) {
    const auto found = running_.find(number);
    Running& running = found->second;
    if (running.is_over && *running.is_over) {
        running_.erase(found);
        return;
    }
    const observe::LogTraceScope scope(running.trace);
    if (step && std::holds_alternative<http::OutboundRequest>(*step)) {
        if (++running.steps <= kOperationStepsMax) {
            auto& request = std::get<http::OutboundRequest>(*step);
            running.text = ProviderText(request);
            running.request = outbound_.submit(
                std::move(request),
                [inbox = inbox_, number](http::OutboundResponse came) {
                    const std::lock_guard lock(inbox->mutex);
                    if (!inbox->wake) return;
                    inbox->answers.emplace_back(number, std::move(came));
                    inbox->wake();
                }
            );
            return;
        }
        step =
            fail(ErrorCode::Internal, "the plugin's operation asks for one request after another");
    }

    if (!step && answer) {
        step.error().provider_message = running.text.of(*answer);
        step.error().is_of_provider = true;
        // The plugin knows only of what kind the fault is.
        if (!answer->error_detail.empty())
            step.error().message += " (" + answer->error_detail + ")";
    }
    if (step) std::get<OperationResult>(*step).requests = running.steps;
    // The completion may start the next operation, so this one is gone before it is called.
    const Completion completion = std::move(running.completion);
    running_.erase(found);
    if (step) {
        completion(std::move(std::get<OperationResult>(*step)));
    } else {
        completion(fail(std::move(step.error())));
    }
}

}  // namespace ferry::pipeline
