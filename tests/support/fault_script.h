#pragma once
// FaultScript: which calls of a faulty double fail, and whether before or after their effect.

#include "base/result.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace ferry::test {

enum class Fault : std::uint8_t {
    None,
    Before,  ///< the call fails and nothing happened
    After,   ///< the call fails and it took effect all the same
};

/// Decides the fate of each call. Threads: any.
class FaultScript {
  public:
    /// `decide(n, name)` is asked for the n-th call, from 1, with its name ("notices.mark").
    using Decide = std::function<Fault(std::uint64_t, std::string_view)>;

    FaultScript() = default;
    explicit FaultScript(Decide decide) : decide_(std::move(decide)) {}
    /// Fails only the n-th call.
    static FaultScript atCall(std::uint64_t n, Fault fault) {
        return FaultScript([n, fault](std::uint64_t call, std::string_view) {
            return call == n ? fault : Fault::None;
        });
    }
    FaultScript(const FaultScript& other) : decide_(other.decide_) {}

    std::uint64_t calls() const { return calls_; }

    /// Runs `call` under the script.
    template <typename Call>
    auto run(std::string_view name, Call&& call) -> decltype(call()) {
        const Fault fault = next(name);
        if (fault == Fault::Before) return error(name);
        auto result = call();
        if (fault == Fault::After) return error(name);
        return result;
    }
    Fault next(std::string_view name) {
        const std::uint64_t call = ++calls_;
        return decide_ ? decide_(call, name) : Fault::None;
    }
    static tl::unexpected<Error> error(std::string_view name) {
        return fail(ErrorCode::Unavailable, std::string(name) + ": fault by script");
    }

  private:
    Decide decide_;
    std::atomic<std::uint64_t> calls_{0};
};

}  // namespace ferry::test
