#pragma once
// Where lines of plugins go, and reports about plugins that misbehave.

#include "plugin/records.h"

#include <cstdint>
#include <string>

namespace ferry::plugin {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

struct LogLine {
    LogLevel level = LogLevel::Info;
    std::string plugin;
    std::string account;
    std::string trace_id;
    std::string message;
    Fields fields;
    bool is_misbehaviour = false;  ///< written by the host about the plugin
};

/// Threads: any, several at once.
class PluginLog {
  public:
    virtual ~PluginLog() = default;
    virtual void write(const LogLine& line) = 0;

  protected:
    PluginLog() = default;
    PluginLog(const PluginLog&) = default;
    PluginLog& operator=(const PluginLog&) = default;
};

}  // namespace ferry::plugin
