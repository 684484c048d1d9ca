#pragma once
// Waiting for what other threads bring about: on the condition, with a deadline.

#include <chrono>
#include <thread>

namespace ferry::test {

/// Longer than anything takes on a busy machine under a sanitizer.
inline constexpr std::chrono::seconds kPatience{30};

/// True as soon as `condition()` is; false if it is not before the deadline.
template <typename Condition>
bool eventually(const Condition& condition, std::chrono::milliseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace ferry::test
