#pragma once
// What changed: files/list_folder and its continuation, one page an operation. Baseline and resync
// begin with list_folder; everything else goes on from a cursor.

#include <ferry/sdk.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace ferry::dropbox {

/// The cursor that the host keeps: Dropbox's own, with what it was made for. So a changed
/// `dropbox.path`, a changed `dropbox.path.root` and a new root namespace show, and a listing goes
/// on under the root that it began with, without any help of the host.
struct Position {
    /// Written as "1;<root>;<configured_root>;<folder>;<cursor>".
    std::string text() const;
    /// nullopt if `text` is not of this form.
    static std::optional<Position> parse(std::string_view text);

    std::string root;             ///< namespace the cursor is relative to; empty: the own folder
    std::string configured_root;  ///< configuredRoot() when the listing began
    std::string folder;           ///< fingerprint of dropbox.path
    std::string cursor;  ///< Dropbox's; empty: the watched folder is gone, and may come back
};

/// Throws Error: CURSOR_INVALID asks for a resync, which then picks up what changed by itself.
sdk::Task<sdk::Page> fetch(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::FetchRequest& request
);

/// The position "now", by files/list_folder/get_latest_cursor.
sdk::Task<std::string> initialCursor(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
);

}  // namespace ferry::dropbox
