#pragma once
// Does something that is done again and again leave memory behind?

#include <cstddef>
#include <functional>

namespace ferry::plugin_check {

/// Bytes of the heap that are in use, as the allocator counts them; with a sanitizer as that does.
std::size_t heapBytesInUse();

/// Was this program built with a sanitizer that has an allocator?
bool hasSanitizer() noexcept;

/// Bytes that one round of `work` leaves behind, 0 if it gives everything back. Caches that fill up
/// once do not count: it is measured after a warm-up, and in two halves that both must grow.
std::size_t heapGrowth(int rounds, const std::function<void()>& work);

}  // namespace ferry::plugin_check
