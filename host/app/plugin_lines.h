#pragma once
// What plugins write, as lines of the hub's log.

#include "observe/log.h"
#include "plugin/plugin_log.h"

namespace ferry::app {

/// Threads: any. `log` outlives it.
class PluginLines final : public plugin::PluginLog {
  public:
    explicit PluginLines(observe::Log& log) : log_(log) {}

    void write(const plugin::LogLine& line) override;

  private:
    observe::Log& log_;
};

}  // namespace ferry::app
