#include "base/encoding.h"
#include "demo/fake_dropbox/routes.h"

#include <algorithm>

// From a request to its route: argument, client or user authentication, scope, path root, faults.

namespace ferry::demo {
namespace {

constexpr std::string_view kApiPrefix = "/2/";

Reply withRequestId(World& world, Reply reply) {
    const std::lock_guard lock(world.mutex);
    reply.headers.emplace_back("X-Dropbox-Request-Id", hexEncode(world.ids.token(16)));
    return reply;
}

std::string argumentOf(const Route& route, const Request& request) {
    if (route.style == RouteStyle::Rpc) return request.body;
    const std::string header = request.header("Dropbox-API-Arg");
    return header.empty() ? parseForm(request.query)["arg"] : header;
}

/// Why the Content-Type does not fit, or "".
std::string contentTypeProblem(const Route& route, const Request& request) {
    const std::string type = request.header("Content-Type");
    if (route.style == RouteStyle::Content) {
        const bool ok = type.empty() || type.starts_with("application/octet-stream") ||
                        type.starts_with("text/plain; charset=dropbox-cors-hack");
        return ok ? ""
                  : "Bad HTTP \"Content-Type\" header: \"" + type +
                        "\". Expecting \"application/octet-stream\".";
    }
    const bool ok = type.starts_with("application/json") ||
                    type.starts_with("text/plain; charset=dropbox-cors-hack") ||
                    (type.empty() && request.body.empty());
    return ok ? ""
              : "Bad HTTP \"Content-Type\" header: \"" + type +
                    "\". Expecting one of \"application/json\".";
}

/// Finds the caller. A reply means refusal.
std::optional<Reply> authenticateUser(Call& call, const Route& route) {
    const std::string header = call.request.header("Authorization");
    constexpr std::string_view kBearer = "Bearer ";
    if (!header.starts_with(kBearer)) {
        return badCall(call.route, "Must provide HTTP header \"Authorization\" or URL parameter.");
    }
    call.access_token = header.substr(kBearer.size());
    switch (call.world.oauth.check(call.access_token)) {
        case TokenState::Invalid:
            return unionError(401, "invalid_access_token");
        case TokenState::Expired:
            return unionError(401, "expired_access_token");
        case TokenState::Valid:
            break;
    }
    const AccessToken& token = *call.world.oauth.find(call.access_token);
    call.app = call.world.oauth.findApp(token.grant->app_key);
    call.account = call.world.findAccount(token.grant->account_id);
    if (call.app == nullptr || call.account == nullptr) {
        return unionError(401, "invalid_access_token");
    }
    if (call.account->is_suspended) return unionError(401, "user_suspended");
    const auto& scopes = token.scopes;
    if (!route.scope.empty() &&
        std::find(scopes.begin(), scopes.end(), route.scope) == scopes.end()) {
        return unionError(401, "missing_scope", route.scope);
    }
    return std::nullopt;
}

std::optional<Reply> authenticateApp(Call& call) {
    const ClientCredentials client = basicCredentials(call.request);
    call.app = call.world.oauth.findApp(client.key);
    if (call.app == nullptr || call.app->secret != client.secret) {
        return badCall(call.route, "Invalid app key or secret in the \"Authorization\" header.");
    }
    return std::nullopt;
}

/// Reads Dropbox-API-Path-Root into `call.base`.
std::optional<Reply> applyPathRoot(Call& call) {
    Account& account = *call.account;
    std::string ns = account.home_namespace;
    if (const std::string header = call.request.header("Dropbox-API-Path-Root"); !header.empty()) {
        Arguments root(header);
        const std::string tag = root.text(".tag");
        if (tag == "root") {
            ns = root.requiredText("root");
            if (ns != account.root_namespace) {
                Fault fault;
                fault.kind = FaultKind::InvalidRoot;
                return replacedReply(fault, call.route, rootInfoJson(account));
            }
        } else if (tag == "namespace_id") {
            ns = root.requiredText("namespace_id");
        } else if (tag != "home") {
            root.addProblem("unknown tag");
        }
        if (!root.problem().empty()) {
            return badCall(call.route, "HTTP header \"Dropbox-API-Path-Root\": " + root.problem());
        }
    }
    const auto base = call.world.findBase(account, *call.app, ns);
    if (!base) return unionError(422, "no_permission");
    call.base = *base;
    return std::nullopt;
}

std::optional<Reply> authenticate(Call& call, const Route& route) {
    switch (route.auth) {
        case RouteAuth::None:
            if (call.request.header("Authorization").empty()) return std::nullopt;
            return badCall(call.route, "This route must be called without authorization.");
        case RouteAuth::App:
            return authenticateApp(call);
        case RouteAuth::User:
            break;
    }
    if (auto refusal = authenticateUser(call, route)) return refusal;
    return applyPathRoot(call);
}

Reply callRoute(
    World& world, const Request& request, const Route& route, std::optional<Fault> fault
) {
    Arguments args(argumentOf(route, request));
    std::unique_lock lock(world.mutex);
    Call call{world, lock, request, route.name, args, nullptr, nullptr, {}, {}, std::move(fault)};
    if (auto refusal = authenticate(call, route)) return *refusal;
    if (call.fault) {
        const std::string root = call.account ? rootInfoJson(*call.account) : "null";
        if (auto scripted = replacedReply(*call.fault, route.name, root)) return *scripted;
    }
    if (const std::string problem = contentTypeProblem(route, request); !problem.empty()) {
        return badCall(route.name, problem);
    }
    if (!args.problem().empty()) return badCall(route.name, "request body: " + args.problem());
    return route.handler(call);
}

Reply answerApi(World& world, const Request& request) {
    const std::string_view name = std::string_view(request.path).substr(kApiPrefix.size());
    const auto table = routeTable();
    const auto route = std::find_if(table.begin(), table.end(), [&](const Route& candidate) {
        return candidate.name == name;
    });
    if (route == table.end() || request.method != "POST") {
        return withRequestId(
            world, textReply(404, "Unknown API function: \"" + std::string(name) + "\"")
        );
    }
    const std::optional<Fault> fault = world.faults.take(name);
    Reply reply = withRequestId(world, callRoute(world, request, *route, fault));
    if (fault) disturb(*fault, reply);
    return reply;
}

Reply answerOAuth(World& world, const Request& request, std::string_view name) {
    const std::optional<Fault> fault =
        name == "oauth2/token" ? world.faults.take(name) : std::nullopt;
    Reply reply;
    if (auto scripted = fault ? replacedReply(*fault, name, "null") : std::nullopt) {
        reply = std::move(*scripted);
    } else {
        reply =
            name == "oauth2/token" ? tokenEndpoint(world, request) : authorizePage(world, request);
        if (fault) changeTokenAnswer(world, *fault, reply);
    }
    reply = withRequestId(world, std::move(reply));
    if (fault) disturb(*fault, reply);
    return reply;
}

/// What counters and faults call the request; "" for unknown paths.
std::string_view routeNameOf(std::string_view path) {
    if (path.starts_with(kApiPrefix)) return path.substr(kApiPrefix.size());
    if (path == "/oauth2/token" || path == "/1/oauth2/token") return "oauth2/token";
    if (path == "/oauth2/authorize" || path == "/1/oauth2/authorize") return "oauth2/authorize";
    if (path.starts_with("/fake/")) return path.substr(1);
    if (path.starts_with(kLinkPrefix)) return "temporary_link";
    return "";
}

}  // namespace

ClientCredentials basicCredentials(const Request& request) {
    const std::string header = request.header("Authorization");
    constexpr std::string_view kBasic = "Basic ";
    if (!header.starts_with(kBasic)) return {};
    const auto decoded = base64Decode(std::string_view(header).substr(kBasic.size()));
    if (!decoded) return {};
    const std::size_t colon = decoded->find(':');
    if (colon == std::string::npos) return {*decoded, ""};
    return {decoded->substr(0, colon), decoded->substr(colon + 1)};
}

Reply answer(World& world, const Request& request) {
    const std::string_view name = routeNameOf(request.path);
    Reply reply;
    if (request.path.starts_with(kApiPrefix)) {
        reply = answerApi(world, request);
    } else if (name == "oauth2/token" || name == "oauth2/authorize") {
        reply = answerOAuth(world, request, name);
    } else if (name.starts_with("fake/") && world.has_control_route) {
        return controlRoute(world, request);
    } else if (name == "temporary_link") {
        reply = followLink(world, request);
    } else {
        reply = textReply(404, "nothing is here");
    }
    const std::lock_guard lock(world.mutex);
    if (world.request_counts.size() < 1000 || world.request_counts.contains(name)) {
        ++world.request_counts[std::string(name)];
        ++world.status_counts[std::string(name) + " " + std::to_string(reply.status)];
    }
    return reply;
}

}  // namespace ferry::demo
