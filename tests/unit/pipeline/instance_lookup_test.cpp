// Goal: accounts lead to their instances only, secrets open once, and URLs name instances in one
// way only. Method: a store in memory, and texts in and around the accepted form.

#include "pipeline/instance_lookup.h"

#include "base/encoding.h"
#include "support/fake_intake_store.h"
#include "support/seeded_random.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

class InstanceLookupTest : public testing::Test {
  protected:
    WebhookSecretId intern(std::string secret) {
        const auto sealed = sealWebhookSecret(Secret(std::move(secret)), key_, random_);
        return *store_.internWebhookSecret(sealed.fingerprint, sealed.sealed);
    }
    InstanceId instance(std::string account) {
        Instance instance;
        instance.connector_key = "fake";
        instance.account_id = std::move(account);
        instance.state = InstanceState::Running;
        return store_.add(instance);
    }

    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(32, 'k'));
    test::FakeIntakeStore store_;
    InstanceLookup lookup_{store_, key_};
};

TEST_F(InstanceLookupTest, FindsEachInstanceOnceAndCountsTheUnknown) {
    instance("a");
    instance("a");
    instance("b");
    const std::vector<std::string> accounts{"a", "b", "a", "c", ""};

    const auto found = lookup_.byAccounts("fake", accounts);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->matches.size(), 3U);
    EXPECT_EQ(found->unknown_accounts, 2U);
    EXPECT_TRUE(lookup_.byAccounts("other", accounts)->matches.empty());
}

TEST_F(InstanceLookupTest, EqualSecretsAreOneAndNothingOfThemIsStoredOpen) {
    const WebhookSecretId first = intern("app-secret");

    EXPECT_EQ(intern("app-secret"), first);
    EXPECT_NE(intern("other"), first);
    EXPECT_EQ(store_.sealedWebhookSecret(first)->find("app-secret"), std::string::npos);
    EXPECT_EQ((*lookup_.webhookSecret(first))->reveal(), "app-secret");
}

TEST_F(InstanceLookupTest, ASecretOfAnotherKeyIsCorrupt) {
    const WebhookSecretId id = intern("app-secret");
    const auto other = SealingKey::fromBytes(std::string(32, 'o'));
    InstanceLookup lookup(store_, *other);

    const auto opened = lookup.webhookSecret(id);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Corrupt);
    EXPECT_EQ(lookup_.webhookSecret(WebhookSecretId(99)).error().code, ErrorCode::NotFound);
}

TEST_F(InstanceLookupTest, TheCacheOfSecretsIsBoundedAndStaysRight) {
    for (std::size_t i = 0; i < kWebhookSecretsCachedMax + 10; ++i) {
        const WebhookSecretId id = intern(std::to_string(i));
        EXPECT_EQ((*lookup_.webhookSecret(id))->reveal(), std::to_string(i));
    }
    EXPECT_EQ((*lookup_.webhookSecret(WebhookSecretId(1)))->reveal(), "0");
}

TEST(InstancePart, ReadsTheDecimalIdInEitherAlphabet) {
    EXPECT_EQ(parseInstancePart("MjA5MzE="), InstanceId(20931)) << "the vendor's own sample";
    EXPECT_EQ(parseInstancePart("MjA5MzE"), InstanceId(20931));
    EXPECT_EQ(parseInstancePart(base64Encode("7")), InstanceId(7));
    EXPECT_EQ(
        parseInstancePart(base64UrlEncode("9223372036854775807")), InstanceId(9223372036854775807)
    );
}

TEST(InstancePart, RefusesEverythingElse) {
    for (const std::string& plain :
         {std::string(),
          std::string("0"),
          std::string("-7"),
          std::string("+7"),
          std::string("07"),
          std::string("7 "),
          std::string("7\0", 2),
          std::string("x"),
          std::string("1e3"),
          std::string("9223372036854775808"),
          std::string(200, '1')}) {
        EXPECT_FALSE(parseInstancePart(base64Encode(plain))) << plain;
    }
    EXPECT_FALSE(parseInstancePart("20931!"));
    EXPECT_FALSE(parseInstancePart("MjA5MzE=="));
}

}  // namespace
}  // namespace ferry::pipeline
