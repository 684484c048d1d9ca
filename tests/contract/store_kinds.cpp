// The drivers that the contract suites run over.

#include "contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temp_dir.h"

namespace ferry::test {
namespace {

class SqliteHarness final : public StoreHarness {
  public:
    explicit SqliteHarness(store::sqlite::SqliteOptions options) : options_(std::move(options)) {}

    Result<std::unique_ptr<store::Store>> open() override {
        return store::sqlite::SqliteStore::open(folder_.path() / "hub.db", options_);
    }

  private:
    TempDir folder_;
    store::sqlite::SqliteOptions options_;
};

std::unique_ptr<StoreHarness> makeSqlite(bool inline_writes) {
    store::sqlite::SqliteOptions options;
    options.inline_writes = inline_writes;
    return std::make_unique<SqliteHarness>(options);
}

}  // namespace

std::vector<StoreKind> storeKinds() {
    return {
        {"Sqlite", [] { return makeSqlite(false); }},
        {"SqliteInline", [] { return makeSqlite(true); }},
    };
}

}  // namespace ferry::test
