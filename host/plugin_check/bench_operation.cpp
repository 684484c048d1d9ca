// Playing operations on the bench.

#include "plugin/call_scope.h"
#include "plugin_check/bench.h"
#include "plugin_check/hook_tables.h"
#include "plugin_check/output_text.h"
#include "plugin_check/place.h"

#include <fmt/format.h>

#include <future>
#include <optional>
#include <utility>

namespace ferry::plugin_check {
namespace {

using plugin::Output;

Output outputsOf(OperationHook hook) {
    switch (hook) {
        case OperationHook::ExchangeCode:
        case OperationHook::Refresh:
            return Output::TokenSet;
        case OperationHook::Revoke:
            return Output::Nothing;
        case OperationHook::Verify:
            return Output::Identity;
        case OperationHook::Fetch:
        case OperationHook::InitialCursor:
            return Output::Change | Output::Page;
        case OperationHook::DocumentMetadata:
            return Output::Object;
        case OperationHook::ListDocuments:
        case OperationHook::SearchDocuments:
        case OperationHook::ListRevisions:
            return Output::Object | Output::ObjectsEnd;
        case OperationHook::StorageUsage:
            return Output::Storage;
        case OperationHook::DocumentLink:
            return Output::Link;
        case OperationHook::Subscribe:
            return Output::Registration;
        case OperationHook::Unsubscribe:
            return Output::Nothing;
        case OperationHook::DownloadDocument:
            return Output::Object | Output::StreamedAnswer;
    }
    return Output::Nothing;
}

bool hasResult(OperationHook hook, const plugin::OutputSink& sink) {
    switch (hook) {
        case OperationHook::ExchangeCode:
        case OperationHook::Refresh:
            return sink.tokens.has_value();
        case OperationHook::Revoke:
            return true;
        case OperationHook::Verify:
            return sink.identity.has_value();
        case OperationHook::Fetch:
        case OperationHook::InitialCursor:
            return sink.has_page;
        case OperationHook::DocumentMetadata:
        case OperationHook::DownloadDocument:
            return !sink.objects.empty();
        case OperationHook::ListDocuments:
        case OperationHook::SearchDocuments:
        case OperationHook::ListRevisions:
            return sink.next_cursor.has_value();
        case OperationHook::StorageUsage:
            return sink.storage.has_value();
        case OperationHook::DocumentLink:
            return sink.link.has_value();
        case OperationHook::Subscribe:
            return sink.registration.has_value();
        case OperationHook::Unsubscribe:
            return true;
    }
    return false;
}

}  // namespace

bool Bench::has(PureHook hook) const {
    return hasHook(*module_, hook);
}

bool Bench::has(OperationHook hook) const {
    return hasHook(*module_, hook) && module_->advance != nullptr && module_->drop != nullptr;
}

std::vector<OperationHook> Bench::operations() const {
    std::vector<OperationHook> present;
    for (const OperationHook hook : kOperationHooks)
        if (has(hook)) present.push_back(hook);
    return present;
}

/// An operation that was started; it is dropped when this ends.
class Bench::Running {
  public:
    Running(Bench& bench, const Play& play)
        : bench_(bench),
          call_(checkedCall(play.inputs.now)),
          hook_(play.hook),
          sink_(outputsOf(play.hook) | Output::HttpRequest) {
        const plugin::CallScope scope(bench.guard_, call_);
        Lender lender(bench.lending_);
        setPlace(play.name, "start");
        bench.step([&] {
            status_ = startOperation(
                *bench.module_, bench.self_, hook_, play.inputs, lender, *scope.abi(), &op_
            );
        });
        message_ = scope.message();
        if (status_ == FERRY_OK && op_ == nullptr) status_ = kNoOperation;
    }
    ~Running() {
        setPlace(hookName(hook_), "drop");
        if (op_ != nullptr) bench_.step([this] { bench_.module_->drop(bench_.self_, op_); });
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    bool isRunning() const noexcept { return op_ != nullptr && status_ == FERRY_OK; }

    /// What start said, if it did not start.
    Said failed() const {
        Said said;
        said.status = status_;
        said.message = message_;
        said.breach = status_ == kNoOperation
                          ? fmt::format("{}: started without an operation", hookName(hook_))
                          : bench_.breachOf(hookName(hook_), status_, sink_, false);
        return said;
    }

    Said advance(const plugin::HttpResponse* response) {
        const plugin::CallScope scope(bench_.guard_, call_);
        Said said;
        {
            Lender lender(bench_.lending_);
            const ferry_call* call = lender.call(*scope.abi());
            const ferry_sink* sink = lender.sink(*sink_.abi());
            const auto* lent = response == nullptr ? nullptr : lender.response(*response);
            lender.ready();
            bench_.step([&] {
                said.status = bench_.module_->advance(bench_.self_, op_, call, lent, sink);
            });
        }
        said.message = scope.message();
        said.retry_after = scope.retryAfter();
        said.outputs = textOf(sink_);
        const bool waits = said.status == FERRY_NEED_HTTP;
        said.breach = bench_.breachOf(
            hookName(hook_),
            said.status,
            sink_,
            waits ? sink_.request.has_value() : hasResult(hook_, sink_)
        );
        if (said.breach.empty() && said.status == FERRY_OK && sink_.request)
            said.breach = fmt::format("{}: ended with a request open", hookName(hook_));
        if (said.breach.empty() && said.status > 0 && !waits)
            said.breach = fmt::format("{}: odd status {}", hookName(hook_), said.status);
        return said;
    }
    std::optional<plugin::HttpRequest> takeRequest() {
        return std::exchange(sink_.request, std::nullopt);
    }

  private:
    /// No status of the ABI.
    static constexpr ferry_status kNoOperation = -10'000;

    Bench& bench_;
    const plugin::CallInfo call_;
    OperationHook hook_;
    plugin::OutputSink sink_;
    ferry_operation* op_ = nullptr;
    ferry_status status_ = FERRY_OK;
    std::string message_;
};

void Bench::step(const std::function<void()>& work) {
    if (steps_move_)
        std::async(std::launch::async, work).get();
    else
        work();
}

Played Bench::play(const Play& play, std::size_t steps_max) {
    Played played;
    Running running(*this, play);
    if (!running.isRunning()) {
        played.last = running.failed();
        played.transcript = played.last.text();
        addLine(played.last.message);
        return played;
    }
    const plugin::HttpResponse* answer = nullptr;
    plugin::HttpResponse streamed;
    for (std::size_t next = 0; played.steps < steps_max; ++next) {
        setPlace(play.name, "advance");
        played.last = running.advance(answer);
        ++played.steps;
        played.transcript += played.last.text();
        addLine(played.last.message);
        if (played.last.status != FERRY_NEED_HTTP || !played.last.breach.empty()) break;
        auto request = running.takeRequest();
        const bool is_streamed = request->streams_answer;
        played.transcript += textOf(*request);
        played.requests.push_back(std::move(*request));
        if (next == play.answers.size()) break;
        streamed = play.answers[next];
        streamed.is_body_streamed = is_streamed && streamed.status >= 200 && streamed.status < 300;
        answer = &streamed;
    }
    return played;
}

}  // namespace ferry::plugin_check
