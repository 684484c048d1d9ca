// Goal: a receiver grants its permission later at the address that it got, and nobody else does.
// Method: the address is taken from the question, and changed in each of its parts.

#include "callback_permissions_fixture.h"

namespace ferry::pipeline {
namespace {

class CallbackPermissionGrantTest : public CallbackPermissionsFixture {};

TEST_F(CallbackPermissionGrantTest, AReceiverGrantsLaterAtTheAddressThatItGot) {
    limitTo(60, Milliseconds(60'000));
    ask();
    const std::string token = tokenAsked();
    answer(answerOf(202, {}));
    const int wakes = wakes_;
    EXPECT_EQ(grant(token, {}, "HEAD").status, 405) << "what looks at links grants nothing";
    EXPECT_FALSE(find());
    restart("https://hub.example.com");  // the address is still good
    EXPECT_EQ(grant(token, {{"WebHook-Allowed-Rate", "30"}}).status, 200);
    EXPECT_EQ(wakes_, wakes + 1);
    const auto answers = permissions_->takeAnswers();
    ASSERT_TRUE(answers && answers->size() == 1);
    EXPECT_TRUE(answers->front().is_granted);
    EXPECT_EQ(answers->front().callback, kAsking);
    ASSERT_TRUE(find());
    EXPECT_EQ(find()->rate->count, 30);
    restart();
    ASSERT_TRUE(find());
    EXPECT_EQ(grant(token, {}, "GET").status, 200);
    ASSERT_TRUE(permissions_->takeAnswers());
    EXPECT_EQ(find()->rate->count, 60) << "what was asked for";
}

TEST_F(CallbackPermissionGrantTest, NoOtherAddressGrants) {
    limitTo(60, Milliseconds(60'000));
    ask();
    const std::string token = tokenAsked();
    std::string other_callback = token;
    other_callback[0] = '2';
    std::string other_rate = token;
    other_rate.replace(2, 2, "99");
    std::string changed = token;
    changed.back() = changed.back() == '0' ? '1' : '0';
    for (const std::string& wrong :
         {std::string(),
          std::string("1"),
          std::string("1-60"),
          std::string("1-60-"),
          other_callback,
          other_rate,
          changed,
          token + "0",
          std::string("-60-") + token}) {
        EXPECT_EQ(grant(wrong).status, 404) << wrong;
    }
    EXPECT_EQ(grant(token, {{"WebHook-Allowed-Origin", "evil.example"}}).status, 400);
    EXPECT_EQ(grant(token, {{"WebHook-Allowed-Rate", "0"}}).status, 400);
    meta_.refuses_writes = true;
    EXPECT_EQ(grant(token).status, 503);
    EXPECT_FALSE(find());
    restart("https://other.example.com");
    meta_.refuses_writes = false;
    EXPECT_EQ(grant(token).status, 404) << "it was for another origin";
}

}  // namespace
}  // namespace ferry::pipeline
