// Goal: a body of another form is told from JSON, and a caller who takes no JSON from one who does.
// Method: tables of what callers send.

#include "api/media_types.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

bool takes(std::initializer_list<const char*> accepts) {
    http::Headers headers;
    headers.add("Host", "x");
    for (const char* accept : accepts)
        headers.add("accept", accept);
    return takesJson(headers);
}

TEST(MediaTypes, JsonIsReadAsSuch) {
    for (const char* type :
         {"",
          "application/json",
          "Application/JSON; charset=utf-8",
          " application/json ;charset=utf-8",
          "text/json",
          "application/merge-patch+json",
          "application/vnd.api+json; x=y"}) {
        EXPECT_TRUE(isJson(type)) << type;
    }
    for (const char* type :
         {"application/xml",
          "text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=json",
          "application/jsonx",
          "json"}) {
        EXPECT_FALSE(isJson(type)) << type;
    }
}

TEST(MediaTypes, WhoTakesJsonIsAnswered) {
    EXPECT_TRUE(takes({}));
    for (const char* accept :
         {"",
          "*/*",
          "*",
          "application/*",
          "application/json",
          "APPLICATION/Json;q=0.1",
          "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
          "application/json;odata=verbose",
          "application/vnd.api+json",
          "image/png, application/json",
          "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
          "nonsense",
          ",;,",
          "application/json;q=0.001"}) {
        EXPECT_TRUE(takes({accept})) << accept;
    }
    EXPECT_TRUE(takes({"image/png", "application/json"}));
}

TEST(MediaTypes, WhoDoesNotIsNot) {
    for (const char* accept :
         {"image/png",
          "application/xml",
          "text/*",
          "application/json;q=0",
          "application/json; Q=0.000, */*",
          "*/*;q=0",
          "application/*;q=0, */*;q=1"}) {
        EXPECT_FALSE(takes({accept})) << accept;
    }
}

}  // namespace
}  // namespace ferry::api
