// Goal: only what Dropbox signed passes, its question is answered to the byte, and its
// notifications are read as far as needed. Method: published forms, every flipped bit of a signed
// body, odd bodies.

#include "base/crypto.h"
#include "base/encoding.h"
#include "dropbox_fixture.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Webhook : public DropboxTest {
  protected:
    static std::string sign(const std::string& body, const std::string& secret = "appsecret") {
        return hexEncode(asText(hmacSha256(secret, body)));
    }
    ferry_status check(const std::string& body, const std::string& signature) {
        return plugin_.verifySignature(body, {{"x-dropbox-signature", signature}}, {"appsecret"});
    }
    // With spaces after the colons, as Dropbox's own test sender writes it.
    const std::string body_ =
        R"({"list_folder": {"accounts": ["dbid:AAA", "dbid:BBB"]}, "delta": {"users": [1]}})";
};

TEST_F(Webhook, AnswersTheChallengeWithTheSameBytesAsText) {
    const AbiOutcome outcome =
        plugin_.verifyChallenge("GET", "a=1&challenge=%3Cscript%3Ealert(1)%3C%2Fscript%3E+%00z");

    ASSERT_EQ(outcome.status, FERRY_YES);
    const AbiResponse& reply = outcome.replies.at(0);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, std::string("<script>alert(1)</script> \0z", 28));
    EXPECT_THAT(
        reply.headers,
        ElementsAre(
            std::pair<std::string, std::string>("Content-Type", "text/plain"),
            std::pair<std::string, std::string>("X-Content-Type-Options", "nosniff")
        )
    );
}

TEST_F(Webhook, TakesNothingElseForAChallenge) {
    const std::string long_challenge = "challenge=" + std::string(1025, 'a');
    const std::string longest = "challenge=" + std::string(1024, 'a');

    EXPECT_EQ(plugin_.verifyChallenge("POST", "challenge=a").status, FERRY_NO);
    for (const std::string& query :
         {std::string(),
          std::string("challenge"),
          std::string("challenge="),
          std::string("challenge=%4"),
          std::string("challenge=%zz"),
          std::string("xchallenge=a"),
          std::string("Challenge=a"),
          long_challenge})
        EXPECT_EQ(plugin_.verifyChallenge("GET", query).status, FERRY_NO) << query;
    EXPECT_EQ(plugin_.verifyChallenge("GET", longest).status, FERRY_YES);
}

TEST_F(Webhook, AcceptsTheSignatureOfTheRawBodyUnderAnyOfTheSecrets) {
    EXPECT_EQ(check(body_, sign(body_)), FERRY_OK);
    EXPECT_EQ(
        plugin_.verifySignature(
            body_, {{"x-dropbox-signature", sign(body_)}}, {"other", "appsecret", "third"}
        ),
        FERRY_OK
    );
    EXPECT_EQ(check("", sign("")), FERRY_OK);
}

TEST_F(Webhook, RefusesEveryOneBitFlipOfASignedBody) {
    const std::string signature = sign(body_);
    ASSERT_EQ(check(body_, signature), FERRY_OK);
    for (std::size_t bit = 0; bit < body_.size() * 8; ++bit) {
        std::string flipped = body_;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        ASSERT_EQ(check(flipped, signature), FERRY_ERROR_BAD_SIGNATURE) << "bit " << bit;
    }
}

TEST_F(Webhook, RefusesEveryOneBitFlipOfASignature) {
    const std::string signature = sign(body_);
    ASSERT_EQ(check(body_, signature), FERRY_OK);
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        std::string flipped = signature;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        ASSERT_EQ(check(body_, flipped), FERRY_ERROR_BAD_SIGNATURE) << "bit " << bit;
    }
}

