// Goal: signatures are those that every Ed25519 verifier accepts.
// Method: vectors of RFC 8032, 7.1.

#include "base/ed25519.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

struct Vector {
    const char* seed;
    const char* public_key;
    const char* content;
    const char* signature;
};

TEST(Ed25519, MatchesRfc8032) {
    const Vector vectors[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
         "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
         "c"
         "f9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
         "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
         "0"
         "f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    };
    for (const Vector& vector : vectors) {
        const auto key = Ed25519Key::fromSeed(hexDecode(vector.seed).value());
        ASSERT_TRUE(key);

        EXPECT_EQ(hexEncode(key->publicKey()), vector.public_key);
        EXPECT_EQ(hexEncode(key->sign(hexDecode(vector.content).value())), vector.signature);
    }
}

TEST(Ed25519, TakesSeedsOf32BytesAlone) {
    for (const std::size_t size : {0U, 31U, 33U, 64U})
        EXPECT_FALSE(Ed25519Key::fromSeed(std::string(size, 's'))) << size;
}

TEST(Ed25519, AKeyInAFileIsTheSameKey) {
    const auto key = Ed25519Key::fromSeed(std::string(32, 's'));
    const Secret pem = key->toPem();
    EXPECT_TRUE(pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto read = Ed25519Key::fromPem(pem.reveal());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->publicKey(), key->publicKey());
    EXPECT_EQ(read->sign("content"), key->sign("content"));

    for (const char* other : {"", "-----BEGIN PRIVATE KEY-----\n", "no key"})
        EXPECT_FALSE(Ed25519Key::fromPem(other)) << other;
}

}  // namespace
}  // namespace ferry
