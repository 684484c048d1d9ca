#pragma once
// The trace that the present thread works for: what is logged meanwhile names it. So lines of code
// that knows nothing of traces, such as plugins, can be found by them.

#include <string>

namespace ferry::observe {

/// The trace id of the innermost scope of this thread; empty outside of all.
const std::string& currentTrace();

/// Sets it until the end of the scope. Destroyed on the thread that made it, in reverse order.
class LogTraceScope {
  public:
    /// `trace_id` in hex, or empty.
    explicit LogTraceScope(std::string trace_id);
    ~LogTraceScope();
    LogTraceScope(const LogTraceScope&) = delete;
    LogTraceScope& operator=(const LogTraceScope&) = delete;

  private:
    std::string before_;
};

}  // namespace ferry::observe
