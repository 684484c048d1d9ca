#include "cli/progress.h"

#include "base/utf8.h"

#include <unistd.h>

#include <iostream>

namespace ferry::cli {

namespace {
constexpr std::chrono::milliseconds kDrawInterval{100};
constexpr std::string_view kBegin = "\r\x1b[K";  // to the first column; erase the line
}  // namespace

ProgressLine::ProgressLine() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string_view text) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_terminal_ || now < next_at_) return;
    next_at_ = now + kDrawInterval;
    is_shown_ = true;
    std::cerr << kBegin << toPrintable(text) << std::flush;
}

void ProgressLine::clear() {
    if (!is_shown_) return;
    is_shown_ = false;
    std::cerr << kBegin << std::flush;
}

}  // namespace ferry::cli
