#pragma once
// What a cursor means, and its opaque text. The text carries everything, signed, so that the fake
// keeps no table of cursors however many are handed out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::demo {

/// Where a cursor stands: still in the first listing (live entries, then tombstones), or in the
/// delta log.
enum class CursorPhase : std::uint8_t { Live, Tombstones, Delta };

struct CursorState {
    std::string app_key;
    std::string account_id;
    std::string namespace_id;  ///< what paths are relative to
    std::string folder;        ///< path_lower relative to the namespace; "" for all of it
    bool recursive = false;
    bool include_deleted = false;
    bool include_mounted_folders = true;
    bool include_non_downloadable_files = true;
    std::uint32_t limit = 500;  ///< entries a page, 1 to 2000
    CursorPhase phase = CursorPhase::Live;
    std::uint64_t position = 0;  ///< next index in the delta log (also during the first listing)
    std::string last;            ///< first listing: the absolute key of the last entry shown
    std::uint64_t epoch = 0;     ///< Account::cursor_epoch when it was made; an older one is reset
    std::uint64_t serial = 0;    ///< makes each text different

    friend bool operator==(const CursorState&, const CursorState&) = default;
};

/// "AA" and base64url. `key` signs it.
std::string encodeCursor(const CursorState& state, std::string_view key);

/// nullopt for everything that encodeCursor() with the same key did not write.
std::optional<CursorState> decodeCursor(std::string_view text, std::string_view key);

}  // namespace ferry::demo
