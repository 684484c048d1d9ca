#include "pipeline/operation_runner.h"

namespace ferry::pipeline {

OperationRunner::OperationRunner(http::Outbound& outbound, Wake wake)
    : outbound_(outbound), inbox_(std::make_shared<Inbox>()) {
    inbox_->wake = std::move(wake);
}

OperationRunner::~OperationRunner() {
    dropAll();
}

void OperationRunner::start(OperationPtr operation, Completion completion) {
    const std::uint64_t number = next_number_++;
    running_.emplace(number, Running{std::move(operation), std::move(completion)});
    advance(number, std::nullopt);
}

void OperationRunner::poll() {
    std::vector<std::pair<std::uint64_t, http::OutboundResponse>> answers;
    std::vector<Elsewhere> steps;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
        steps.swap(inbox_->steps);
    }
    for (auto& [number, response] : answers)
        advance(number, std::move(response));
    for (Elsewhere& made : steps) {
        const auto found = running_.find(made.number);
        if (found == running_.end()) continue;  // dropped meanwhile
        found->second.operation = std::move(made.operation);
        take(made.number, std::move(made.step), made.answer);
    }
}

void OperationRunner::dropAll() {
    for (auto& [number, running] : running_)
        outbound_.cancel(running.request);
    running_.clear();
    std::vector<Elsewhere> steps;
    std::unique_lock lock(inbox_->mutex);
    inbox_->wake = nullptr;
    inbox_->answers.clear();
    inbox_->made.wait(lock, [this] { return inbox_->being_made == 0; });
    steps.swap(inbox_->steps);
    lock.unlock();  // before they are destroyed: that may wait for the executor's thread
}

void OperationRunner::advance(std::uint64_t number, Answer answer) {
    const auto found = running_.find(number);
    if (found == running_.end()) return;  // dropped meanwhile
    Running& running = found->second;
    if (SerialExecutor* const executor = running.operation->executor()) {
        makeElsewhere(
            *executor, {number, std::move(running.operation), std::move(answer)}, running.trace
        );
        return;
    }
    const observe::LogTraceScope scope(running.trace);
    Result<OperationStep> step = running.operation->advance(answer ? &*answer : nullptr);
    take(number, std::move(step), answer);
}

void OperationRunner::makeElsewhere(SerialExecutor& executor, Elsewhere step, std::string trace) {
    {
        const std::lock_guard lock(inbox_->mutex);
        ++inbox_->being_made;
    }
    // A task can be copied, and a step can't.
    const auto given = std::make_shared<Elsewhere>(std::move(step));
    executor.submit([inbox = inbox_, given, trace = std::move(trace)] {
        {
            const observe::LogTraceScope scope(trace);
            given->step = given->operation->advance(given->answer ? &*given->answer : nullptr);
        }
        const std::lock_guard lock(inbox->mutex);
        inbox->steps.push_back(std::move(*given));
        --inbox->being_made;
        inbox->made.notify_all();
        if (inbox->wake) inbox->wake();
    });
}

void OperationRunner::take(std::uint64_t number, Result<OperationStep> step, const Answer& answer) {
    const auto found = running_.find(number);
    Running& running = found->second;
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
