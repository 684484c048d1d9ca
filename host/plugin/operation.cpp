#include "plugin/operation.h"

#include "base/check.h"
#include "plugin/abi_write.h"
#include "plugin/call_scope.h"
#include "plugin/limits.h"
#include "plugin/output_sink.h"

#include <ferry/abi/entry.h>

namespace ferry::plugin {

OperationCore::OperationCore(
    std::shared_ptr<PluginInstance> instance, ferry_operation* op, std::string hook, Output result
)
    : instance_(std::move(instance)),
      op_(op),
      hook_(std::move(hook)),
      sink_(std::make_unique<OutputSink>(Output::HttpRequest | result)) {}

OperationCore::OperationCore(OperationCore&& other) noexcept
    : instance_(std::move(other.instance_)),
      op_(std::exchange(other.op_, nullptr)),
      hook_(std::move(other.hook_)),
      sink_(std::move(other.sink_)),
      state_(other.state_),
      requests_(other.requests_) {}

OperationCore::~OperationCore() {
    if (op_ != nullptr) instance_->module().drop(instance_->self(), op_);
}

Result<bool> OperationCore::advance(const CallInfo& call, const HttpResponse* response) {
    FERRY_CHECK(op_ != nullptr && state_ != State::Ended, "advance of an operation that ended");
    FERRY_CHECK(
        (response != nullptr) == (state_ == State::Waiting),
        "a response belongs to each advance but the first"
    );
    const State before = std::exchange(state_, State::Ended);
    CallGuard& guard = instance_->guard();
    FERRY_TRY(guard.admit(hook_));

    const CallScope scope(guard, call);
    ferry_status status = FERRY_OK;
    if (before == State::Created) {
        status =
            instance_->module().advance(instance_->self(), op_, scope.abi(), nullptr, sink_->abi());
    } else {
        const AbiHttpResponse abi(*response);
        status = instance_->module().advance(
            instance_->self(), op_, scope.abi(), abi.abi(), sink_->abi()
        );
    }
    return judge(status, scope, call);
}

Result<bool> OperationCore::judge(
    std::int32_t status, const CallScope& scope, const CallInfo& call
) {
    CallGuard& guard = instance_->guard();
    if (status < 0)
        return fail(guard.failure(hook_, status, scope, Trust::Provider, sink_->problem()));
    if (!sink_->problem().empty())
        return fail(misbehaviour(call, ("went on after a refusal: " + sink_->problem()).c_str()));
    if (status == FERRY_OK) {
        if (sink_->request) return fail(misbehaviour(call, "ended with a request open"));
        return true;
    }
    if (status != FERRY_NEED_HTTP)
        return fail(guard.failure(hook_, status, scope, Trust::Provider));
    if (!sink_->request) return fail(misbehaviour(call, "waits without a request"));
    if (++requests_ > kOperationRequestsMax)
        return fail(misbehaviour(call, "makes request after request without an end"));
    guard.good();
    state_ = State::Waiting;
    return false;
}

HttpRequest OperationCore::takeRequest() {
    return *std::exchange(sink_->request, std::nullopt);
}

Error OperationCore::misbehaviour(const CallInfo& call, const char* what) {
    return instance_->guard().misbehaviour(hook_, what, call, Trust::Provider);
}

namespace {

template <typename T>
struct ResultOf;

template <>
struct ResultOf<TokenSet> {
    static constexpr Output kOutputs = Output::TokenSet;
    static std::optional<TokenSet> take(OutputSink& sink) { return std::move(sink.tokens); }
};
template <>
struct ResultOf<Identity> {
    static constexpr Output kOutputs = Output::Identity;
    static std::optional<Identity> take(OutputSink& sink) { return std::move(sink.identity); }
};
template <>
struct ResultOf<Page> {
    static constexpr Output kOutputs = Output::Change | Output::Page;
    static std::optional<Page> take(OutputSink& sink) {
        if (!sink.has_page) return std::nullopt;
        return std::move(sink.page);
    }
};
template <>
struct ResultOf<Document> {
    static constexpr Output kOutputs = Output::Object;
    static std::optional<Document> take(OutputSink& sink) {
        if (sink.objects.empty()) return std::nullopt;
        return Document{std::move(sink.objects.front())};
    }
};
template <>
struct ResultOf<DocumentPage> {
    static constexpr Output kOutputs = Output::Object | Output::ObjectsEnd;
    static std::optional<DocumentPage> take(OutputSink& sink) {
        if (!sink.next_cursor) return std::nullopt;
        return DocumentPage{std::move(sink.objects), std::move(*sink.next_cursor)};
    }
};
template <>
struct ResultOf<Download> {
    static constexpr Output kOutputs = Output::Object | Output::StreamedAnswer;
    static std::optional<Download> take(OutputSink& sink) {
        if (sink.objects.empty()) return std::nullopt;
        return Download{std::move(sink.objects.front())};
    }
};
template <>
struct ResultOf<Storage> {
    static constexpr Output kOutputs = Output::Storage;
    static std::optional<Storage> take(OutputSink& sink) { return sink.storage; }
};
template <>
struct ResultOf<Link> {
    static constexpr Output kOutputs = Output::Link;
    static std::optional<Link> take(OutputSink& sink) { return std::move(sink.link); }
};
template <>
struct ResultOf<Registration> {
    static constexpr Output kOutputs = Output::Registration;
    static std::optional<Registration> take(OutputSink& sink) {
        return std::move(sink.registration);
    }
};
template <>
struct ResultOf<Done> {
    static constexpr Output kOutputs = Output::Nothing;
    static std::optional<Done> take(OutputSink&) { return Done(); }
};

}  // namespace

template <typename T>
Output Operation<T>::outputs() {
    return ResultOf<T>::kOutputs;
}

template <typename T>
Result<Step<T>> Operation<T>::advance(const CallInfo& call, const HttpResponse* response) {
    FERRY_TRY_ASSIGN(const bool has_ended, core_.advance(call, response));
    if (!has_ended) return Step<T>(NeedHttp{core_.takeRequest()});
    std::optional<T> result = ResultOf<T>::take(core_.sink());
    if (!result) return fail(core_.misbehaviour(call, "ended without a result"));
    core_.good();
    return Step<T>(std::move(*result));
}

template class Operation<TokenSet>;
template class Operation<Identity>;
template class Operation<Page>;
template class Operation<Document>;
template class Operation<DocumentPage>;
template class Operation<Download>;
template class Operation<Storage>;
template class Operation<Link>;
template class Operation<Registration>;
template class Operation<Done>;

}  // namespace ferry::plugin
