#pragma once
// The token of an instance: what a caller sends as `Element <token>`. It is made of the instance's
// id and proves itself, so none is stored, and none can be read from the store.

#include "base/crypto.h"
#include "base/secret.h"
#include "model/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace ferry::api {

/// Threads: any.
class ElementTokens {
  public:
    /// Tokens of hubs with other master keys are not good here.
    explicit ElementTokens(const SealingKey& key);

    /// The token of the instance, always the same: 43 characters of base64url, which are the id (8
    /// bytes, big-endian) and 192 bits of an HMAC-SHA256 over it.
    std::string issue(InstanceId id) const;

    /// The instance that `token` was issued for, if it was; the instance may be gone by now. Takes
    /// the same time wherever a wrong token begins to be wrong.
    std::optional<InstanceId> verify(std::string_view token) const;

  private:
    std::string proofOf(std::string_view id_bytes) const;

    Secret key_;
};

}  // namespace ferry::api
