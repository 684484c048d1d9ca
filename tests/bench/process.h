#pragma once
// A program that runs beside the benchmark, what it uses of the machine, and its end.

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ferry::bench {

/// Ends the program (SIGTERM, then SIGKILL after 10 s) when destroyed.
class Process {
  public:
    /// Standard output and error go to `log`.
    static Result<Process> start(
        const std::vector<std::string>& command, const std::filesystem::path& log
    );
    Process(Process&& other) noexcept : pid_(other.pid_) { other.pid_ = -1; }
    Process& operator=(Process&&) = delete;
    ~Process() { stop(); }

    void stop();
    bool isRunning() const;
    int pid() const { return pid_; }
    /// Of all its threads so far, in seconds.
    double cpuSeconds() const;
    /// Resident memory in KiB; private and shared.
    double residentKib() const;

  private:
    explicit Process(int pid) : pid_(pid) {}
    int pid_;
};

/// Processor time of this process so far, in seconds.
double ownCpuSeconds();
/// The machine's load average of the last minute.
double loadAverage();
std::string readFile(const std::filesystem::path& path);

}  // namespace ferry::bench
