// Goal: digests, signatures and sealing give the published values and refuse every change.
// Method: published vectors; each byte of a sealed text flipped in turn.

#include "base/crypto.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

TEST(Crypto, HmacMatchesTheOpenConnectorsVector) {
    const Digest256 digest =
        hmacSha256("MySecretEventSignatureKey", "<INSERT_EVENT_NOTIFICATION_RESPONSE_BODY>");

    EXPECT_EQ(base64Encode(asText(digest)), "jHdbRx5EZAsOfTwAPJOGkNUzQMVVdu5VJlxcsk+G6jQ=");
}

TEST(Crypto, Sha256MatchesFips180) {
    EXPECT_EQ(
        hexEncode(asText(sha256("abc"))),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(SealingKey, OpensWhatItSealed) {
    SystemRandom random;
    const auto key = SealingKey::fromBytes(std::string(32, 'k'));
    ASSERT_TRUE(key);

    const std::string sealed = key->seal("token", "instance/7", random);

    EXPECT_EQ(sealed.find("token"), std::string::npos);
    ASSERT_TRUE(key->open(sealed, "instance/7"));
    EXPECT_EQ(key->open(sealed, "instance/7")->reveal(), "token");
}

TEST(SealingKey, RefusesEveryFlippedByteAndEveryOtherContextOrKey) {
    SystemRandom random;
    const auto key = SealingKey::fromBytes(std::string(32, 'k'));
    const auto other = SealingKey::fromBytes(std::string(32, 'o'));
    const std::string sealed = key->seal("token", "instance/7", random);

    for (std::size_t at = 0; at < sealed.size(); ++at) {
        std::string changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(key->open(changed, "instance/7")) << "byte " << at;
        EXPECT_FALSE(key->open(sealed.substr(0, at), "instance/7")) << "cut at " << at;
    }
    EXPECT_FALSE(key->open(sealed, "instance/8"));
    EXPECT_FALSE(other->open(sealed, "instance/7"));
}

TEST(SealingKey, NeedsThirtyTwoBytes) {
    EXPECT_FALSE(SealingKey::fromBytes(std::string(31, 'k')));
    EXPECT_TRUE(SealingKey::fromBytes(std::string(32, 'k')));
    EXPECT_FALSE(SealingKey::fromBytes(std::string(33, 'k')));
}

}  // namespace
}  // namespace ferry
