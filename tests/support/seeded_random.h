#pragma once
// Random numbers that follow from a seed.

#include "base/random.h"

#include <mutex>
#include <random>

namespace ferry::test {

/// Threads: any.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}

    void fill(std::span<std::uint8_t> out) override {
        const std::lock_guard lock(mutex_);
        for (std::uint8_t& byte : out)
            byte = static_cast<std::uint8_t>(engine_());
    }

  private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

}  // namespace ferry::test
