#include "observe/log_trace.h"

#include <utility>

namespace ferry::observe {
namespace {

std::string& ofThisThread() {
    thread_local std::string trace;
    return trace;
}

}  // namespace

const std::string& currentTrace() {
    return ofThisThread();
}

LogTraceScope::LogTraceScope(std::string trace_id)
    : before_(std::exchange(ofThisThread(), std::move(trace_id))) {}

LogTraceScope::~LogTraceScope() {
    ofThisThread() = std::move(before_);
}

}  // namespace ferry::observe
