// Goal: who has a key gets in, and nobody else. Method: a real key file, changed by a second opener
// as `ferry keys` does beside a running hub; a clock that stands until it is moved.

#include "api/authenticator.h"

#include "store/sqlite/sqlite_api_key_store.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <set>

namespace ferry::api {
namespace {

using store::sqlite::SqliteApiKeyStore;

class AuthenticatorTest : public testing::Test {
  protected:
    AuthenticatorTest() {
        addKey("reader", ApiRole::Read, "r-secret");
        addKey("writer", ApiRole::Write, "w-secret");
    }

    void addKey(const std::string& name, ApiRole role, const std::string& secret) {
        ASSERT_TRUE(others_->add({name, role, sha256(secret), clock_.now()}));
    }

    void later() { clock_.advance(kKeysCheckInterval); }

    Result<Caller> ask(const std::string& header) {
        http::Request request;
        if (!header.empty()) request.headers.add("authorization", header);
        return authenticator_.authenticate(request);
    }

    /// "name role", or "-" if refused.
    std::string who(const std::string& header) {
        const auto caller = ask(header);
        if (!caller) {
            EXPECT_EQ(caller.error().code, ErrorCode::Unauthenticated);
            return "-";
        }
        return caller->key_name + " " + std::string(apiRoleName(caller->role));
    }

    test::TempDir folder_;
    const std::string path_ = (folder_.path() / "keys.db").string();
    test::SimClock clock_;
    observe::Log log_{
        clock_, observe::LogLevel::Error, observe::LogFormat::Text, observe::Log::nowhere()};
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    std::unique_ptr<SqliteApiKeyStore> others_ = *SqliteApiKeyStore::open(path_);
    std::unique_ptr<SqliteApiKeyStore> keys_ = *SqliteApiKeyStore::open(path_);
    Authenticator authenticator_{*keys_, key_, clock_, log_, {Secret("configured"), Secret("org")}};
    const std::string element_ = ElementTokens(key_).issue(InstanceId(7));
};

TEST_F(AuthenticatorTest, LetsInWhoHasAKey) {
    EXPECT_EQ(who("User r-secret, Organization org"), "reader read");
    EXPECT_EQ(who("Organization org, User w-secret"), "writer write");
    EXPECT_EQ(who("User w-secret, Element " + element_), "writer write");
    EXPECT_EQ(who("Element " + element_ + ", Organization org, User w-secret"), "writer write");
    EXPECT_EQ(who("Bearer r-secret"), "reader read");
    EXPECT_EQ(who("User configured, Organization org"), "ferry.yaml write");
    EXPECT_EQ(ask("User w-secret, Element " + element_)->element, InstanceId(7));
    EXPECT_EQ(ask("User w-secret, Organization org")->element, std::nullopt);
}

TEST_F(AuthenticatorTest, LetsNobodyElseIn) {
    for (const std::string& header :
         {std::string(),
          std::string("User w-secret"),
          std::string("Organization org"),
          "Element " + element_,
          "Organization org, Element " + element_,
          std::string("User wrong, Organization org"),
          std::string("User w-secret, Organization wrong"),
          std::string("User w-secret, Organization ORG"),
          std::string("User w-secret, Organization org, Element wrong"),
          std::string("User w-secret, Element ") + element_.substr(1),
          std::string("Bearer wrong"),
          std::string("Bearer org"),
          std::string("Bearer w-secret, Organization wrong"),
          std::string("Bearer w-secret, User r-secret"),
          std::string("Basic dzpzZWNyZXQ=")}) {
        EXPECT_EQ(who(header), "-") << header;
    }
}

TEST_F(AuthenticatorTest, SaysOfWhatIsWrongOnlyThatItIs) {
    const auto refused = ask("User hunter2, Organization org");

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message.find("hunter2"), std::string::npos);
}

TEST_F(AuthenticatorTest, TellsAnEmptyHeaderFromNone) {
    EXPECT_NE(ask("").error().message.find("header is missing"), std::string::npos);
    for (const char* header : {"", " ", " \t "}) {
        http::Request request;
        request.headers.add("Authorization", header);
        const auto refused = authenticator_.authenticate(request);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::Unauthenticated);
        EXPECT_NE(refused.error().message.find("header is empty"), std::string::npos);
    }
}

TEST_F(AuthenticatorTest, LogsInWhoKnowsNameAndKey) {
    const auto reader = authenticator_.logIn("reader", Secret("r-secret"));
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->key_name, "reader");
    EXPECT_EQ(reader->role, ApiRole::Read);
    EXPECT_TRUE(authenticator_.logIn("ferry.yaml", Secret("configured")));
    std::set<std::string> messages;
    for (const auto& [name, key] :
         {std::pair("reader", "w-secret"),
          std::pair("reader", ""),
          std::pair("", "r-secret"),
          std::pair("nobody", "wrong"),
          std::pair("READER", "r-secret")}) {
        const auto refused = authenticator_.logIn(name, Secret(key));
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code, ErrorCode::Unauthenticated);
        messages.insert(refused.error().message);
    }
    EXPECT_EQ(messages.size(), 1U) << "which of both is wrong is not told";
}

TEST_F(AuthenticatorTest, SeesWhatAnotherProcessChanges) {
    EXPECT_EQ(who("Bearer new-secret"), "-");
    addKey("new", ApiRole::Read, "new-secret");
    later();
    EXPECT_EQ(who("Bearer new-secret"), "new read");

    ASSERT_TRUE(others_->remove("new"));
    later();
    EXPECT_EQ(who("Bearer new-secret"), "-");
    EXPECT_EQ(who("Bearer w-secret"), "writer write");
}

TEST_F(AuthenticatorTest, HasAnOrganizationSecretOfItsOwn) {
    Authenticator own(*keys_, key_, clock_, log_, {});
    http::Request request;
    request.headers.add(
        "Authorization", "User w-secret, Organization " + ownOrganizationSecret(key_)
    );

    EXPECT_TRUE(own.authenticate(request));
    EXPECT_EQ(who("User w-secret, Organization " + ownOrganizationSecret(key_)), "-");
    // No key is configured: the empty one opens nothing.
    http::Request empty;
    empty.headers.add("Authorization", "Bearer ");
    EXPECT_FALSE(own.authenticate(empty));
}

}  // namespace
}  // namespace ferry::api
