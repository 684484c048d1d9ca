// Goal: what a provider says is wrong gets into messages, printable and short, and no secret of
// ours with it. Method: answers of many forms, to an account that has some.

#include "answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ferry::declarative {
namespace {

class Answers : public testing::Test {
  protected:
    static ferry_str str(std::string_view text) { return {text.data(), text.size()}; }
    static std::string saidBy(std::string_view body, std::string_view token = "the-token") {
        const ferry_field fields[] = {
            {sizeof(ferry_field), 0, str("api.key"), str("k3y/ of+ours")},
            {sizeof(ferry_field), 0, str("webhook"), str("true")},
            {sizeof(ferry_field), 0, str("zone"), str("eu")}};
        ferry_account raw{};
        raw.struct_size = sizeof raw;
        raw.configuration = {fields, sizeof fields[0], std::size(fields)};
        ferry_http_response answer{};
        answer.struct_size = sizeof answer;
        answer.status = 400;
        answer.body = sdk::toBytes(body);
        Secrets secrets(sdk::AccountView(raw), token);
        secrets.add("whsec-1");
        return said(sdk::HttpResponse(answer), secrets);
    }
};

TEST_F(Answers, SayWhatIsWrongWhereProvidersSayIt) {
    for (const char* body :
         {R"({"message":"no such thing"})",
          R"({"error":"no such thing"})",
          R"({"error":"invalid_request","error_description":"no such thing"})",
          R"({"detail":"no such thing","status":400})",
          R"({"errors":[{"message":"no such thing"},{"message":"b"}]})",
          R"({"error":{"code":7,"message":"no such thing"},"message":"outer"})",
          "no such thing",
          "\n no\tsuch \r\n thing \n"})
        EXPECT_EQ(saidBy(body), ": no such thing") << body;
    for (const char* body : {"", "{}", "[]", "7", R"({"message":7,"error":{}})", "<html>no</html>"})
        EXPECT_EQ(saidBy(body), "") << body;
}

TEST_F(Answers, SayItInOnePrintableLine) {
    EXPECT_EQ(
        saidBy(R"({"message":"a\u001b[31m\nb\u009bc\u2028\u202ed\u00fc"})"),
        ": a [31m b c d\xC3\xBC"
    );
    EXPECT_EQ(saidBy("\xFF\xC3(x"), ": ?\?(x");
    const std::string many(1000, 'x');
    EXPECT_EQ(saidBy(many), ": " + many.substr(0, 197) + "...");
    std::string umlauts = "x";
    while (umlauts.size() < 400)
        umlauts += "\xC3\xBC";
    const std::string cut = saidBy(umlauts);
    EXPECT_LE(cut.size(), 202U);
    EXPECT_TRUE(sdk::isText(cut)) << "no character is cut in two";
}

TEST_F(Answers, LeaveOurSecretsOut) {
    EXPECT_EQ(
        saidBy(R"({"message":"the-token, k3y/ of+ours, whsec-1, true, eu"})"),
        ": ***, ***, ***, true, eu"
    );
    EXPECT_EQ(saidBy("no: /?key=k3y%2F%20of%2Bours&x"), ": no: /?key=***&x");
    EXPECT_EQ(saidBy("not azN5LyBvZitvdXJz"), ": not ***") << "in Base64";
    EXPECT_EQ(
        saidBy("'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' is none, Bearer token"),
        ": 'Basic ***' is none, Bearer token"
    );
    EXPECT_EQ(saidBy("abcd-abcdabcd", "abcd"), ": ***-******");
    // A secret at the end of what is shown is left out before that is cut.
    EXPECT_EQ(
        saidBy(std::string(190, 'x') + "the-token and more").substr(2),
        std::string(190, 'x') + "*** and..."
    );
}

}  // namespace
}  // namespace ferry::declarative
