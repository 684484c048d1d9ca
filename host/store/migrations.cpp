#include "store/migrations.h"

#include "base/crypto.h"
#include "base/encoding.h"

#include <fmt/format.h>

namespace ferry::store {

std::string migrationChecksum(const Migration& migration) {
    return hexEncode(asText(sha256(migration.sql)));
}

Result<std::vector<Migration>> planMigrations(
    std::span<const Migration> known, std::span<const AppliedMigration> applied
) {
    const int newest = known.empty() ? 0 : known.back().version;
    if (!applied.empty() && applied.back().version > newest) {
        return fail(
            ErrorCode::Unsupported,
            fmt::format(
                "the store has schema version {}, this program knows versions up to {}: use a "
                "newer program, or a backup made before the upgrade",
                applied.back().version,
                newest
            )
        );
    }
    for (std::size_t i = 0; i < applied.size(); ++i) {
        if (applied[i].version != known[i].version) {
            return fail(
                ErrorCode::Corrupt,
                fmt::format(
                    "the store has schema step {} where {} is expected",
                    applied[i].version,
                    known[i].version
                )
            );
        }
        if (applied[i].checksum != migrationChecksum(known[i])) {
            return fail(
                ErrorCode::Corrupt,
                fmt::format(
                    "schema step {} ({}) was applied in another form than this program has",
                    known[i].version,
                    known[i].name
                )
            );
        }
    }
    return std::vector<Migration>(
        known.begin() + static_cast<std::ptrdiff_t>(applied.size()), known.end()
    );
}

}  // namespace ferry::store
