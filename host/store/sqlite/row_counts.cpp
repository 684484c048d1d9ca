#include "store/sqlite/row_counts.h"

#include "store/sqlite/statement.h"

#include <string_view>

namespace ferry::store::sqlite {
namespace {

// Places of the column `state`, in the order of the schema's first step; columns are added behind.
constexpr int kDeliveryState = 5;
constexpr int kInstanceState = 6;

Status count(sqlite3* db, const char* sql, RowCounts::States& states) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, nullptr);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const auto state = static_cast<std::size_t>(sqlite3_column_int64(statement, 0));
        if (state < states.size()) states[state] = sqlite3_column_int64(statement, 1);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return fail(errorOf(db, code, "count rows"));
    return {};
}

}  // namespace

Status RowCounts::watch(sqlite3* db) {
    // The deliveries in two halves, each of which has its index.
    FERRY_TRY(count(
        db,
        "SELECT 0, count(*) FROM delivery WHERE state = 0 UNION ALL "
        "SELECT state, count(*) FROM delivery WHERE state <> 0 GROUP BY state",
        before_.deliveries
    ));
    FERRY_TRY(count(db, "SELECT state, count(*) FROM instance GROUP BY state", before_.instances));
    begin();
    commit();
    sqlite3_preupdate_hook(db, &RowCounts::onChange, this);
    return {};
}

RowCounts::Counts RowCounts::committed() const {
    const std::lock_guard lock(mutex_);
    return committed_;
}

void RowCounts::commit() {
    before_ = now_;
    const std::lock_guard lock(mutex_);
    committed_ = now_;
}

void RowCounts::add(sqlite3* db, Read read, int column, States& states, std::int64_t amount) {
    sqlite3_value* value = nullptr;
    if (read(db, column, &value) != SQLITE_OK) return;
    const auto state = static_cast<std::size_t>(sqlite3_value_int64(value));
    if (state < states.size()) states[state] += amount;
}

void RowCounts::onChange(
    void* self,
    sqlite3* db,
    int operation,
    const char* /*database*/,
    const char* table,
    sqlite3_int64 /*old_key*/,
    sqlite3_int64 /*new_key*/
) {
    const std::string_view name(table);
    const bool is_delivery = name == "delivery";
    if (!is_delivery && name != "instance") return;
    Counts& now = static_cast<RowCounts*>(self)->now_;
    States& states = is_delivery ? now.deliveries : now.instances;
    const int column = is_delivery ? kDeliveryState : kInstanceState;
    if (operation != SQLITE_INSERT) add(db, &sqlite3_preupdate_old, column, states, -1);
    if (operation != SQLITE_DELETE) add(db, &sqlite3_preupdate_new, column, states, +1);
}

}  // namespace ferry::store::sqlite
