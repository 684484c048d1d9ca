#pragma once
// Randomness is injected, so that a simulation with the same seed makes the same choices.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ferry {

/// Threads: all functions from any thread.
class Random {
  public:
    virtual ~Random() = default;
    /// Fills `out` with random bytes.
    virtual void fill(std::span<std::uint8_t> out) = 0;

    /// Uniform in [0, bound); 0 if bound is 0.
    std::uint64_t below(std::uint64_t bound);
    /// Uniform in [0, 1).
    double unit();
    /// `bytes` random bytes as base64url without padding: states, verifiers, request ids.
    std::string token(std::size_t bytes);

  protected:
    Random() = default;
    Random(const Random&) = default;
    Random& operator=(const Random&) = default;
};

/// OpenSSL's generator, fit for keys.
class SystemRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) override;
};

}  // namespace ferry
