#pragma once
// The API's routes as one table, and what a route's function is given. One .cpp a concern:
// routes_list, routes_search, routes_change, routes_content, routes_account, routes_longpoll,
// oauth_pages.

#include "base/json_writer.h"
#include "demo/fake_dropbox/arguments.h"
#include "demo/fake_dropbox/http_message.h"
#include "demo/fake_dropbox/metadata_json.h"
#include "demo/fake_dropbox/replies.h"
#include "demo/fake_dropbox/world.h"

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ferry::demo {

/// Where the argument is: in the body, or in the header Dropbox-API-Arg.
enum class RouteStyle : std::uint8_t { Rpc, Content };
enum class RouteAuth : std::uint8_t { User, App, None };

/// One call under way. `lock` holds the world's mutex; a route may let go of it.
struct Call {
    World& world;
    std::unique_lock<std::mutex>& lock;
    const Request& request;
    std::string_view route;
    Arguments& args;
    App* app = nullptr;          ///< set for RouteAuth::User and App
    Account* account = nullptr;  ///< set for RouteAuth::User
    std::string access_token;
    Base base;
    std::optional<Fault> fault;  ///< one that changes the answer's content

    bool hasFault(FaultKind kind) const { return fault && fault->kind == kind; }
    EntryView view() const {
        EntryView entry_view;
        entry_view.base_lower_bytes = base.lower.size();
        entry_view.base_display_bytes = base.display.size();
        return entry_view;
    }
};

struct Route {
    std::string_view name;
    RouteStyle style;
    RouteAuth auth;
    std::string_view scope;
    Reply (*handler)(Call&);
};

std::span<const Route> routeTable();

/// Answers any request: /2/..., /oauth2/..., /fake/..., temporary links.
Reply answer(World& world, const Request& request);

/// A path argument ("", "/a", "id:…", "ns:1/a") as an absolute path, or the finished error.
/// `union_prefix` is put before LookupError tags ("path").
struct ResolvedPath {
    std::string path;
    std::optional<Reply> error;
};
ResolvedPath resolvePath(Call& call, std::string_view argument, std::string_view union_prefix);

Reply listFolder(Call& call);
Reply listFolderContinue(Call& call);
Reply getLatestCursor(Call& call);
Reply searchFiles(Call& call);
Reply searchContinue(Call& call);
Reply longpoll(Call& call);
Reply listRevisions(Call& call);
Reply getMetadata(Call& call);
Reply createFolder(Call& call);
Reply deleteEntry(Call& call);
Reply moveEntry(Call& call);
Reply copyEntry(Call& call);
Reply upload(Call& call);
Reply download(Call& call);
Reply getTemporaryLink(Call& call);
Reply getCurrentAccount(Call& call);
Reply getSpaceUsage(Call& call);
Reply checkUser(Call& call);
Reply checkApp(Call& call);
Reply revokeToken(Call& call);

/// The authorize page (GET), its form (POST), and the token endpoint.
Reply authorizePage(World& world, const Request& request);
Reply tokenEndpoint(World& world, const Request& request);
/// Applies TeamToken and ShortExpiry to a successful token answer.
void changeTokenAnswer(World& world, const Fault& fault, Reply& reply);

/// Where temporary links lead, and what is there: the content, for who has the link in time.
inline constexpr std::string_view kLinkPrefix = "/cd/0/get/";
Reply followLink(World& world, const Request& request);

/// Key and secret from "Authorization: Basic", "" if there is none.
struct ClientCredentials {
    std::string key;
    std::string secret;
};
ClientCredentials basicCredentials(const Request& request);

/// /fake/…: only if the control route was switched on.
Reply controlRoute(World& world, const Request& request);

}  // namespace ferry::demo
