#pragma once
// Brings a database to the schema of this program. The SQL is in store/migrations/sqlite/.

#include "base/result.h"
#include "store/migrations.h"
#include "store/sqlite/connection.h"

#include <span>

namespace ferry::store::sqlite {

/// The steps built into this program, in order.
std::span<const Migration> schemaMigrations();

/// Applies the steps of `known` that the database has not had, all in one transaction.
/// Errors: as planMigrations; if a step fails, the database stays as it was.
Status migrate(Connection& connection, std::span<const Migration> known);

/// Checks, without writing, that the database has had exactly these steps.
/// NotFound if it is empty; Unsupported if it needs a migration or is newer.
Status checkSchema(Connection& connection, std::span<const Migration> known);

}  // namespace ferry::store::sqlite
