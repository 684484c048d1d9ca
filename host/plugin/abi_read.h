#pragma once
// From records of the ABI to values of the host: every size, text and range is checked before
// anything is kept.

#include "plugin/records.h"

#include <ferry/ferry.h>

#include <optional>
#include <string>
#include <string_view>

namespace ferry::plugin {

/// Reads records and remembers the first thing that was wrong. A record counts only if ok() is
/// still true after its last field. One thread.
class AbiReader {
  public:
    bool ok() const noexcept { return status_ == FERRY_OK; }
    /// MALFORMED or LIMIT.
    ferry_status status() const noexcept { return status_; }
    /// Which field broke which rule.
    const std::string& problem() const noexcept { return problem_; }
    void wrong(ferry_status status, std::string_view field, std::string_view what);

    /// UTF-8 of at most `bytes_max` bytes, without NUL.
    std::string text(ferry_str from, std::string_view field, std::size_t bytes_max);
    /// The same, put into `into`, which is empty. Most texts of most records are: those cost no
    /// call.
    void text(ferry_str from, std::string_view field, std::size_t bytes_max, std::string& into) {
        if (from.size > 0) someText(from, field, bytes_max, into);
    }
    /// The same, and not empty.
    std::string requiredText(ferry_str from, std::string_view field, std::size_t bytes_max);
    /// Any bytes.
    std::string bytes(ferry_bytes from, std::string_view field, std::size_t bytes_max);
    /// Names and values as HTTP allows them: nothing can be smuggled into a header block.
    Fields headers(ferry_fields from);
    std::optional<TimePoint> time(std::int64_t ms, std::string_view field);

    HttpRequest httpRequest(const ferry_http_request* from);
    WebhookReply webhookReply(const ferry_webhook_reply* from);
    TokenSet tokenSet(const ferry_token_set* from);
    Identity identity(const ferry_identity* from);
    Notice notice(const ferry_notice* from);
    Object object(const ferry_object* from);
    Registration registration(const ferry_subscription* from);
    Storage storage(const ferry_storage* from);
    Link link(const ferry_link* from);
    // What normalize gives comes by the thousand, and has a dozen texts each: read where it stays,
    // into what is as it was made.
    void object(const ferry_object* from, Object& object);
    void indexOp(const ferry_index_op* from, std::size_t change_count, IndexOp& op);
    void event(const ferry_event* from, std::size_t change_count, ProviderEvent& event);
    void reject(const ferry_reject* from, std::size_t change_count, Reject& reject);

  private:
    void someText(ferry_str from, std::string_view field, std::size_t bytes_max, std::string& into);
    std::uint32_t changeIndex(std::uint32_t index, std::size_t change_count);
    bool require(bool is_complete, std::string_view record);

    ferry_status status_ = FERRY_OK;
    std::string problem_;
};

}  // namespace ferry::plugin
