// Goal: callers' JSON is read, and what is none is refused with its place. Method: a table of
// bodies.

#include "api/json_body.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

TEST(JsonBody, IsAnObject) {
    const auto got = readJsonObject(R"({"a": "x", "n": null, "a": "y"})");

    ASSERT_TRUE(got) << got.error().message;
    const rapidjson::Value* a = findMember(*got, "a");
    ASSERT_NE(a, nullptr);
    EXPECT_EQ(textOf(*a), "y");
    EXPECT_EQ(findMember(*got, "n"), nullptr);
    EXPECT_EQ(findMember(*got, "b"), nullptr);
}

TEST(JsonBody, IsRefusedWithThePlaceOfWhatIsWrong) {
    struct Case {
        std::string body;
        const char* want;
    };
    for (const Case& it :
         {Case{"", "is empty"},
          Case{" \n", "is empty"},
          Case{"[]", "is a list, and must be"},
          Case{"null", "is null, and must be"},
          Case{"{", "line 1, column 2"},
          Case{"{\n  \"a\": tru\n}", "line 2, column"},
          Case{"{\"a\":1,}", "line 1, column 8"},
          Case{"{\"a\":1} x", "line 1, column 9"},
          Case{"{\"a\":\"\xff\"}", "Invalid encoding"},
          Case{"{'a':1}", "line 1, column 2"}}) {
        const auto got = readJsonObject(it.body);
        ASSERT_FALSE(got) << it.body;
        EXPECT_EQ(got.error().code, ErrorCode::InvalidArgument);
        EXPECT_NE(got.error().message.find(it.want), std::string::npos)
            << it.body << ": " << got.error().message;
    }
}

TEST(JsonBody, MayBeNestedAsDeepAsItsTextIsLong) {
    std::string deep = "{\"a\":";
    deep.append(500'000, '[').append(500'000, ']').append("}");

    EXPECT_TRUE(readJsonObject(deep));
    deep.pop_back();
    EXPECT_FALSE(readJsonObject(deep));
}

}  // namespace
}  // namespace ferry::api
