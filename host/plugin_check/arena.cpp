#include "plugin_check/arena.h"

#include "base/check.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace ferry::plugin_check {
namespace {

constexpr unsigned char kTakenBack = 0xdd;

std::size_t pageSize() {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

}  // namespace

void* Arena::place(std::size_t size, std::size_t alignment) {
    return placement_ == Placement::Heap ? placeOnHeap(size) : placeAtGuard(size, alignment);
}

void* Arena::placeOnHeap(std::size_t size) {
    // Never of no size: the place has to be one.
    pieces_.push_back({std::make_unique<char[]>(size == 0 ? 1 : size), size});
    return pieces_.back().bytes.get();
}

void* Arena::placeAtGuard(std::size_t size, std::size_t alignment) {
    const std::size_t page = pageSize();
    const std::size_t needed = (size + page - 1) / page * page;
    void* begin =
        ::mmap(nullptr, needed + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FERRY_CHECK(begin != MAP_FAILED, "no memory for what a plugin borrows");
    char* guard = static_cast<char*>(begin) + needed;
    FERRY_CHECK(::mprotect(guard, page, PROT_NONE) == 0, "no guard page");
    if (needed > 0) pages_.push_back({begin, needed});
    return guard - (size + alignment - 1) / alignment * alignment;
}

const char* Arena::copy(std::string_view text) {
    const bool is_guarded = placement_ == Placement::Guarded;
    auto* to =
        static_cast<char*>(is_guarded ? placeAtGuard(text.size(), 1) : placeOnHeap(text.size()));
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return to;
}

void Arena::protect() {
    for (const Pages& pages : pages_)
        FERRY_CHECK(::mprotect(pages.begin, pages.size, PROT_READ) == 0, "no read-only pages");
}

void Arena::takeBack() noexcept {
    for (const Piece& piece : pieces_)
        std::memset(piece.bytes.get(), kTakenBack, piece.size);
    pieces_.clear();
    // The addresses stay reserved: given to somebody else, a read of them would be seen no more.
    for (const Pages& pages : pages_) {
        ::madvise(pages.begin, pages.size, MADV_DONTNEED);
        ::mprotect(pages.begin, pages.size, PROT_NONE);
    }
    pages_.clear();
}

}  // namespace ferry::plugin_check
