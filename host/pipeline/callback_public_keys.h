#pragma once
// The public halves of the keys that sign an instance's callbacks, for receivers that fetch them.

#include "base/signing_key.h"

#include <span>
#include <string>

namespace ferry::pipeline {

/// A JSON Web Key Set (RFC 7517) of the Ed25519 keys among `keys` that sign at `wall_now`, in
/// order; empty if there are none. Each key is as RFC 8037 has it, with its thumbprint (RFC 7638)
/// as `kid`, and has in `whpk` the text that Standard Webhooks libraries take.
std::string renderPublicKeys(std::span<const SigningKey> keys, TimePoint wall_now);

}  // namespace ferry::pipeline
