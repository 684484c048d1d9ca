// Goal: a text of signing keys is read as its author meant it, and what can't be meant is told.
// Method: tables of texts.

#include "base/signing_key.h"

#include "base/time_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kOfBytes24 = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const std::string kOfBytes23 = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=";
const std::string kSeed = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
const std::string kSeedAndPublic =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const std::string kSeedAndOtherPublic =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvw==";
const std::string kPublic = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

TEST(SigningKeys, AreTheTextAsItStandsOrWhatAPrefixSays) {
    struct Case {
        std::string text;
        std::string hmac;
    };
    const Case cases[] = {
        {"whsec_QUJD", "ABC"},
        {"QUJD", "QUJD"},
        {"MySecretEventSignatureKey", "MySecretEventSignatureKey"},
        {"whsec_", "whsec_"},
        {"whsec_not base64!", "whsec_not base64!"},
        {"WHSEC_QUJD", "WHSEC_QUJD"},
        {"whsec_QUJD,", "whsec_QUJD,"},
        {",whsec_QUJD", ",whsec_QUJD"},
        {"key@2027-01-31T00:00:00Z", "key@2027-01-31T00:00:00Z"},
    };
    for (const Case& one : cases) {
        const auto keys = readSigningKeys(one.text);
        ASSERT_EQ(keys.size(), 1U) << one.text;
        EXPECT_EQ(keys[0].hmac.reveal(), one.hmac);
        EXPECT_EQ(keys[0].text.reveal(), one.text);
        EXPECT_FALSE(keys[0].ends_at || keys[0].ed25519) << one.text;
    }
    EXPECT_TRUE(readSigningKeys("").empty());
}

TEST(SigningKeys, AreAListIfEveryPartHasAPrefix) {
    const auto keys = readSigningKeys(
        "whsec_QUJD@2027-01-31T00:00:00Z, " + kSeedAndPublic + ",whsec_REVG ," + kSeed
    );

    ASSERT_EQ(keys.size(), 4U);
    EXPECT_EQ(keys[0].text.reveal(), "whsec_QUJD");
    EXPECT_EQ(keys[0].hmac.reveal(), "ABC");
    ASSERT_TRUE(keys[0].ends_at);
    EXPECT_EQ(formatRfc3339(*keys[0].ends_at), "2027-01-31T00:00:00Z");
    EXPECT_TRUE(keys[0].signsAt(*keys[0].ends_at - Milliseconds(1)));
    EXPECT_FALSE(keys[0].signsAt(*keys[0].ends_at));
    EXPECT_EQ(keys[2].hmac.reveal(), "DEF");
    for (const std::size_t i : {1U, 3U}) {
        ASSERT_TRUE(keys[i].ed25519);
        EXPECT_EQ(publicKeyText(*keys[i].ed25519), kPublic);
        EXPECT_TRUE(keys[i].hmac.empty());
    }
}

TEST(SigningKeys, ThatAreFaultyPrivateOnesSignNothing) {
    EXPECT_TRUE(readSigningKeys("whsk_QUJD").empty());
    EXPECT_TRUE(readSigningKeys(kSeedAndOtherPublic).empty());
}

TEST(SigningKeys, AreCheckedWithoutBeingShown) {
    const std::string until = "@2027-01-31T00:00:00Z";
    std::string nine = kOfBytes24;
    for (int i = 0; i < 8; ++i)
        nine += "," + kOfBytes24;
    struct Case {
        std::string text;
        std::string fault;  // a part of it; empty: none
    };
    const Case cases[] = {
        {"", ""},
        {"any text, with a comma@", ""},
        {kOfBytes24, ""},
        {kOfBytes23, "base64 of 24 to 64 bytes"},
        {"whsec_" + std::string(84, 'A') + "AA==", ""},
        {"whsec_" + std::string(84, 'A') + "AAA=", "base64 of 24 to 64 bytes"},
        {"whsec_", "base64 of 24 to 64 bytes"},
        {"whsec_not base64!", "base64 of 24 to 64 bytes"},
        {kSeed, ""},
        {kSeedAndPublic, ""},
        {kSeedAndOtherPublic, "is no Ed25519 key"},
        {"whsk_QUJD", "is no Ed25519 key"},
        {kOfBytes24 + ",secret", "not all of its parts"},
        {kOfBytes24 + "," + kOfBytes23, "key 2 of it is no key"},
        {"  ", "is blank"},
        {"whpk_QUJD", "a public key"},
        {kOfBytes24 + until, "no key that goes on"},
        {kOfBytes24 + until + "," + kSeed, ""},
        {kOfBytes24 + "@soon," + kSeed, "key 1 of it has no time"},
        {nine, "more than 8 keys"},
        {nine.substr(0, nine.rfind(',')), ""},
    };
    for (const Case& one : cases) {
        const auto fault = checkSigningKeys(one.text);
        EXPECT_EQ(fault.has_value(), !one.fault.empty()) << one.text;
        if (!fault) continue;
        EXPECT_NE(fault->message.find(one.fault), std::string::npos) << fault->message;
        EXPECT_EQ((fault->message + fault->suggestion).find("AAEC"), std::string::npos);
        EXPECT_FALSE(fault->suggestion.empty());
    }
}

TEST(SigningKeys, AListWhoseKeysHaveAllEndedSignsNothing) {
    const TimePoint now = *parseRfc3339("2026-06-01T00:00:00Z");
    const auto fault = [&](const std::string& end) {
        return checkSigningKeys(kOfBytes24 + "@" + end, now).value().message;
    };
    EXPECT_THAT(fault("2026-05-31T00:00:00Z"), HasSubstr("no key that signs now"));
    EXPECT_THAT(fault("2026-06-02T00:00:00Z"), HasSubstr("no key that goes on"));
}

TEST(SigningKeys, WhatIsUselessInAListIsTold) {
    const TimePoint now = *parseRfc3339("2026-06-01T00:00:00Z");
    const auto remarks = [&](const std::string& text) {
        std::vector<std::string> messages;
        for (const SigningKeyFault& remark : signingKeyRemarks(text, now)) {
            EXPECT_EQ((remark.message + remark.suggestion).find("AAEC"), std::string::npos);
            messages.push_back(remark.message);
        }
        return messages;
    };
    const std::string ended = "@2026-05-31T00:00:00Z";
    const std::string ends = "@2026-06-02T00:00:00Z";
    EXPECT_THAT(remarks(kOfBytes24 + "," + kSeed + ends), IsEmpty());
    EXPECT_THAT(remarks("any text, twice, twice"), IsEmpty());
    EXPECT_THAT(remarks("short"), ElementsAre("is short (5 bytes), and can be guessed"));
    EXPECT_THAT(
        remarks("WHSEC_" + kOfBytes24.substr(6)),
        ElementsAre("begins with a prefix in capitals, which counts as part of the key")
    );
    EXPECT_THAT(remarks(""), IsEmpty());
    EXPECT_THAT(
        remarks(kSeed + "," + kOfBytes24 + ended),
        ElementsAre("has a key that signs nothing any more: key 2 ended at 2026-05-31T00:00:00Z")
    );
    EXPECT_THAT(
        remarks(kOfBytes24 + "," + kSeed + "," + kOfBytes24 + ends),
        ElementsAre("has the same key twice: keys 1 and 3")
    );
    EXPECT_THAT(
        remarks(kSeed + "," + kSeedAndPublic), ElementsAre("has the same key twice: keys 1 and 2")
    ) << "written in another way";
    EXPECT_THAT(remarks(kOfBytes24 + "," + kOfBytes24 + ended), SizeIs(2));
}

}  // namespace
}  // namespace ferry
