#pragma once
// Processes of ferry-plugin-probe, each of which tries one plugin after another, in children of its
// own (probe_protocol.h).

#include "plugin/child_process.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace ferry::plugin {

/// Starts as many as there are trials at a time, and ends them with itself. Threads: any.
class ProbePool {
  public:
    explicit ProbePool(std::filesystem::path program);
    ~ProbePool();
    ProbePool(const ProbePool&) = delete;
    ProbePool& operator=(const ProbePool&) = delete;

    /// Tries the plugin whose descriptor is given. Blocks until the child has ended or was killed.
    /// Of `options`, timeout, answer_bytes_max and is_cancelled count.
    ChildRun run(int image, const ChildOptions& options);

  private:
    class Process;

    const std::filesystem::path program_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Process>> idle_;  ///< guarded by mutex_
};

}  // namespace ferry::plugin
