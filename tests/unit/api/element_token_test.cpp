// Goal: a token is good for its instance in its hub, and no other text is. Method: issue, then
// damage.

#include "api/element_token.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

#include <limits>

namespace ferry::api {
namespace {

SealingKey keyOf(char byte) {
    return *SealingKey::fromBytes(std::string(SealingKey::kBytes, byte));
}

TEST(ElementTokens, AreGoodForTheirInstance) {
    const ElementTokens tokens(keyOf('a'));

    for (const std::int64_t id : {std::int64_t{1}, std::int64_t{1} << 40, INT64_MAX}) {
        const std::string token = tokens.issue(InstanceId(id));
        EXPECT_EQ(token.size(), 43U);
        EXPECT_EQ(token.find_first_of("+/= ,"), std::string::npos) << token;
        EXPECT_EQ(tokens.issue(InstanceId(id)), token);
        EXPECT_EQ(tokens.verify(token), InstanceId(id));
    }
}

TEST(ElementTokens, OfOtherHubsAreWrong) {
    const std::string token = ElementTokens(keyOf('a')).issue(InstanceId(1));

    EXPECT_EQ(ElementTokens(keyOf('b')).verify(token), std::nullopt);
}

TEST(ElementTokens, AreWrongWithAnyBitChanged) {
    const ElementTokens tokens(keyOf('a'));
    const std::string bytes = *base64Decode(tokens.issue(InstanceId(7)));

    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_EQ(tokens.verify(base64UrlEncode(damaged)), std::nullopt) << "bit " << bit;
    }
}

TEST(ElementTokens, OfAnotherLengthAreWrong) {
    const ElementTokens tokens(keyOf('a'));
    const std::string token = tokens.issue(InstanceId(7));

    EXPECT_EQ(tokens.verify(""), std::nullopt);
    EXPECT_EQ(tokens.verify(token.substr(0, 42)), std::nullopt);
    EXPECT_EQ(tokens.verify(token + token), std::nullopt);
    EXPECT_EQ(tokens.verify("no token at all!"), std::nullopt);
}

}  // namespace
}  // namespace ferry::api
