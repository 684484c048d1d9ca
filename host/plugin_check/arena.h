#pragma once
// Memory that is lent to a plugin for one call: each piece ends where the next page can't be
// touched, and none of it can be touched any more once it was taken back.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace ferry::plugin_check {

enum class Placement : std::uint8_t {
    Heap,            ///< fast; a piece is an allocation of its own, so that sanitizers see it
    Guarded,         ///< pages of its own with an unmapped page behind the last byte
    GuardedRecords,  ///< texts on the heap, all else guarded
};

/// One thread, the one that makes the call.
class Arena {
  public:
    explicit Arena(Placement placement) : placement_(placement) {}
    /// Takes everything back.
    ~Arena() { takeBack(); }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Room for `size` bytes, zeroed. If guarded, its last byte is the last one that may be read,
    /// as long as `size` is a multiple of `alignment`.
    void* place(std::size_t size, std::size_t alignment);
    /// A copy of `text`. With Guarded an empty one lies at the guard: nothing of it can be read.
    const char* copy(std::string_view text);

    /// Makes all of it read-only (Guarded only).
    void protect();
    /// Overwrites all of it and, with Guarded, makes it unreadable for the rest of the process.
    void takeBack() noexcept;

  private:
    void* placeOnHeap(std::size_t size);
    void* placeAtGuard(std::size_t size, std::size_t alignment);

    struct Pages {
        void* begin;
        std::size_t size;  ///< without the guard
    };
    struct Piece {
        std::unique_ptr<char[]> bytes;
        std::size_t size;
    };

    Placement placement_;
    std::vector<Pages> pages_;
    std::vector<Piece> pieces_;
};

}  // namespace ferry::plugin_check
