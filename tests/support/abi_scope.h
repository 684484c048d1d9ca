#pragma once
// One call of the test host into a plugin; only for the host's own files.

#include "support/abi_host.h"

namespace ferry::test {

/// One call into the plugin, and the outcome that its sinks fill.
struct CallScope {
    CallScope(const AbiPlugin& plugin, AbiOutcome& to);
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;

    const AbiPlugin& host;
    AbiOutcome& outcome;
    std::size_t changes_in = 0;
    std::uint32_t last_change = 0;
    ferry_call call{};
    ferry_sink sink{};
};

CallScope& of(const ferry_sink* sink);
CallScope& of(const ferry_call* call);

}  // namespace ferry::test
