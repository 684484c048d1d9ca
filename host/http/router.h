#pragma once
// From method and path to handler. Stands behind the server's adapter; answers 404 and 405 itself.

#include "http/message.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::http {

/// The decoded values of a pattern's parameters.
class Params {
  public:
    /// The value of `name`, which must be a parameter of the pattern (checked).
    const std::string& get(std::string_view name) const;
    bool has(std::string_view name) const noexcept;
    void add(std::string_view name, std::string value) {
        values_.emplace_back(std::string(name), std::move(value));
    }

  private:
    std::vector<std::pair<std::string, std::string>> values_;
};

using RouteHandler = std::function<Response(const Request&, const Params&)>;
/// See DeferredHandler.
using DeferredRouteHandler = std::function<void(const Request&, const Params&, Answer)>;

/// How the handler of a route gets the body of a request.
enum class BodyMode : unsigned char {
    Whole,     ///< as Request::body, within the server's limit
    Streamed,  ///< from Request::client, of any length
};

/// Threads: adding before the first request; all else from any thread.
class Router {
  public:
    /// Adds a route. A pattern is a path whose segments are literal, `{name}` (one segment, not
    /// empty) or, at the end only, `{name*}` (the rest, with its slashes, possibly empty).
    /// Where several patterns match, the one with a literal in the earliest differing segment
    /// wins. The method "*" is any. A bad pattern, or the same route twice, is a programmer error
    /// (checked).
    void add(
        std::string_view method,
        std::string_view pattern,
        RouteHandler handler,
        BodyMode body = BodyMode::Whole
    );

    /// Adds a route whose answers come later.
    void addDeferred(
        std::string_view method, std::string_view pattern, DeferredRouteHandler handler
    );

    /// True if this request leads to a route whose answers come later: it is for handleDeferred().
    /// `target` is as it was received.
    bool isDeferred(std::string_view method, std::string_view target) const;

    /// True if this request leads to a route that streams bodies. `target` is as it was received.
    bool streamsBody(std::string_view method, std::string_view target) const;

    /// Answers `request`: 404 if no pattern matches, 405 with Allow if one does but not with this
    /// method, 400 if a segment is badly encoded. HEAD is served by the GET route.
    Response handle(const Request& request) const;

    /// The same for requests to deferred routes.
    void handleDeferred(const Request& request, Answer answer) const;

  private:
    enum class Kind : unsigned char { Literal, Param, Rest };
    struct Segment {
        Kind kind = Kind::Literal;
        std::string text;
        bool operator==(const Segment&) const = default;
    };
    struct Route {
        std::string method;
        std::vector<Segment> segments;
        RouteHandler handler;
        DeferredRouteHandler deferred;  ///< one of the two
        BodyMode body = BodyMode::Whole;
    };
    /// Where a request leads to, or the answer to one that leads nowhere.
    struct Found {
        const Route* route = nullptr;
        Params params;
        Response refusal;
    };

    void insert(Route route);
    const Route* routeOf(std::string_view method, std::string_view target) const;
    Found find(const Request& request) const;
    static std::vector<Segment> parsePattern(std::string_view pattern);
    static bool matches(const Route& route, const std::vector<std::string_view>& path);
    static bool takesMethod(const Route& route, std::string_view method);
    static bool isMoreSpecific(const Route& a, const Route& b);
    static bool collect(
        const Route& route, const std::vector<std::string_view>& path, bool is_raw, Params& params
    );

    std::vector<Route> routes_;
};

}  // namespace ferry::http
