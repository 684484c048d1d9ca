#include "http/router.h"

#include "base/check.h"
#include "base/encoding.h"
#include "http/problem.h"

#include <algorithm>

namespace ferry::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    segments.reserve(8);
    if (!path.empty() && path.front() == '/') path.remove_prefix(1);
    for (;;) {
        const std::size_t slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

const std::string& Params::get(std::string_view name) const {
    const auto found = std::find_if(values_.begin(), values_.end(), [&](const auto& value) {
        return value.first == name;
    });
    FERRY_CHECK(found != values_.end(), "the route has no such parameter");
    return found->second;
}

bool Params::has(std::string_view name) const noexcept {
    return std::any_of(values_.begin(), values_.end(), [&](const auto& value) {
        return value.first == name;
    });
}

void Router::add(
    std::string_view method, std::string_view pattern, RouteHandler handler, BodyMode body
) {
    insert({std::string(method), parsePattern(pattern), std::move(handler), {}, body});
}

void Router::addDeferred(
    std::string_view method, std::string_view pattern, DeferredRouteHandler handler
) {
    insert({std::string(method), parsePattern(pattern), {}, std::move(handler)});
}

void Router::insert(Route route) {
    for (const Route& other : routes_) {
        FERRY_CHECK(
            other.method != route.method || other.segments != route.segments, "route added twice"
        );
    }
    // Kept in order of precedence, so that the first match is the right one.
    const auto place = std::find_if(routes_.begin(), routes_.end(), [&](const Route& other) {
        return isMoreSpecific(route, other);
    });
    routes_.insert(place, std::move(route));
}

Response Router::handle(const Request& request) const {
    Found found = find(request);
    if (found.route == nullptr) return std::move(found.refusal);
    FERRY_CHECK(found.route->handler, "this route answers later");
    return found.route->handler(request, found.params);
}

void Router::handleDeferred(const Request& request, Answer answer) const {
    Found found = find(request);
    if (found.route == nullptr) return answer(std::move(found.refusal));
    FERRY_CHECK(found.route->deferred, "this route answers at once");
    found.route->deferred(request, found.params, std::move(answer));
}

Router::Found Router::find(const Request& request) const {
    Found found;
    const bool is_raw = !request.raw_path.empty();
    const std::vector<std::string_view> path = split(is_raw ? request.raw_path : request.path);
    std::string allowed;
    for (const Route& route : routes_) {
        if (!matches(route, path)) continue;
        if (!takesMethod(route, request.method)) {
            if (allowed.find(route.method) != std::string::npos) continue;
            allowed += allowed.empty() ? "" : ", ";
            allowed += route.method;
            continue;
        }
        if (collect(route, path, is_raw, found.params)) {
            found.route = &route;
        } else {
            found.refusal =
                problem(400, request.request_id, "the path has a wrong percent-encoding");
        }
        return found;
    }
    if (allowed.empty()) {
        found.refusal = problem(404, request.request_id, "no such path");
    } else {
        found.refusal = problem(405, request.request_id, "this path does not take this method");
        found.refusal.headers.add("Allow", allowed);
    }
    return found;
}

bool Router::streamsBody(std::string_view method, std::string_view target) const {
    const Route* const route = routeOf(method, target);
    return route != nullptr && route->body == BodyMode::Streamed;
}

bool Router::isDeferred(std::string_view method, std::string_view target) const {
    const Route* const route = routeOf(method, target);
    return route != nullptr && route->deferred;
}

const Router::Route* Router::routeOf(std::string_view method, std::string_view target) const {
    const std::vector<std::string_view> path = split(pathOf(target));
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
        return matches(route, path) && takesMethod(route, method);
    });
    return found == routes_.end() ? nullptr : &*found;
}

bool Router::takesMethod(const Route& route, std::string_view method) {
    return route.method == "*" || route.method == (method == "HEAD" ? "GET" : method);
}

std::vector<Router::Segment> Router::parsePattern(std::string_view pattern) {
    FERRY_CHECK(!pattern.empty() && pattern.front() == '/', "a pattern starts with /");
    std::vector<Segment> segments;
    for (std::string_view text : split(pattern)) {
        FERRY_CHECK(segments.empty() || segments.back().kind != Kind::Rest, "{name*} ends a path");
        if (text.size() > 3 && text.front() == '{' && text.substr(text.size() - 2) == "*}") {
            segments.push_back({Kind::Rest, std::string(text.substr(1, text.size() - 3))});
        } else if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
            segments.push_back({Kind::Param, std::string(text.substr(1, text.size() - 2))});
        } else {
            FERRY_CHECK(text.find_first_of("{}") == std::string_view::npos, "bad pattern segment");
            segments.push_back({Kind::Literal, std::string(text)});
        }
    }
    return segments;
}

bool Router::matches(const Route& route, const std::vector<std::string_view>& path) {
    std::size_t count = route.segments.size();
    const bool has_rest = count > 0 && route.segments.back().kind == Kind::Rest;
    if (has_rest) --count;
    if (has_rest ? path.size() < count : path.size() != count) return false;
    // From the end: most paths begin alike.
    for (std::size_t i = count; i-- > 0;) {
        const Segment& segment = route.segments[i];
        if (segment.kind == Kind::Literal ? path[i] != segment.text : path[i].empty()) return false;
    }
    return true;
}

bool Router::isMoreSpecific(const Route& a, const Route& b) {
    const std::size_t common = std::min(a.segments.size(), b.segments.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (a.segments[i].kind != b.segments[i].kind) {
            return a.segments[i].kind < b.segments[i].kind;
        }
    }
    return a.segments.size() > b.segments.size();
}

bool Router::collect(
    const Route& route, const std::vector<std::string_view>& path, bool is_raw, Params& params
) {
    for (std::size_t i = 0; i < route.segments.size(); ++i) {
        const Segment& segment = route.segments[i];
        if (segment.kind == Kind::Literal) continue;
        std::string text;
        if (segment.kind == Kind::Param) {
            text = path[i];
        } else {
            for (std::size_t j = i; j < path.size(); ++j) {
                if (j > i) text += '/';
                text += path[j];
            }
        }
        if (is_raw) {
            auto decoded = percentDecode(text, false);
            if (!decoded) return false;
            text = std::move(*decoded);
        }
        params.add(segment.text, std::move(text));
    }
    return true;
}

}  // namespace ferry::http
