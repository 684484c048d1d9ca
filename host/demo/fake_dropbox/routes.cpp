#include "demo/fake_dropbox/routes.h"

#include "demo/fake_dropbox/path_names.h"

#include <array>

namespace ferry::demo {
namespace {

constexpr std::array<Route, 20> kRoutes = {{
    {"files/list_folder", RouteStyle::Rpc, RouteAuth::User, "files.metadata.read", listFolder},
    {"files/list_folder/continue",
     RouteStyle::Rpc,
     RouteAuth::User,
     "files.metadata.read",
     listFolderContinue},
    {"files/list_folder/get_latest_cursor",
     RouteStyle::Rpc,
     RouteAuth::User,
     "files.metadata.read",
     getLatestCursor},
    {"files/search_v2", RouteStyle::Rpc, RouteAuth::User, "files.metadata.read", searchFiles},
    {"files/search/continue_v2",
     RouteStyle::Rpc,
     RouteAuth::User,
     "files.metadata.read",
     searchContinue},
    {"files/list_folder/longpoll", RouteStyle::Rpc, RouteAuth::None, "", longpoll},
    {"files/list_revisions",
     RouteStyle::Rpc,
     RouteAuth::User,
     "files.metadata.read",
     listRevisions},
    {"files/get_metadata", RouteStyle::Rpc, RouteAuth::User, "files.metadata.read", getMetadata},
    {"files/create_folder_v2",
     RouteStyle::Rpc,
     RouteAuth::User,
     "files.content.write",
     createFolder},
    {"files/delete_v2", RouteStyle::Rpc, RouteAuth::User, "files.content.write", deleteEntry},
    {"files/move_v2", RouteStyle::Rpc, RouteAuth::User, "files.content.write", moveEntry},
    {"files/copy_v2", RouteStyle::Rpc, RouteAuth::User, "files.content.write", copyEntry},
    {"files/upload", RouteStyle::Content, RouteAuth::User, "files.content.write", upload},
    {"files/download", RouteStyle::Content, RouteAuth::User, "files.content.read", download},
    {"files/get_temporary_link",
     RouteStyle::Rpc,
     RouteAuth::User,
     "files.content.read",
     getTemporaryLink},
    {"users/get_current_account",
     RouteStyle::Rpc,
     RouteAuth::User,
     "account_info.read",
     getCurrentAccount},
    {"users/get_space_usage", RouteStyle::Rpc, RouteAuth::User, "account_info.read", getSpaceUsage},
    {"check/user", RouteStyle::Rpc, RouteAuth::User, "account_info.read", checkUser},
    {"check/app", RouteStyle::Rpc, RouteAuth::App, "", checkApp},
    {"auth/token/revoke", RouteStyle::Rpc, RouteAuth::User, "", revokeToken},
}};

}  // namespace

std::span<const Route> routeTable() {
    return kRoutes;
}

ResolvedPath resolvePath(Call& call, std::string_view argument, std::string_view union_prefix) {
    const auto lookupError = [&](std::string_view tag) {
        return ResolvedPath{{}, unionError(409, std::string(union_prefix).append("/").append(tag))};
    };
    if (argument.substr(0, 3) == "id:") {
        const EntryPtr entry = call.account->tree.findById(argument);
        if (!entry || !isAtOrBelow(entry->path_lower, call.base.lower)) {
            return lookupError("not_found");
        }
        return {entry->path_display, std::nullopt};
    }
    std::string display = call.base.display;
    if (argument.substr(0, 3) == "ns:") {
        const std::string_view ns = argument.substr(3, argument.find('/') - 3);
        const auto base = call.world.findBase(*call.account, *call.app, ns);
        if (!base) return lookupError("not_found");
        display = base->display;
        argument.remove_prefix(std::min(argument.size(), 3 + ns.size()));
    }
    if (const auto problem = pathProblem(argument)) {
        if (*problem == "malformed_path") return lookupError("malformed_path");
        return {{}, badCall(call.route, "request body: path: " + *problem)};
    }
    return {display.append(argument), std::nullopt};
}

}  // namespace ferry::demo
