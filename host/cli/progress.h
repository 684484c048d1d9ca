#pragma once
// A line that says how far something is, over and over in its place.

#include <chrono>
#include <string>
#include <string_view>

namespace ferry::cli {

/// On a terminal (standard error) the line is written anew; elsewhere nothing is written, so that a
/// script's output stays as it is. Threads: one.
class ProgressLine {
  public:
    ProgressLine();
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// Shows `text` (what a terminal would obey is replaced), ten times a second at most.
    void show(std::string_view text);
    /// Takes the line away, before something else is written.
    void clear();

  private:
    const bool is_terminal_;
    bool is_shown_ = false;
    std::chrono::steady_clock::time_point next_at_{};
};

}  // namespace ferry::cli
