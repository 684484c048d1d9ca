#pragma once
// What a request is called in answers and in the log.

#include <atomic>
#include <cstdint>
#include <string>

namespace ferry::http {

/// Threads: any.
class RequestIds {
  public:
    /// `seed` makes the ids of this process unlike those of others.
    explicit RequestIds(std::uint64_t seed) : seed_(seed) {}

    /// 24 hex digits, never the same twice in this process.
    std::string next();

  private:
    const std::uint64_t seed_;
    std::atomic<std::uint32_t> count_{0};
};

}  // namespace ferry::http
