#pragma once
// Whether an address can be listened on, asked before work is done that a refusal would leave half
// done. The listener binds it later, and may still fail.

#include "base/result.h"

#include <cstdint>
#include <string>

namespace Poco {
class Exception;
}

namespace ferry::http {

/// Why an address can't be listened on, in words of the system, and what to do.
Error listenError(const std::string& host, std::uint16_t port, const Poco::Exception& exception);

/// Binds and lets go again. Port 0 always passes.
/// Errors: Unavailable, naming the address and why.
Status checkListen(const std::string& host, std::uint16_t port);

}  // namespace ferry::http
