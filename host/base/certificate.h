#pragma once
// Certificates and private keys as PEM texts: whether they can be used, and until when.

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

/// Why `pem` is no list of one or more X.509 certificates, to follow "the value ": "holds no ...".
/// nullopt if it is one. Text around the certificates is let through, a private key is not: this is
/// text that may be shown.
std::optional<std::string> certificateFault(std::string_view pem);

/// Why `pem` is no private key that can be used without a person: not PEM, or encrypted. nullopt
/// if it is one. Never holds any of the text.
std::optional<std::string> privateKeyFault(std::string_view pem);

/// Whether the first certificate of `certificate` was made for `private_key`; false too if one of
/// them can't be read.
bool keyFitsCertificate(std::string_view certificate, std::string_view private_key);

/// When a certificate of the text ends first; nullopt if none can be read.
std::optional<TimePoint> certificateEnd(std::string_view pem);

/// How a time stands to the machine's wall clock.
enum class CertificateLife : std::uint8_t { Good, EndsSoon, Over };
/// Over when `end` has passed, EndsSoon in the `soon` before.
CertificateLife certificateLife(TimePoint end, Milliseconds soon);

}  // namespace ferry
