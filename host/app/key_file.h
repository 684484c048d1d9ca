#pragma once
// The master key on disk, and the check that it is the one the store was sealed with.

#include "base/crypto.h"
#include "base/random.h"
#include "base/result.h"
#include "store/store.h"

#include <filesystem>
#include <system_error>

namespace ferry::app {

/// Makes the folder, and those above it, if it is not there: for its owner alone, as names and
/// paths of customers' files lie in it. One that is there stays as it is.
std::error_code makePrivateFolder(const std::filesystem::path& path);

/// Writes a new random key (64 hex digits and a line end, mode 0600), whole or not at all.
/// Errors: Conflict if the file exists; Unavailable if it can't be written.
Status writeKeyFile(const std::filesystem::path& path, Random& random);

/// Errors, each naming the file and what to do: NotFound if there is none; PermissionDenied if it
/// may not be read by us, or may be by others than its owner; InvalidArgument if it is no file, or
/// does not hold 64 hex digits; Unavailable for what else the system says.
Result<SealingKey> readKeyFile(const std::filesystem::path& path);

/// The key of this store, read from `path`.
/// Errors: PermissionDenied, saying which key is wanted and what to do, if the store was sealed
/// with a key that is missing or another one; and those of readKeyFile.
Result<SealingKey> readKeyOfStore(const std::filesystem::path& path, store::MetaStore& meta);

/// The key for this store: read from `path`, or made there if the store is new. The store remembers
/// the id of its key.
/// Errors: those of readKeyOfStore, but never NotFound; Unavailable if it can't be written.
Result<SealingKey> keyForStore(
    const std::filesystem::path& path, store::MetaStore& meta, Random& random
);

}  // namespace ferry::app
