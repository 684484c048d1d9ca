#pragma once
// The host's end of a ferry_sink: takes what a hook gives, checks it, and keeps it until the hook
// has returned.

#include "plugin/records.h"

#include <ferry/abi/sink.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::plugin {

class AbiReader;

/// Which outputs belong to a hook; a set of bits.
enum class Output : std::uint32_t {
    Nothing = 0,
    HttpRequest = 1 << 0,
    Text = 1 << 1,
    TokenSet = 1 << 2,
    Identity = 1 << 3,
    Change = 1 << 4,
    Page = 1 << 5,
    Notice = 1 << 6,
    Reply = 1 << 7,
    Normalization = 1 << 8,
    Object = 1 << 9,
    ObjectsEnd = 1 << 10,
    StreamedAnswer = 1 << 11,  ///< a request may ask for its answer to be streamed
    Storage = 1 << 12,
    Link = 1 << 13,
    Registration = 1 << 14,
};
constexpr Output operator|(Output a, Output b) {
    return static_cast<Output>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr bool contains(Output set, Output one) {
    return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(one)) != 0;
}

/// Stays where it is: the plugin has its address during a call. One thread at a time.
class OutputSink {
  public:
    /// `change_count`: how many changes normalize was given.
    explicit OutputSink(Output allowed, std::size_t change_count = 0);
    OutputSink(const OutputSink&) = delete;
    OutputSink& operator=(const OutputSink&) = delete;

    const ferry_sink* abi() const noexcept { return &sink_; }
    /// The first thing that was refused, empty if nothing was.
    const std::string& problem() const noexcept { return problem_; }

    // What was given, by the kind of output.
    std::optional<HttpRequest> request;
    std::optional<std::string> text;
    std::optional<TokenSet> tokens;
    std::optional<Identity> identity;
    Page page;  ///< complete if has_page
    bool has_page = false;
    std::vector<Notice> notices;
    std::optional<WebhookReply> reply;
    std::vector<Normalized> normalized;  ///< in the order of the changes
    std::size_t changes_met = 0;         ///< how many changes have an item in `normalized`
    std::vector<Object> objects;
    std::optional<std::string> next_cursor;  ///< set: the objects are complete
    std::optional<Storage> storage;
    std::optional<Link> link;
    std::optional<Registration> registration;

  private:
    template <Output kOutput, typename Read>
    static ferry_status accept(const ferry_sink* sink, Read read) noexcept;
    ferry_status refuse(ferry_status status, std::string_view what) noexcept;

    void readChange(AbiReader& reader, const ferry_change* change);
    void readObject(AbiReader& reader, const ferry_object* from);
    void readPage(AbiReader& reader, const ferry_page* from);
    template <typename Item, typename Read, typename... Arguments>
    void keep(AbiReader& reader, Read read, Arguments&&... arguments);

    // One for each slot of ferry_sink.
    static ferry_status onHttpRequest(const ferry_sink*, const ferry_http_request*) noexcept;
    static ferry_status onText(const ferry_sink*, ferry_str) noexcept;
    static ferry_status onTokenSet(const ferry_sink*, const ferry_token_set*) noexcept;
    static ferry_status onIdentity(const ferry_sink*, const ferry_identity*) noexcept;
    static ferry_status onChange(const ferry_sink*, const ferry_change*) noexcept;
    static ferry_status onPage(const ferry_sink*, const ferry_page*) noexcept;
    static ferry_status onNotice(const ferry_sink*, const ferry_notice*) noexcept;
    static ferry_status onReply(const ferry_sink*, const ferry_webhook_reply*) noexcept;
    static ferry_status onIndexOp(const ferry_sink*, const ferry_index_op*) noexcept;
    static ferry_status onEvent(const ferry_sink*, const ferry_event*) noexcept;
    static ferry_status onReject(const ferry_sink*, const ferry_reject*) noexcept;
    static ferry_status onObject(const ferry_sink*, const ferry_object*) noexcept;
    static ferry_status onObjectsEnd(const ferry_sink*, ferry_str) noexcept;
    static ferry_status onStorage(const ferry_sink*, const ferry_storage*) noexcept;
    static ferry_status onLink(const ferry_sink*, const ferry_link*) noexcept;
    static ferry_status onSubscription(const ferry_sink*, const ferry_subscription*) noexcept;

    Output allowed_;
    std::size_t change_count_;
    std::uint32_t last_change_index_ = 0;
    std::size_t page_bytes_ = 0;
    std::string problem_;
    ferry_sink sink_{};
};

}  // namespace ferry::plugin
