#pragma once
// Keeps a second hub away from a database file, while read-only tools may open it.

#include "base/result.h"

#include <string>

namespace ferry::store::sqlite {

/// An exclusive lock on `<path>.lock`. The system takes it back when the process ends in any way;
/// the file stays.
class FileLock {
  public:
    /// Unavailable, naming the process that holds it, if the lock is taken.
    static Result<FileLock> take(const std::string& database_path);
    /// Whether somebody has the lock, asked without taking it, so that who asks never stands in the
    /// way of a hub that starts. Unavailable if that can't be told.
    static Result<bool> isTaken(const std::string& database_path);
    ~FileLock();
    FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
    FileLock& operator=(FileLock&&) = delete;

  private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace ferry::store::sqlite
