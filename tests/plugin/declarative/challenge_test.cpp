// Goal: questions of providers are answered as the connector says, with headers too, and those that
// have to be verified to nobody else. Method: the plugin as the hub loads it.

#include "support/abi_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace ferry::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

std::string challengedFile() {
    const char* folder = std::getenv("FERRY_BUILD_DIR");
    return std::string(folder != nullptr ? folder : ".") + "/plugins/declarative/libdeclarative.so";
}

Pairs challenges(const std::string& list) {
    return {
        {"notifications",
         R"({"verify":[{"method":"token","header":"x-token","secret_encoding":"text"}],)"
         R"("challenges":[)" +
             list + "]}"}};
}

TEST(DeclarativeChallenge, EchoesAHeader) {
    AbiPlugin plugin(
        challengedFile(),
        "acme",
        challenges(R"({"method":"POST","content_type":"text/plain","reply":"",)"
                   R"("headers":{"X-Hook-Secret":{"header":"x-hook-secret"}}})")
    );
    const AbiOutcome answered =
        plugin.verifyChallenge("POST", "", "", {{"X-Hook-Secret", "b537207f20cbfa02"}});
    EXPECT_EQ(answered.violation, "");
    ASSERT_THAT(answered.replies, SizeIs(1));
    EXPECT_EQ(answered.replies[0].status, 200);
    EXPECT_EQ(answered.replies[0].body, "");
    EXPECT_THAT(answered.replies[0].headers, Contains(Pair("X-Hook-Secret", "b537207f20cbfa02")));

    EXPECT_THAT(plugin.verifyChallenge("POST", "", "{}").replies, IsEmpty());
    EXPECT_THAT(
        plugin.verifyChallenge("POST", "", "", {{"X-Hook-Secret", std::string(1025, 'a')}}).replies,
        IsEmpty()
    );
}

TEST(DeclarativeChallenge, MayHaveAnotherStatusAndNoBody) {
    AbiPlugin plugin(
        challengedFile(),
        "acme",
        challenges(R"({"method":"POST","content_type":"text/plain","status":204,"reply":"",)"
                   R"("when":[{"of":{"path":["type"]},"in":["0"]}]},)"
                   R"({"method":"POST","content_type":"text/plain","status":202,"reply":"ok"})")
    );
    const auto none = plugin.verifyChallenge("POST", "", R"({"type":0})").replies;
    ASSERT_THAT(none, SizeIs(1));
    EXPECT_EQ(none[0].status, 204);
    EXPECT_EQ(none[0].body, "");
    for (const auto& [name, value] : none[0].headers)
        EXPECT_NE(name, "Content-Type") << value;
    const auto other = plugin.verifyChallenge("POST", "", R"({"type":1})").replies;
    ASSERT_THAT(other, SizeIs(1));
    EXPECT_EQ(other[0].status, 202);
    EXPECT_EQ(other[0].body, "ok");
}

TEST(DeclarativeChallenge, NoValueBeginsAnotherHeader) {
    AbiPlugin plugin(
        challengedFile(),
        "acme",
        challenges(R"({"method":"","content_type":"text/plain","reply":"ok",)"
                   R"("headers":{"X-Echo":{"path":["a"]}}})")
    );
    EXPECT_THAT(plugin.verifyChallenge("POST", "", R"({"a":"b"})").replies, SizeIs(1));
    EXPECT_THAT(
        plugin.verifyChallenge("POST", "", R"({"a":"b\r\nSet-Cookie: c"})").replies, IsEmpty()
    );
}

TEST(DeclarativeChallenge, IsAnsweredToTheProviderAloneIfItHasToBeVerified) {
    AbiPlugin plugin(
        challengedFile(),
        "acme",
        challenges(R"({"method":"POST","content_type":"application/json","verified":true,)"
                   R"("when":[{"of":{"path":["type"]},"in":["1"]}],"reply":"{\"type\":1}"})")
    );
    const auto ask = [&](const Pairs& headers, const std::vector<std::string>& secrets) {
        return plugin.verifyChallenge("POST", "", R"({"type":1})", headers, secrets).replies;
    };
    const auto answered = ask({{"X-Token", "s3"}}, {"s3"});
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_EQ(answered[0].body, R"({"type":1})");
    EXPECT_THAT(ask({{"X-Token", "wrong"}}, {"s3"}), IsEmpty());
    EXPECT_THAT(ask({}, {"s3"}), IsEmpty());
    EXPECT_THAT(ask({{"X-Token", ""}}, {""}), IsEmpty());
    EXPECT_THAT(ask({{"X-Token", "s3"}}, {}), IsEmpty());
}

}  // namespace
}  // namespace ferry::test
