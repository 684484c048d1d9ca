#pragma once
// TokenStore and MetaStore on SQLite.

#include "store/sqlite/core.h"
#include "store/store.h"

namespace ferry::store::sqlite {

class SqliteTokenStore final : public TokenStore {
  public:
    explicit SqliteTokenStore(Core& core) : core_(core) {}

    Result<std::optional<SealedTokens>> get(InstanceId id) override;
    Status put(InstanceId id, const SealedTokens& tokens) override;
    Status completeAuthorization(
        InstanceId id,
        const std::optional<SealedTokens>& tokens,
        std::string_view account_id,
        std::string_view account_state,
        TimePoint notice_due
    ) override;
    Status remove(InstanceId id) override;

  private:
    Core& core_;
};

class SqliteMetaStore final : public MetaStore {
  public:
    explicit SqliteMetaStore(Core& core) : core_(core) {}

    Result<std::optional<std::string>> get(std::string_view name) override;
    Status put(std::string_view name, std::string_view value) override;
    Result<std::int64_t> bytesUsed() override;
    std::optional<Error> writeFailure() override { return core_.writeFailure(); }

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
