// Goal: each request reaches the one right handler, and 404, 405 and 400 come from the router.
// Method: a table of paths against a set of overlapping routes that answer with their own name.

#include "http/router.h"

#include <gtest/gtest.h>

namespace ferry::http {
namespace {

RouteHandler named(const std::string& name, const std::vector<std::string>& params = {}) {
    return [=](const Request&, const Params& values) {
        Response response;
        response.body = name;
        for (const std::string& param : params)
            response.body += " " + values.get(param);
        return response;
    };
}

Router makeRouter() {
    Router router;
    router.add("GET", "/", named("root"));
    router.add("GET", "/events/{key}", named("key", {"key"}));
    router.add("POST", "/events/{key}", named("post-key", {"key"}));
    router.add("POST", "/events/{key}/{id}", named("id", {"key", "id"}));
    router.add("GET", "/events/all", named("all"));
    router.add("GET", "/console/{file*}", named("file", {"file"}));
    router.add("GET", "/{any*}", named("any", {"any"}));
    return router;
}

Request request(const std::string& method, const std::string& raw_path) {
    Request made;
    made.method = method;
    made.raw_path = raw_path;
    made.request_id = "id";
    return made;
}

struct Case {
    const char* method;
    const char* path;
    const char* want;
};

TEST(Router, TakesTheMostSpecificRoute) {
    const Router router = makeRouter();
    const Case cases[] = {
        {"GET", "/", "root"},
        {"HEAD", "/", "root"},
        {"GET", "/events/dropbox", "key dropbox"},
        {"POST", "/events/dropbox", "post-key dropbox"},
        {"GET", "/events/all", "all"},
        {"POST", "/events/all", "post-key all"},
        {"POST", "/events/dropbox/MQ%3D%3D", "id dropbox MQ=="},
        {"POST", "/events/dropbox/a%2Fb", "id dropbox a/b"},
        {"GET", "/events/dropbox/", "any events/dropbox/"},
        {"GET", "/events/", "any events/"},
        {"GET", "/console/", "file "},
        {"GET", "/console/a/b.js", "file a/b.js"},
        {"GET", "/console", "file "},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(router.handle(request(one.method, one.path)).body, one.want)
            << one.method << " " << one.path;
    }
}

TEST(Router, AnswersUnknownPathsWith404) {
    Router router;
    router.add("GET", "/a/{b}", named("b"));

    for (const char* path : {"/", "/a", "/a/", "/a/b/c", "/b/a", "//a", "/A/b"}) {
        EXPECT_EQ(router.handle(request("GET", path)).status, 404) << path;
    }
}

TEST(Router, AnswersOtherMethodsWith405AndAllow) {
    Router router;
    router.add("GET", "/events/{key}", named("a"));
    router.add("POST", "/events/{key}", named("b"));

    const Response response = router.handle(request("DELETE", "/events/dropbox"));

    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.headers.get("Allow"), "GET, POST");
}

TEST(Router, AStarTakesAnyMethod) {
    Router router;
    router.add("*", "/events/{key}", named("any"));
    router.add("GET", "/other", named("get"));

    for (const char* method : {"GET", "POST", "HEAD", "BREW"}) {
        EXPECT_EQ(router.handle(request(method, "/events/dropbox")).body, "any") << method;
    }
    EXPECT_EQ(router.handle(request("BREW", "/other")).headers.get("Allow"), "GET");
}

TEST(Router, AnswersBadlyEncodedParametersWith400) {
    const Router router = makeRouter();

    EXPECT_EQ(router.handle(request("POST", "/events/%zz")).status, 400);
    EXPECT_EQ(router.handle(request("POST", "/events/%2")).status, 400);
}

TEST(Router, FallsBackToTheDecodedPath) {
    Request made = request("POST", "");
    made.path = "/events/100%";

    EXPECT_EQ(makeRouter().handle(made).body, "post-key 100%");
}

TEST(RouterDeathTest, MistakesInRoutesEndTheProcess) {
    Router router;
    router.add("GET", "/a", named("a"));

    EXPECT_DEATH(router.add("GET", "/a", named("a")), "route added twice");
    EXPECT_DEATH(router.add("GET", "a", named("a")), "starts with");
    EXPECT_DEATH(router.add("GET", "/{a*}/b", named("a")), "ends a path");
    EXPECT_DEATH(router.add("GET", "/a{b}", named("a")), "bad pattern");
    EXPECT_DEATH(named("x", {"nothing"})(Request(), Params()), "no such parameter");
}

}  // namespace
}  // namespace ferry::http
