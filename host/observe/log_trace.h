#pragma once
// The trace that the present thread works for: what is logged meanwhile names it. So lines of code
// that knows nothing of traces, such as plugins, can be found by them.

#include "model/trace_context.h"

namespace ferry::observe {

/// The trace of the innermost scope of this thread; none outside of all.
const TraceContext& currentTrace() noexcept;

/// Sets it until the end of the scope. Destroyed on the thread that made it, in reverse order.
class LogTraceScope {
  public:
    explicit LogTraceScope(const TraceContext& trace) noexcept;
    ~LogTraceScope();
    LogTraceScope(const LogTraceScope&) = delete;
    LogTraceScope& operator=(const LogTraceScope&) = delete;

  private:
    const TraceContext before_;
};

}  // namespace ferry::observe
