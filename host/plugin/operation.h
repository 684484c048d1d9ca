#pragma once
// A resumable operation of a plugin, held by the host: advanced with the answers to its requests,
// dropped at any point.

#include "base/result.h"
#include "plugin/plugin_instance.h"
#include "plugin/records.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>

struct ferry_operation;

namespace ferry::plugin {

class OutputSink;
enum class Output : std::uint32_t;

/// The operation waits for the answer to this request.
struct NeedHttp {
    HttpRequest request;
};

/// An operation without a result ended well.
struct Done {};

template <typename T>
using Step = std::variant<NeedHttp, T>;

/// The part that does not depend on the result. Operation<T> is what callers use.
class OperationCore {
  public:
    OperationCore(
        std::shared_ptr<PluginInstance> instance,
        ferry_operation* op,
        std::string hook,
        Output result
    );
    OperationCore(OperationCore&& other) noexcept;
    OperationCore& operator=(OperationCore&&) = delete;
    ~OperationCore();

    /// True: ended well. False: a request is waiting in the sink.
    Result<bool> advance(const CallInfo& call, const HttpResponse* response);
    HttpRequest takeRequest();
    OutputSink& sink() noexcept { return *sink_; }
    Error misbehaviour(const CallInfo& call, const char* what);
    void good() noexcept { instance_->guard().good(); }

  private:
    enum class State : std::uint8_t { Created, Waiting, Ended };
    Result<bool> judge(std::int32_t status, const class CallScope& scope, const CallInfo& call);

    std::shared_ptr<PluginInstance> instance_;
    ferry_operation* op_;
    std::string hook_;
    std::unique_ptr<OutputSink> sink_;
    State state_ = State::Created;
    int requests_ = 0;
};

/// T: TokenSet, Identity, Page, Document, DocumentPage, Download, Storage, Link, Registration or
/// Done. Movable; the destructor drops the plugin's side at any point. One thread at a time, not
/// always the same.
template <typename T>
class Operation {
  public:
    explicit Operation(OperationCore core) : core_(std::move(core)) {}

    /// First without a response, then with the answer to each request, even if that is a transport
    /// failure, until the result is a T or an error; not again after that. Does not block.
    Result<Step<T>> advance(const CallInfo& call, const HttpResponse* response = nullptr);

    /// Which outputs the plugin gives besides requests.
    static Output outputs();

  private:
    OperationCore core_;
};

}  // namespace ferry::plugin
