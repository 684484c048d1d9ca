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

TEST(Crypto, HmacMatchesRfc4231) {
    EXPECT_EQ(
        hexEncode(asText(hmacSha256("Jefe", "what do ya want for nothing?"))),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    // A key longer than a block is hashed first.
    EXPECT_EQ(
        hexEncode(asText(hmacSha256(
            std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"
        ))),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

TEST(Crypto, AnHmacOfPiecesIsThatOfTheWhole) {
    const Digest256 whole = hmacSha256("key", "one.two.three");

    EXPECT_EQ(hmacSha256("key", {"one.", "two.", "", "three"}), whole);
    EXPECT_NE(hmacSha256("key", {"two.", "one.", "three"}), whole);
}

TEST(Crypto, AnEmptyHmacKeyIsAKeyAndNotTheOneBefore) {
    constexpr auto kOfNothing = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    EXPECT_NE(hexEncode(asText(hmacSha256("key", ""))), kOfNothing);
    EXPECT_EQ(hexEncode(asText(hmacSha256("", ""))), kOfNothing);
    EXPECT_EQ(hexEncode(asText(hmacSha256(std::string_view(), std::string_view()))), kOfNothing);
}

TEST(Crypto, Sha256MatchesFips180) {
    EXPECT_EQ(
        hexEncode(asText(sha256("abc"))),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(Crypto, HkdfMatchesRfc5869) {
    const std::string salt = hexDecode("000102030405060708090a0b0c").value();
    const std::string info = hexDecode("f0f1f2f3f4f5f6f7f8f9").value();

    EXPECT_EQ(
        hexEncode(asText(hkdfSha256(std::string(22, '\x0b'), salt, info))),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    );
}

TEST(SealingKey, DerivesAKeyForEachPurpose) {
    const auto key = SealingKey::fromBytes(std::string(32, 'k'));
    const auto other = SealingKey::fromBytes(std::string(32, 'l'));
    ASSERT_TRUE(key && other);

    EXPECT_EQ(key->derive("a").reveal().size(), 32U);
    EXPECT_EQ(key->derive("a").reveal(), key->derive("a").reveal());
    EXPECT_NE(key->derive("a").reveal(), key->derive("b").reveal());
    EXPECT_NE(key->derive("a").reveal(), other->derive("a").reveal());
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
