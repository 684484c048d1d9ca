#include "observe/log_trace.h"

namespace ferry::observe {
namespace {

TraceContext& ofThisThread() noexcept {
    thread_local TraceContext trace;
    return trace;
}

}  // namespace

const TraceContext& currentTrace() noexcept {
    return ofThisThread();
}

LogTraceScope::LogTraceScope(const TraceContext& trace) noexcept : before_(ofThisThread()) {
    ofThisThread() = trace;
}

LogTraceScope::~LogTraceScope() {
    ofThisThread() = before_;
}

}  // namespace ferry::observe