TEST_F(Webhook, RefusesSignaturesThatAreNotOne) {
    const std::string good = sign(body_);
    std::string upper = good;
    for (char& c : upper)
        c = static_cast<char>(std::toupper(c));

    for (const std::string& signature :
         {std::string(),
          good.substr(1),
          good + "0",
          upper,
          "sha256=" + good,
          good + " ",
          std::string(64, 'g')})
        EXPECT_EQ(check(body_, signature), FERRY_ERROR_BAD_SIGNATURE) << signature;
    EXPECT_EQ(plugin_.verifySignature(body_, {}, {"appsecret"}), FERRY_ERROR_BAD_SIGNATURE);
    EXPECT_EQ(
        plugin_.verifySignature(
            body_, {{"x-dropbox-signature", good}, {"X-Dropbox-Signature", good}}, {"appsecret"}
        ),
        FERRY_ERROR_BAD_SIGNATURE
    );
}

TEST_F(Webhook, RefusesEverythingWithoutASecretOrWithoutCrypto) {
    const Pairs signed_empty{{"x-dropbox-signature", sign(body_, "")}};
    const Pairs good{{"x-dropbox-signature", sign(body_)}};

    EXPECT_EQ(plugin_.verifySignature(body_, good, {}), FERRY_ERROR_BAD_SIGNATURE);
    EXPECT_EQ(plugin_.verifySignature(body_, signed_empty, {""}), FERRY_ERROR_BAD_SIGNATURE);
    plugin_.has_crypto = false;
    plugin_.remake();
    EXPECT_EQ(plugin_.verifySignature(body_, good, {"appsecret"}), FERRY_ERROR_BAD_SIGNATURE);
}

TEST_F(Webhook, NamesEachAccountOnceInOrder) {
    const AbiOutcome outcome = plugin_.parseNotification(
        R"({"delta":{"users":[7],"teams":{}},"list_folder":{"teams":{"dbtid:1":["dbmid:2"]},)"
        R"("accounts":["dbid:B","dbid:A","dbid:B",5,null,"",{"x":1},"a b","\u0000","\u00e9","dbid:A"]},"new":[[[]]]})"
    );

    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_THAT(outcome.notices, ElementsAre("dbid:B", "dbid:A"));
}

TEST_F(Webhook, ToleratesBodiesThatNameNobody) {
    for (const char* body :
         {"{}",
          R"({"delta":{"users":[1]}})",
          R"({"list_folder":{}})",
          R"({"list_folder":null})",
          R"({"list_folder":{"accounts":null}})",
          R"({"list_folder":{"accounts":{"a":1}}})",
          R"({"list_folder":{"accounts":[]}})"}) {
        const AbiOutcome outcome = plugin_.parseNotification(body);
        EXPECT_EQ(outcome.status, FERRY_OK) << body << outcome.message;
        EXPECT_THAT(outcome.notices, IsEmpty()) << body;
    }
}

TEST_F(Webhook, RefusesBodiesThatAreNoNotification) {
    const std::string deep(100'000, '[');
    for (const std::string& body :
         {std::string(),
          std::string("null"),
          std::string("[]"),
          std::string("{"),
          std::string("{}x"),
          std::string("{\"a\":\"\xff\"}"),
          std::string("<html>"),
          deep})
        EXPECT_EQ(plugin_.parseNotification(body).status, FERRY_ERROR_MALFORMED)
            << body.substr(0, 40);
}

TEST_F(Webhook, BoundsTheBodyAndTheNumberOfAccounts) {
    std::string accounts;
    for (int i = 0; i < 10'000; ++i)
        accounts += (i == 0 ? "" : ",") + std::string("\"dbid:") + std::to_string(i) + "\"";
    const auto body = [](const std::string& list) {
        return R"({"list_folder":{"accounts":[)" + list + "]}}";
    };

    EXPECT_THAT(plugin_.parseNotification(body(accounts)).notices, SizeIs(10'000));
    EXPECT_EQ(plugin_.parseNotification(body(accounts + ",\"x\"")).status, FERRY_ERROR_LIMIT);
    EXPECT_EQ(
        plugin_.parseNotification("{}" + std::string(1 << 20, ' ')).status, FERRY_ERROR_LIMIT
    );
    EXPECT_THAT(
        plugin_.parseNotification(body("\"" + std::string(257, 'a') + "\"")).notices, IsEmpty()
    );
}

}  // namespace
}  // namespace ferry::test
