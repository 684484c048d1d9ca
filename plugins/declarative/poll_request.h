#pragma once
// One kind of request of a poll: its template, and where its answer has the records, the next page
// and the cursor.

#include "account_sources.h"
#include "json.h"
#include "poll_cursor.h"
#include "program.h"
#include "request_template.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// What the templates of a request look at: the account, and how far the poll is.
class PollSources final : public AccountSources {
  public:
    /// All of it outlives this.
    PollSources(
        const sdk::AccountView& account,
        std::string_view access_token,
        const PollCursor& cursor,
        std::string_view position,
        std::int64_t since_ms
    )
        : AccountSources(account, access_token),
          cursor_(cursor),
          position_(position),
          since_ms_(since_ms) {}

    Value word(std::string_view name, Scratch& scratch) const override;
    /// Pages are counted from here.
    std::uint64_t first_page = 1;

  private:
    const PollCursor& cursor_;
    std::string_view position_;
    std::int64_t since_ms_;
};

/// An answer of the provider.
class AnswerSources final : public Sources {
  public:
    AnswerSources(const sdk::HttpResponse& response, const rapidjson::Value& body)
        : response_(response), body_(body) {}

    Value path(const Pointer& pointer, Scratch& scratch) const override {
        return valueAt(body_, pointer, scratch);
    }
    /// "header:name", or "link:relation" of the header Link (RFC 8288).
    Value outside(std::string_view key, Scratch& scratch) const override;

  private:
    const sdk::HttpResponse& response_;
    const rapidjson::Value& body_;
};

/// What a page had.
struct PageShown {
    std::size_t count = 0;     ///< of its records
    std::uint64_t digest = 0;  ///< of their bytes, if pages have numbers
};

/// Immutable; any thread.
class PollRequest {
  public:
    /// Throws sdk::Error INVALID.
    explicit PollRequest(const rapidjson::Value& settings);

    /// Throws sdk::Error INVALID if a value is missing that the address needs.
    sdk::Request make(PollSources& sources, const PollCursor& cursor) const;

    const Pointer& records() const noexcept { return records_; }
    /// True if an answer without a list of records says so that there are none.
    bool isEmpty(const AnswerSources& answer) const;
    PageShown shown(std::size_t count, const std::vector<std::string_view>& records) const;
    /// Moves `cursor` to the page after the one that was `shown`; false: that was the last. Throws
    /// sdk::Error MALFORMED if it is the same again, or if there is no end of pages.
    bool turnPage(PollCursor& cursor, const AnswerSources& answer, const PageShown& shown) const;
    bool isNumbered() const noexcept { return page_size_ > 0; }
    /// True if `status` says that the page before, though it was full, was the last.
    bool isPastEnd(int status, const PollCursor& cursor) const;
    /// The position that the answer names; empty: none.
    std::string position(const AnswerSources& answer) const;

  private:
    RequestTemplate request_;
    Pointer records_;
    bool has_empty_ = false;
    Condition empty_;
    Expression next_url_;
    Expression next_page_;
    std::uint64_t page_size_ = 0;
    std::uint64_t first_page_ = 1;
    std::vector<int> past_end_;  ///< statuses of a numbered page that is not there
    Expression cursor_;
};

}  // namespace ferry::declarative
