#pragma once
// What crosses the plugin boundary, as plain values of the host: already copied and checked (size,
// UTF-8, ranges). No file outside of this folder sees a type of the ABI.

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ferry::plugin {

/// For whom and how long a call is made. A new one for each call.
struct CallInfo {
    TimePoint now;         ///< wall clock; the only clock a plugin sees
    std::string account;   ///< name of the instance, for messages; may be empty
    std::string trace_id;  ///< follows a change through the hub; may be empty
    /// When the result is worth nothing any more.
    std::optional<std::chrono::steady_clock::time_point> deadline;
    std::stop_token stop;  ///< requested: the result is no longer wanted
};

struct Field {
    std::string name;
    std::string value;
};
using Fields = std::vector<Field>;

/// What the hub keeps of an account. The configuration may hold secrets: never print it.
struct Account {
    std::string account_id;     ///< from Identity; empty before the account was verified
    std::string account_state;  ///< from Identity; opaque
    Fields configuration;       ///< parameters of the manifest, as text
    Fields base_urls;           ///< by name, without a slash at the end
};

struct TokenSet {
    Secret access_token;
    Secret refresh_token;  ///< after a refresh: empty = keep the old one
    std::string token_type;
    std::optional<TimePoint> expires_at;  ///< nullopt: never or unknown
    std::string scope;
    std::string account_id;  ///< if the token endpoint named the account
    Secret extra;            ///< a JSON object for the plugin's own use, or empty
};

struct AuthorizeRequest {
    std::string redirect_uri;
    std::string state;
    std::vector<std::string> scopes;
    std::string code_challenge;  ///< PKCE S256; empty: without
    Fields extras;
};

struct CodeExchange {
    Secret code;
    std::string redirect_uri;
    Secret code_verifier;
};

/// Whose the tokens are. `account_id` is the key that webhooks name the account by.
struct Identity {
    std::string account_id;
    std::string label;
    std::string tenant;
    std::string account_state;
    std::string extra;  ///< a JSON object to show, or empty
};

enum class TransportError : std::uint8_t {
    None,
    Dns,
    Connect,
    Tls,
    Timeout,
    Reset,
    TooLarge,
    RefusedByPolicy
};

/// What a plugin wants sent. The URL is http or https, and nothing in it or in the headers has
/// control characters. Holds tokens: never print it.
struct HttpRequest {
    std::string method;
    std::string url;
    Fields headers;
    std::string body;
    std::optional<std::chrono::milliseconds> timeout;  ///< nullopt: the host's default
    std::optional<std::int64_t> response_bytes_max;    ///< nullopt: the host's default
    bool streams_answer = false;  ///< a 2xx body is the result, and not for the plugin
};

/// The answer; status 0 means that there is none and `transport_error` says why.
struct HttpResponse {
    int status = 0;
    TransportError transport_error = TransportError::None;
    Fields headers;  ///< names in lower case
    std::string body;
    bool is_body_streamed = false;  ///< it is not in `body`, but goes on as asked
};

/// A field that somebody else holds.
struct FieldView {
    std::string_view name;
    std::string_view value;
};

/// A webhook as it came in; header names in lower case, query and body untouched. Looks at texts
/// that must outlive it: three hooks see each webhook, and a copy for each would cost more than
/// what they do.
struct WebhookRequest {
    std::string_view method;
    std::string_view path;
    std::string_view query;
    std::vector<FieldView> headers;
    std::string_view body;
};

struct WebhookReply {
    int status = 200;
    Fields headers;
    std::string body;
};

/// "The account with this key changed."
struct Notice {
    std::string account_key;  ///< empty only with a change
    std::string hint;
    std::string change;     ///< the record itself, if the webhook brings it
    std::string change_id;  ///< the provider's
};

enum class FetchMode : std::uint8_t { Baseline, Continue, Resync };

struct FetchRequest {
    FetchMode mode = FetchMode::Continue;
    std::string cursor;       ///< empty only at the start of a baseline or resync
    std::uint32_t limit = 0;  ///< wanted changes a page; 0: the provider's default
};

/// Raw records in the provider's order, and the position after them.
struct Page {
    std::vector<std::string> changes;
    std::string next_cursor;
    bool has_more = false;
    std::vector<std::string> hints{};  ///< of the changes; empty: there are none
    bool lists_next = false;           ///< everything is to be listed and compared now
};

enum class ObjectType : std::uint8_t { Other, File, Folder };

/// State of a document or folder; empty text: unknown.
struct Object {
    ObjectType type = ObjectType::Other;
    std::string object_id;
    std::string path_key;  ///< canonical, to compare by
    std::string path;      ///< to show
    std::string name;
    std::string revision;
    std::string content_hash;
    std::optional<std::int64_t> size;  ///< bytes
    std::optional<TimePoint> created;
    std::optional<TimePoint> modified;
    std::optional<TimePoint> client_modified;
    std::string modified_by;
};

/// A webhook that is registered at the provider.
struct Registration {
    Secret state;                         ///< opaque; to renew and remove it by
    std::optional<TimePoint> expires_at;  ///< nullopt: never
    Secret secret;  ///< that the provider signs with from now on; empty: as before
};

struct Subscribe {
    std::string callback_url;
    Secret secret;
    std::string nonce;
    Secret state;  ///< of the registration that is there; empty: none
};

/// Which file or folder is meant: by id or by path; neither is the top folder.
struct DocumentRef {
    std::string object_id;
    std::string path;
};

struct DocumentList {
    DocumentRef folder;
    std::string cursor;       ///< empty: the first page
    std::uint32_t limit = 0;  ///< 0: the provider's default
};

struct DocumentSearch {
    DocumentRef folder;
    std::string text;
    std::string cursor;
    std::uint32_t limit = 0;
};

struct DocumentDownload {
    DocumentRef file;
    std::string range;  ///< of a Range header; empty: all
};

struct DocumentRevisions {
    DocumentRef file;
    std::string cursor;
    std::uint32_t limit = 0;
};

struct Storage {
    std::int64_t used = 0;              ///< bytes
    std::optional<std::int64_t> total;  ///< bytes; nullopt: unknown, or without a limit
};

struct Link {
    std::string url;
    std::optional<TimePoint> expires_at;
};

/// What metadata gives.
struct Document {
    Object object;
};

struct DocumentPage {
    std::vector<Object> objects;
    std::string next_cursor;  ///< empty: that was all
};

/// What download gives besides the streamed body.
struct Download {
    Object object;
};

enum class IndexAction : std::uint8_t { Ignore, UpsertFile, UpsertFolder, Remove, UpsertOther };

/// How the change at `change_index` alters the object index.
struct IndexOp {
    std::uint32_t change_index = 0;
    IndexAction action = IndexAction::Ignore;
    bool replaces_children = false;  ///< what else was at path_key, and all below it, is gone
    Object object;                   ///< upserts have an object_id; Remove an id or a path_key
    bool existed = false;            ///< it is older than the index
    std::string object_type{};       ///< of an object that is neither file nor folder
    std::string properties{};        ///< further members of the object: a JSON object, or empty
};

enum class EventType : std::uint8_t { Created, Updated, Deleted, Moved, Restored };

/// From a provider that says itself what happened.
struct ProviderEvent {
    std::uint32_t change_index = 0;
    EventType type = EventType::Updated;
    Object object;
    std::string previous_path;
    std::optional<TimePoint> occurred;
    std::string provider_event_id;  ///< the same id is the same event; empty: unknown
    std::string object_type;        ///< of an object that is neither file nor folder; may be empty
    std::string properties;         ///< further members of the object: a JSON object, or empty
};

/// A change that the plugin could not understand.
struct Reject {
    std::uint32_t change_index = 0;
    Error error;
};

using Normalized = std::variant<IndexOp, ProviderEvent, Reject>;

}  // namespace ferry::plugin
