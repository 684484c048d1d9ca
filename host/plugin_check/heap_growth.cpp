#include "plugin_check/heap_growth.h"

#include <malloc.h>

#include <algorithm>
#include <cstdint>

// Of the sanitizers' runtimes, where there is one; their allocators don't tell glibc.
extern "C" [[gnu::weak]] std::size_t __sanitizer_get_current_allocated_bytes();

namespace ferry::plugin_check {

bool hasSanitizer() noexcept {
    return __sanitizer_get_current_allocated_bytes != nullptr;
}

std::size_t heapBytesInUse() {
    if (hasSanitizer()) return __sanitizer_get_current_allocated_bytes();
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

std::size_t heapGrowth(int rounds, const std::function<void()>& work) {
    for (int i = 0; i < rounds; ++i)
        work();
    std::size_t growth = SIZE_MAX;
    for (int half = 0; half < 2; ++half) {
        const std::size_t before = heapBytesInUse();
        for (int i = 0; i < rounds; ++i)
            work();
        const std::size_t after = heapBytesInUse();
        growth = std::min(growth, after > before ? after - before : 0);
    }
    // What does not leave a byte a round leaves something behind now and then: a cache.
    return growth / static_cast<std::size_t>(rounds);
}

}  // namespace ferry::plugin_check
