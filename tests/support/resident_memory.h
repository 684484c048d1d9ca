#pragma once
// How much memory this process really has, to show that something does not grow.

#include <cstddef>
#include <fstream>
#include <string>

namespace ferry::test {

/// VmRSS in bytes.
inline std::size_t residentBytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) * 1024;
    }
    return 0;
}

/// What is sent through where a body must not be held: a gigabyte, and less where sanitizers make
/// each byte dear.
inline constexpr std::size_t kLargeBody =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    std::size_t{64} << 20;
#else
    std::size_t{1} << 30;
#endif

}  // namespace ferry::test
