#pragma once
// ApiKeyStore on a SQLite file of its own.

#include "store/api_key_store.h"
#include "store/sqlite/connection.h"

#include <memory>
#include <mutex>
#include <string>

namespace ferry::store::sqlite {

class SqliteApiKeyStore final : public ApiKeyStore {
  public:
    /// Opens the file; makes it, for its owner alone, if there is none. Several processes may have
    /// it open. Errors: Unavailable if it can't be opened, Corrupt if it is no such file,
    /// Unsupported if a newer program has changed it.
    static Result<std::unique_ptr<SqliteApiKeyStore>> open(const std::string& path);

    Result<std::vector<ApiKey>> list() override;
    Status add(const ApiKey& key) override;
    Status remove(std::string_view name) override;
    Result<std::int64_t> revision() override;

  private:
    explicit SqliteApiKeyStore(std::unique_ptr<Connection> connection)
        : connection_(std::move(connection)) {}
    Status prepare(const std::string& path);

    std::mutex mutex_;
    std::unique_ptr<Connection> connection_;  ///< guarded by mutex_
};

}  // namespace ferry::store::sqlite
