#include "store/sqlite/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ferry::store::sqlite {

void makePrivate(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);
    for (const char* part : {"", "-wal", "-shm"})
        ::chmod((path + part).c_str(), 0600);
}

}  // namespace ferry::store::sqlite
