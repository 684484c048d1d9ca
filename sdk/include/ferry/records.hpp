#pragma once
// Values a hook gets or gives. Every type has a constructor on purpose: g++ 12 destroys an
// aggregate temporary inside a co_await expression twice.

#include <ferry/views.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::sdk {

/// What the token endpoint gave (abi/account.h).
struct TokenSet {
    TokenSet() {}
    explicit TokenSet(const ferry_token_set& from)
        : access_token(toView(from.access_token)),
          refresh_token(toView(from.refresh_token)),
          token_type(toView(from.token_type)),
          expires_at_ms(from.expires_at_ms),
          scope(toView(from.scope)),
          account_id(toView(from.account_id)),
          extra(toView(from.extra)) {}

    std::string access_token;
    std::string refresh_token;  ///< as result of a refresh: empty keeps the old one
    std::string token_type;
    std::int64_t expires_at_ms = 0;  ///< ms since 1970 UTC; 0: never or unknown
    std::string scope;
    std::string account_id;
    std::string extra;  ///< a JSON object for the plugin's own use, or empty
};

/// Whose the tokens are (abi/account.h).
struct Identity {
    Identity() {}
    explicit Identity(std::string id) : account_id(std::move(id)) {}

    std::string account_id;     ///< the key that webhooks name the account by
    std::string label;          ///< for people
    std::string tenant;         ///< team or organisation, if any
    std::string account_state;  ///< comes back as AccountView::state()
    std::string extra;          ///< a JSON object to show to people, or empty
};

/// A code from the browser, to be changed into tokens.
struct CodeExchange {
    CodeExchange() {}
    explicit CodeExchange(const ferry_code_exchange& from)
        : code(toView(from.code)),
          redirect_uri(toView(from.redirect_uri)),
          code_verifier(toView(from.code_verifier)) {}

    std::string code;
    std::string redirect_uri;
    std::string code_verifier;  ///< PKCE; may be empty
};

enum class FetchMode : std::int32_t {
    Baseline = FERRY_FETCH_BASELINE,  ///< first listing
    Continue = FERRY_FETCH_CONTINUE,  ///< from the cursor on
    Resync = FERRY_FETCH_RESYNC,      ///< list all again
};

/// Which page is wanted.
struct FetchRequest {
    FetchRequest() {}
    explicit FetchRequest(const ferry_fetch& from)
        : mode(
              from.mode == FERRY_FETCH_BASELINE ? FetchMode::Baseline
              : from.mode == FERRY_FETCH_RESYNC ? FetchMode::Resync
                                                : FetchMode::Continue
          ),
          cursor(toView(from.cursor)),
          limit(from.limit) {}

    FetchMode mode = FetchMode::Continue;
    std::string cursor;       ///< empty only at the start of a baseline or resync
    std::uint32_t limit = 0;  ///< wanted changes a page; 0: the provider's default
};

/// One page of raw records, in the provider's order.
class Page {
  public:
    Page() {}

    /// Copies one record. `hint` (ABI 1.1) comes back in ChangesView::hint().
    void add(std::string_view raw, std::string hint = {}) {
        bytes_.append(raw);
        ends_.push_back(bytes_.size());
        if (!hint.empty()) hints_.resize(ends_.size());
        if (!hint.empty()) hints_.back() = std::move(hint);
    }
    std::size_t size() const noexcept { return ends_.size(); }
    std::string_view operator[](std::size_t index) const noexcept {
        const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
        return std::string_view(bytes_).substr(begin, ends_[index] - begin);
    }
    std::string_view hint(std::size_t index) const noexcept {
        return index < hints_.size() ? std::string_view(hints_[index]) : std::string_view();
    }

    std::string next_cursor;  ///< the position after this page; not empty
    bool has_more = false;    ///< fetch again at once
    /// Of a last page: everything is to be listed and compared now (ABI 1.1).
    bool lists_next = false;

  private:
    std::string bytes_;
    std::vector<std::size_t> ends_;
    std::vector<std::string> hints_;  // empty: there are none
};

/// "Account X changed".
struct Notice {
    Notice() {}
    explicit Notice(std::string key, std::string what = {})
        : account_key(std::move(key)), hint(std::move(what)) {}

    std::string account_key;  ///< equals Identity::account_id; empty only with a change
    std::string hint;         ///< what changed, if the provider says
    /// The record itself, if the webhook brings it (ABI 1.1): normalize() gets it, with the hint.
    std::string change;
    std::string change_id;  ///< the provider's: what comes twice is kept once; may be empty
};

enum class ObjectType : std::int32_t {
    Other = FERRY_OBJECT_OTHER,
    File = FERRY_OBJECT_FILE,
    Folder = FERRY_OBJECT_FOLDER,
};

/// State of a document or folder (abi/records.h). Views: they need to live only until the call
/// that takes the object returns.
struct Object {
    explicit Object(ObjectType object_type = ObjectType::Other) : type(object_type) {}

    ObjectType type;
    std::string_view object_id;
    std::string_view path_key;
    std::string_view path;
    std::string_view name;
    std::string_view revision;
    std::string_view content_hash;
    std::optional<std::int64_t> size;  ///< bytes
    std::optional<std::int64_t> created_ms;
    std::optional<std::int64_t> modified_ms;
    std::optional<std::int64_t> client_modified_ms;
    std::string_view modified_by;
};

enum class EventType : std::int32_t {
    Created = FERRY_EVENT_CREATED,
    Updated = FERRY_EVENT_UPDATED,
    Deleted = FERRY_EVENT_DELETED,
    Moved = FERRY_EVENT_MOVED,
    Restored = FERRY_EVENT_RESTORED,
};

/// For a provider that says itself what happened.
struct Event {
    Event() {}
    Event(EventType event_type, const Object& event_object)
        : type(event_type), object(event_object) {}

    EventType type = EventType::Updated;
    Object object;
    std::string_view previous_path;
    std::optional<std::int64_t> occurred_ms;
    std::string_view provider_event_id;
    // Of objects that are neither files nor folders (ABI 1.1).
    std::string_view object_type;  ///< "issue", ...
    std::string_view properties;   ///< a JSON object, or empty
};

namespace detail {

inline ferry_object toAbi(const Object& object) noexcept {
    ferry_object out{};
    out.struct_size = sizeof out;
    out.type = static_cast<ferry_object_type>(object.type);
    out.object_id = toStr(object.object_id);
    out.path_key = toStr(object.path_key);
    out.path = toStr(object.path);
    out.name = toStr(object.name);
    out.revision = toStr(object.revision);
    out.content_hash = toStr(object.content_hash);
    out.size = object.size.value_or(-1);
    out.created_ms = object.created_ms.value_or(FERRY_TIME_UNKNOWN);
    out.modified_ms = object.modified_ms.value_or(FERRY_TIME_UNKNOWN);
    out.client_modified_ms = object.client_modified_ms.value_or(FERRY_TIME_UNKNOWN);
    out.modified_by = toStr(object.modified_by);
    return out;
}

}  // namespace detail
}  // namespace ferry::sdk
