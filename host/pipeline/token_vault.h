#pragma once
// Tokens between their sealed form in the store and their opened form in a step.

#include "base/crypto.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/token_set.h"
#include "store/token_store.h"

#include <optional>

namespace ferry::pipeline {

/// Threads: any. Lifetime: key, random and store outlive it.
class TokenVault {
  public:
    TokenVault(const SealingKey& key, Random& random, store::TokenStore& tokens)
        : key_(key), random_(random), tokens_(tokens) {}

    /// The instance's tokens; nullopt if it has none. Corrupt if they do not open.
    Result<std::optional<TokenSet>> load(InstanceId id) const;
    /// Tokens that somebody else has kept. Corrupt if they do not open.
    Result<TokenSet> open(InstanceId id, const store::SealedTokens& sealed) const;
    Status save(InstanceId id, const TokenSet& tokens);

    store::SealedTokens seal(InstanceId id, const TokenSet& tokens) const;

  private:
    const SealingKey& key_;
    Random& random_;
    store::TokenStore& tokens_;
};

}  // namespace ferry::pipeline
