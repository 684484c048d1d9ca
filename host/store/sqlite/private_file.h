#pragma once
// Database files are for their owner alone.

#include <string>

namespace ferry::store::sqlite {

/// Makes the file if it is not there, and lets nobody but its owner at it and at what SQLite keeps
/// beside it; SQLite gives what it makes there later the same mode. What can't be done here makes
/// opening fail, which says why.
void makePrivate(const std::string& path);

}  // namespace ferry::store::sqlite
