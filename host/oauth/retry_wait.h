#pragma once
// How long this folder waits after a failure of the provider or the store, per instance.

#include "base/error.h"
#include "base/random.h"

namespace ferry::oauth {

/// 1 s after the first failure, doubling up to 5 min, spread at random; more if the other side
/// asked for it, up to an hour. `failures` counts from 1.
std::chrono::milliseconds retryWait(unsigned failures, const Error& error, Random& random);

}  // namespace ferry::oauth
