#pragma once
// Scripted misbehaviour: what to do wrong on which of the next calls. Tests write rules here, the
// routes, the wire and the webhook sender ask it.

#include "base/clock.h"
#include "demo/fake_dropbox/http_message.h"

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::demo {

/// The comments say which members of Fault count. The README has the table.
enum class FaultKind : std::uint8_t {
    // Answers instead of the right one.
    UnionError,     ///< status (409), tag ("reset", "path/not_found"), text = required_scope
    BadCall,        ///< 400 plain text
    RateLimit,      ///< retry_after, as_text, number=1: seconds in the header only
    InvalidRoot,    ///< 422 with the account's own root
    ServerError,    ///< status (500), HTML body; as_json: a JSON body
    HtmlBody,       ///< 200 with HTML
    NotJson,        ///< 200, application/json, but no JSON
    InvalidClient,  ///< token endpoint
    InvalidGrant,   ///< token endpoint; text = description
    // Right answers with something odd.
    EmptyPageWithMore,  ///< no entries, has_more, a cursor that stands where it stood
    OneEntryPage,
    LimitOvershoot,     ///< number more entries than asked for (7)
    ChildBeforeParent,  ///< runs of additions reversed where that means the same
    DuplicatePage,      ///< has_more and the old cursor: the page comes again
    UnknownTag,         ///< one more entry, of an unknown kind
    UnknownFields,
    NullPaths,  ///< one more entry without paths
    MissingContentHash,
    WrongParentCase,
    TeamToken,        ///< token answer with team_id in place of account_id
    ShortExpiry,      ///< token answer that lives number seconds
    WrongState,       ///< authorize: the redirect carries another state
    LongpollBackoff,  ///< number seconds
    // The wire.
    TruncateBody,
    ResetConnection,
    NoReply,
    SlowBody,  ///< over delay
    Delay,     ///< before the answer
    Gzip,
    Chunked,
    EndlessBody,
    WrongContentType,  ///< text = the type (application/json; charset=utf-8)
    NoRequestId,
    // Webhook notices (route "webhook").
    DropNotice,
    DuplicateNotice,  ///< number more copies (1)
    WrongSignature,
    MissingSignature,
    UpperCaseSignature,
    ShortSignature,
    SpacedBody,  ///< JSON with spaces and line ends
    OnlyDelta,   ///< only delta.users
    TeamsForm,   ///< list_folder.teams beside accounts
    EmptyBody,   ///< {}
    AccountTwice,
    UnknownAccount,  ///< one more account that nobody linked
};

struct Fault {
    friend bool operator==(const Fault&, const Fault&) = default;

    FaultKind kind = FaultKind::ServerError;
    int status = 0;
    std::string tag;
    std::string text;
    std::optional<int> retry_after;  ///< seconds
    bool as_text = false;
    bool as_json = false;
    Milliseconds delay{0};
    int number = 0;
};

/// `route` is "files/list_folder", "oauth2/token", "oauth2/authorize", "webhook"; "files/*" for all
/// that begin so; several joined by "|"; "*" for all but webhooks.
struct FaultRule {
    std::string route;
    Fault fault;
    int times = 1;  ///< how many calls it lasts for
    int skip = 0;   ///< matching calls that go well first
};

/// Rules for one route take effect one after the other: one rule a call, in the order they were
/// added. Threads: any.
class Faults {
  public:
    void add(FaultRule rule);
    void clear();
    /// Rules that wait for calls.
    std::size_t waiting() const;
    /// The fault of this call to `route`, used up.
    std::optional<Fault> take(std::string_view route);

    // Short forms.
    void next(std::string route, FaultKind kind, int times = 1);
    /// For the next calls of list_folder or continue.
    void nextListing(FaultKind kind, int times = 1);
    void tokenEndpoint500(int times = 1);
    void unionError(std::string route, int status, std::string tag, int times = 1);
    void rateLimit(
        std::string route, std::optional<int> seconds, bool as_text = false, int times = 1
    );
    void serverError(std::string route, int status, int times = 1);
    void slow(std::string route, FaultKind kind, Milliseconds delay, int times = 1);
    void nextNotice(FaultKind kind, int times = 1);

  private:
    mutable std::mutex mutex_;
    std::deque<FaultRule> rules_;
};

/// "empty_page_with_more" and so on.
std::string_view faultKindName(FaultKind kind);
std::optional<FaultKind> faultKindOf(std::string_view name);

/// The whole answer, if the fault replaces it. `root_info` is the JSON of the account's root.
std::optional<Reply> replacedReply(
    const Fault& fault, std::string_view route, std::string_view root_info
);
/// What the fault does to a finished answer.
void disturb(const Fault& fault, Reply& reply);

}  // namespace ferry::demo
