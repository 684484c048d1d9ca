#pragma once
// How far the polls of an account are: the text that the host keeps between two pages.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ferry::declarative {

struct PollCursor {
    /// Empty: the beginning. Throws sdk::Error CURSOR_INVALID for what is none.
    static PollCursor read(std::string_view text);
    std::string write() const;

    /// No page of a poll was read that has not ended.
    bool isBetweenPolls() const { return resource == 0 && starts == 0 && isAtStart(); }
    /// The first page of a resource is next.
    bool isAtStart() const { return page.empty() && pages == 0; }
    /// The resource is done, or begins anew: what belongs to its pages is forgotten.
    void forgetPages();

    std::size_t resource = 0;
    std::string page;            ///< what the answer before said of the next one
    bool is_url = false;         ///< `page` is the address of the next page
    std::uint64_t pages = 0;     ///< of the resource so far, in this poll
    std::uint64_t records = 0;   ///< on these pages
    std::uint64_t digest = 0;    ///< of the last of them, if pages have numbers
    std::uint64_t restarts = 0;  ///< because the provider did not know its own page any more
    std::uint64_t starts = 0;    ///< 1: the position to begin at is known
    std::int64_t began_ms = 0;   ///< when the first of these pages was asked for
    std::int64_t newest_ms = 0;  ///< of the records on these pages
    std::int64_t first_ms = 0;   ///< when the account was polled first
    std::int64_t listed_ms = 0;  ///< when everything was listed
    std::map<std::string, std::string> positions;  ///< by resource: its cursor, or a time in ms
    std::map<std::string, std::uint64_t> holds;    ///< by resource: polls that left it where it was
};

}  // namespace ferry::declarative
