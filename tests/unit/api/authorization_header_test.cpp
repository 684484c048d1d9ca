// Goal: every form of the Authorization header that callers of the Open Connectors API send is
// read, and everything else is refused without showing it. Method: a table of headers.

#include "api/authorization_header.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry::api {
namespace {

std::string shown(const std::optional<Secret>& secret) {
    return secret ? secret->reveal() : "-";
}

struct Case {
    const char* name;
    const char* header;
    const char* want;  ///< "user organization element bearer"
};

void PrintTo(const Case& it, std::ostream* out) {
    *out << it.header;
}

class ReadsHeader : public testing::TestWithParam<Case> {};

TEST_P(ReadsHeader, AsItsPairsSay) {
    const auto got = parseAuthorization(GetParam().header);

    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(
        shown(got->user) + " " + shown(got->organization) + " " + shown(got->element) + " " +
            shown(got->bearer),
        GetParam().want
    );
}

INSTANTIATE_TEST_SUITE_P(
    AuthorizationHeader,
    ReadsHeader,
    testing::Values(
        Case{"Platform", "User u, Organization o", "u o - -"},
        Case{"OtherOrder", "Organization o, User u", "u o - -"},
        Case{"Connector", "User u, Element e", "u - e -"},
        Case{"AllThree", "Element e, User u, Organization o", "u o e -"},
        Case{"WithoutSpaces", "User u,Organization o,Element e", "u o e -"},
        Case{"WithManySpaces", "  User   u  ,   Organization\to  ", "u o - -"},
        Case{"AnyLetterCase", "user u, ORGANIZATION o", "u o - -"},
        Case{"Base64", "User a/b+c==, Organization d+/e=", "a/b+c== d+/e= - -"},
        Case{"CommaInAValue", "User a,b,, Organization c,d", "a,b, c,d - -"},
        Case{"CommaBehindTheLast", "User u, Organization o,", "u o - -"},
        Case{"CommaAndBlankBehindTheLast", "User u, Organization o, Element e , ", "u o e -"},
        Case{"CommaBehindABearer", "Bearer fk_1,", "- - - fk_1"},
        Case{"SchemeAsAValue", "User User, Organization Element", "User Element - -"},
        Case{"Bearer", "Bearer fk_1", "- - - fk_1"},
        Case{"BearerWithElement", "Bearer fk_1, Element e", "- - e fk_1"},
        Case{"Nothing", "", "- - - -"}
    ),
    [](const auto& it) { return std::string(it.param.name); }
);

class RefusesHeader : public testing::TestWithParam<Case> {};

TEST_P(RefusesHeader, WithoutShowingIt) {
    const auto got = parseAuthorization(GetParam().header);

    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::Unauthenticated);
    EXPECT_NE(got.error().message.find(GetParam().want), std::string::npos) << got.error().message;
    EXPECT_EQ(got.error().message.find("hunter2"), std::string::npos) << got.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    AuthorizationHeader,
    RefusesHeader,
    testing::Values(
        Case{"OtherScheme", "Basic hunter2", "is none"},
        Case{"SchemeAlone", "User", "no value for 'user'"},
        Case{"ValueAlone", "hunter2", "is none"},
        Case{"CommaForAValue", "User hunter2, Organization ,", "no value for 'organization'"},
        Case{"EmptyValue", "User , Organization hunter2", "no value for 'user'"},
        Case{"EmptyLastValue", "User hunter2, Organization ", "no value for 'organization'"},
        Case{"UnknownAtTheEnd", "User u, Organization o, hunter2 hunter2", "behind 'organization'"},
        Case{"UnknownWithoutSpaces", "User u,hunter2 z,Organization o", "behind 'user'"},
        Case{"UnknownWithoutAValue", "User u, Organization o, hunter2", "behind 'organization'"},
        Case{"MisspeltInTheMiddle", "User u, Organisation hunter2, Element e", "behind 'user'"},
        Case{"Twice", "User hunter2, User hunter2", "has 'user' twice"},
        Case{"TwiceInOtherCase", "User hunter2, Organization o, uSER x", "has 'user' twice"}
    ),
    [](const auto& it) { return std::string(it.param.name); }
);

TEST(AuthorizationHeader, OfCommasAloneIsReadInNoTime) {
    // A comma is looked at once: a header of them must not cost the square of its length.
    const std::string header = "User " + std::string(100'000, ',');

    const auto got = parseAuthorization(header);

    ASSERT_TRUE(got);
    EXPECT_EQ(got->user->reveal().size(), 99'999U);
}

}  // namespace
}  // namespace ferry::api
