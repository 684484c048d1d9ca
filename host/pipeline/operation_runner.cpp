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
    advance(number, nullptr);
}

void OperationRunner::poll() {
    std::vector<std::pair<std::uint64_t, http::OutboundResponse>> answers;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
    }
    for (const auto& [number, response] : answers)
        advance(number, &response);
}

void OperationRunner::dropAll() {
    for (auto& [number, running] : running_)
        outbound_.cancel(running.request);
    running_.clear();
    const std::lock_guard lock(inbox_->mutex);
    inbox_->wake = nullptr;
    inbox_->answers.clear();
}

void OperationRunner::advance(std::uint64_t number, const http::OutboundResponse* response) {
    const auto found = running_.find(number);
    if (found == running_.end()) return;  // dropped meanwhile
    Running& running = found->second;
    const observe::LogTraceScope scope(running.trace);

    Result<OperationStep> step = running.operation->advance(response);
    if (step && std::holds_alternative<http::OutboundRequest>(*step)) {
        if (++running.steps <= kOperationStepsMax) {
            auto& request = std::get<http::OutboundRequest>(*step);
            running.text = ProviderText(request);
            running.request = outbound_.submit(
                std::move(request),
                [inbox = inbox_, number](http::OutboundResponse answer) {
                    const std::lock_guard lock(inbox->mutex);
                    if (!inbox->wake) return;
                    inbox->answers.emplace_back(number, std::move(answer));
                    inbox->wake();
                }
            );
            return;
        }
        step =
            fail(ErrorCode::Internal, "the plugin's operation asks for one request after another");
    }

    if (!step && response != nullptr) {
        step.error().provider_message = running.text.of(*response);
        step.error().is_of_provider = true;
        // The plugin knows only of what kind the fault is.
        if (!response->error_detail.empty())
            step.error().message += " (" + response->error_detail + ")";
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
