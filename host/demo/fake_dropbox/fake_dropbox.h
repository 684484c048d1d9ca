#pragma once
// A Dropbox that runs here: accounts, files, cursors, OAuth, webhooks, and every hard case on
// demand. The demo, the tests and the benchmark use this one object; README.md has the tables.

#include "base/clock.h"
#include "base/result.h"
#include "demo/fake_dropbox/entry.h"
#include "demo/fake_dropbox/faults.h"
#include "demo/fake_dropbox/http_message.h"
#include "demo/fake_dropbox/notice_queue.h"
#include "demo/fake_dropbox/oauth_state.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::demo {

struct World;
class Server;
class WebhookSender;

struct FakeDropboxOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;            ///< 0: any free one
    std::string tls_certificate_file;  ///< PEM; with the key: https
    std::string tls_key_file;
    int threads = 32;                ///< connections served at a time
    bool has_control_route = false;  ///< /fake/… over HTTP, without authentication
    bool sends_by_hand = false;  ///< no sender threads: takeNotices() and noticeAnswered() instead
    std::string seed = "ferry";  ///< ids and tokens are the same for the same seed and calls
    Milliseconds longpoll_second{1000};  ///< real time a second of a longpoll's timeout takes
    WebhookPolicy webhooks;
    std::string webhook_ca_file;  ///< what https receivers are verified with; "": the system's
};

/// Threads: all functions from any thread. Account ids and app keys that are unknown give NotFound,
/// or do nothing where nothing is returned. Paths are absolute in the account's tree.
class FakeDropbox {
  public:
    /// `clock` outlives it; it gives all times but those of the webhook sender, which are real
    /// (unless `sends_by_hand`).
    FakeDropbox(FakeDropboxOptions options, const Clock& clock);
    ~FakeDropbox();
    FakeDropbox(const FakeDropbox&) = delete;
    FakeDropbox& operator=(const FakeDropbox&) = delete;

    /// Listens and sends. Errors: Unavailable (port), InvalidArgument (certificate).
    Status start();
    /// Ends everything under way; start() works again afterwards, with all state kept.
    void stop();
    /// "http://127.0.0.1:41234"; "" before start().
    std::string url() const;
    /// Answers without a socket; Reply::wire and delays are left to the caller.
    Reply handle(const Request& request);

    // Apps and accounts.

    /// Key and secret are made if empty. Returns the app as it is now.
    App addApp(App app);
    Status setWebhookUris(std::string_view app_key, std::vector<std::string> uris);
    /// Returns the account id.
    std::string addAccount(std::string_view display_name, std::string_view email);
    /// A member of a team space: home is "/<display name>" in the tree.
    std::string addTeamAccount(
        std::string_view display_name, std::string_view email, std::string_view team
    );
    /// The account's tree goes below "/<display name>", its root changes, its cursors are reset.
    Status joinTeam(std::string_view account, std::string_view team);
    void setSuspended(std::string_view account, bool is_suspended);

    // OAuth without the browser.

    /// What the user would bring back from the authorize page.
    std::string issueCode(Consent consent);
    /// True: a PKCE verifier for a code without a challenge is not only refused, but uses it up.
    void setSurplusVerifierEndsCode(bool ends_code);
    /// Links the account to the app (all scopes) and gives a refresh token; "" if either is
    /// unknown.
    std::string linkedRefreshToken(std::string_view app_key, std::string_view account);
    /// The same, and an access token.
    IssuedTokens link(std::string_view app_key, std::string_view account);
    void unlink(std::string_view app_key, std::string_view account);
    bool isLinked(std::string_view app_key, std::string_view account) const;
    void expireAccessTokens(std::string_view account);

    // Files. Each call is one change that the apps are told about.

    Result<EntryPtr> putFile(
        std::string_view account,
        std::string_view path,
        std::string content,
        const FileTraits& traits = {}
    );
    Result<EntryPtr> createFolder(std::string_view account, std::string_view path);
    Result<EntryPtr> replaceByFolder(std::string_view account, std::string_view path);
    Result<EntryPtr> move(std::string_view account, std::string_view from, std::string_view to);
    /// A move whose second half comes on another page, or only in the next drain.
    Result<EntryPtr> splitMove(
        std::string_view account, std::string_view from, std::string_view to, Break split
    );
    Result<EntryPtr> copy(std::string_view account, std::string_view from, std::string_view to);
    Result<EntryPtr> remove(std::string_view account, std::string_view path);
    Result<EntryPtr> restore(std::string_view account, std::string_view path);
    Result<EntryPtr> shareFolder(
        std::string_view account, std::string_view path, bool gives_new_ids = false
    );
    Result<EntryPtr> unshareFolder(std::string_view account, std::string_view path);
    Result<EntryPtr> setReadOnly(std::string_view account, std::string_view path, bool read_only);
    Result<EntryPtr> unmount(std::string_view account, std::string_view path);
    Result<EntryPtr> mount(std::string_view account, std::string_view shared_folder_id);
    /// Files "<folder>/file-0000000.txt" and on, as one change. For benchmarks.
    Status addManyFiles(std::string_view account, std::string_view folder, std::size_t count);

    // What cursors see.

    void setShape(std::string_view account, const DeltaShape& shape);
    /// The delta log seems to end here until releaseDelta(): a notice before its change shows.
    void holdDelta(std::string_view account);
    void releaseDelta(std::string_view account);
    /// All cursors of the account give 409 reset.
    void expireCursors(std::string_view account);
    /// Of equal list calls at the same time only the first is served, taking `list_time`.
    void limitParallelLists(bool is_limited, Milliseconds list_time);

    // The truth.

    /// Everything that happened since the account was made, in order.
    std::vector<TrueChange> journal(std::string_view account) const;
    /// What is there now, by path_lower.
    std::vector<EntryPtr> entries(std::string_view account) const;
    EntryPtr find(std::string_view account, std::string_view path) const;

    // Webhooks.

    /// Asks the URI to echo `challenge`. See verifyWebhookUri() for errors.
    Status verifyWebhook(const std::string& uri, std::string_view challenge) const;
    /// False: changes give no notices (missed notices).
    void setNoticesOn(bool is_on);
    /// A notice without a change. `times` > 1: that many separate ones (a burst).
    void notify(std::string_view app_key, std::string_view account, int times = 1);
    /// Only with `sends_by_hand`: what is due now.
    std::vector<Notice> takeNotices();
    /// Only with `sends_by_hand`: status 200 ends the notice, others put it in line again.
    void noticeAnswered(Notice notice, int status);
    NoticeCounts noticeCounts() const;

    // Faults and counters.

    Faults& faults();
    /// Calls to a route ("files/list_folder/continue", "oauth2/token") since the start.
    std::uint64_t requests(std::string_view route) const;
    std::map<std::string, std::uint64_t, std::less<>> requestCounts() const;
    /// The same by route and status: "oauth2/token 200".
    std::map<std::string, std::uint64_t, std::less<>> statusCounts() const;

  private:
    using Change = std::function<Result<EntryPtr>(class AccountTree&)>;
    Result<EntryPtr> change(std::string_view account, const Change& change);
    std::string makeAccount(std::string_view display_name, std::string_view email);

    const FakeDropboxOptions options_;
    SystemClock real_clock_;
    std::unique_ptr<World> world_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<WebhookSender> sender_;
};

}  // namespace ferry::demo
