#pragma once
// Which steps a store still needs. Steps are ordered, one-way and checksummed; each driver has its
// own in store/migrations/<driver>/NNNN_name.sql, built into the program, and runs what this plans.

#include "base/result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::store {

/// A step of the schema, as built into this program.
struct Migration {
    int version = 0;  ///< from 1, without gaps
    std::string_view name;
    std::string_view sql;
};

/// A step that a store says it has had.
struct AppliedMigration {
    int version = 0;
    std::string checksum;  ///< `migrationChecksum` of the step as it was then
};

/// Hex SHA-256 of the step's SQL.
std::string migrationChecksum(const Migration& migration);

/// The steps of `known` that come after `applied`, both in order of version.
/// Errors: Unsupported if the store is newer than this program; Corrupt if an applied step differs
/// from the known one or one is missing.
Result<std::vector<Migration>> planMigrations(
    std::span<const Migration> known, std::span<const AppliedMigration> applied
);

}  // namespace ferry::store
