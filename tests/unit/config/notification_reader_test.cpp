// Goal: the section 'notifications' is read into what the plugin gets, and every mistake in it is
// found. Method: a small connector with one part changed at a time.

#include "unit/config/declarative_case.h"

#include <gmock/gmock.h>

#include <span>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

void expectEach(std::span<const Mistake> mistakes) {
    for (const Mistake& mistake : mistakes) {
        const Reading reading = withNotifications(mistake.map);
        EXPECT_FALSE(reading.manifest) << mistake.map;
        EXPECT_THAT(reading.findings, Contains(HasSubstr(mistake.finding))) << mistake.map;
    }
}

TEST(NotificationReader, OfAFormItsValuesMayBeSigned) {
    const Reading reading = withNotifications(
        "  verify: [{method: hmac, header: X, signed: '${url}${form}'}]\n  body: form\n"
    );
    EXPECT_THAT(reading.findings, IsEmpty());
}

TEST(NotificationReader, FindsEachMistakeOfProofsAndRecords) {
    const Mistake mistakes[] = {
        {"  verify: []\n", "nothing proves that the provider is the sender"},
        {"  verify: [{method: hmca, header: X}]\n", "did you mean 'hmac'?"},
        {"  verify: [{method: hmac}]\n", "'hmac' needs 'header'"},
        {"  verify: [{method: token}]\n", "'token' needs 'header', 'query' or 'body'"},
        {"  verify: [{method: token, query: t, hash: sha1}]\n", "'hash' has no use with 'token'"},
        {"  verify: [{method: hmac, header: X, signed: '${timestamp}${body}'}]\n",
         "needs 'timestamp_header'"},
        {"  verify: [{method: hmac, header: X, timestamp_header: T}]\n",
         "a time that is not signed proves nothing"},
        {"  verify: [{method: hmac, header: X, signed: '${timestamp}${body}', timestamp_header: T, "
         "tolerance: 0s}]\n",
         "the value of 'tolerance' is less than 1s"},
        {"  verify: [{method: hmac, header: X, signed: '${method}'}]\n", "the body is not signed"},
        {"  verify: [{method: hmac, header: X, signed: '${bdy}${body}'}]\n",
         "did you mean 'body'?"},
        {"  verify: [{method: basic}]\n  each: items\n", "this is no pointer into JSON"},
        {"  verify: [{method: hmac, header: X, signed: '${timestamp}${body}', timestamp_header: T, "
         "timestamp_body: /t}]\n",
         "leave one of the two out"},
        {"  verify: [{method: hmac, header: X, timestamp_body: t}]\n",
         "this is no pointer into JSON"},
        {"  verify: [{method: token, query: t, timestamp_body: /t}]\n",
         "'timestamp_body' has no use with 'token'"},
        {"  verify: [{method: hmac, header: X, timestamp_body: /t}]\n  body: query\n",
         "there is no JSON in a query"},
        {"  verify: [{method: hmac, header: X, signed: '${url}', timestamp_body: /t}]\n",
         "a time that is not signed proves nothing"},
        {"  verify: [{method: basic}]\n  body: from\n", "did you mean 'form'?"},
        {"  verify: [{method: basic}]\n  body: form\n  each: /items\n", "a form has no list"},
        {"  verify: [{method: hmac, header: X, signed: '${body}'}]\n  body: query\n",
         "the query is not signed"},
        {"  verify: [{method: hmac, header: X, signed: '${form}${body}'}]\n",
         "'${form}' is of a form"},
        {"  verify: [{method: hmac, header: X, signed: '${url}'}]\n  body: form\n",
         "the body is not signed"},
        {"  verfy: [{method: basic}]\n", "did you mean 'verify'?"},
        {"  verify: [{method: basic}]\n  marks: true\n", "without 'polling' nobody would ask"},
        {"  verify: [{method: basic}]\n  account: polled:page\n", "'polled:resource' alone"},
        {"  verify: [{method: basic}]\n  id: nid\n",
         "11:7: error: this is a text that is the same for every webhook (write /nid)"},
        {"  verify: [{method: basic}]\n  id: {first_of: [/id, {const: none}]}\n",
         "the same for every webhook (write /none)"},
        {"  verify: [{method: basic}]\n  account: user_id\n",
         "(write /user_id, or {const: user_id} if that is meant)"},
        {"  account: /id\n", "the key 'verify' is missing"},
    };
    expectEach(mistakes);
}

TEST(NotificationReader, FindsEachMistakeOfChallenges) {
    const Mistake mistakes[] = {
        {"  verify: [{method: basic}]\n  challenges: [{method: GET}]\n", "'reply' is missing"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: ''}]\n",
         "nothing says which requests are this challenge"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: '', headers: {X Y: /a}}]\n",
         "HTTP has no header with the name 'X Y'"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, headers: {Content-Type: /a}}]\n",
         "write 'content_type'"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, headers: {X: heder:Y, Host: "
         "b}}]\n",
         "the hub sets the header 'Host' itself"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, headers: [X]}]\n",
         "'headers' takes a mapping"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, status: 204}]\n",
         "an answer of status 204 has no body"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, status: 203}]\n",
         "write 200, 201, 202 or 204"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, status: 404}]\n",
         "write 200, 201, 202 or 204"},
        {"  verify: [{method: basic}]\n  challenges: [{crc: {token: plainToken}, reply: "
         "'${crc}'}]\n",
         "the same for every challenge (write /plainToken)"},
    };
    expectEach(mistakes);
}

TEST(NotificationReader, WarnsOfAListThatNobodyLooksAt) {
    const Reading reading =
        withNotifications("  verify: [{method: basic}]\n  marks: true\n  each: /items\n");
    EXPECT_THAT(
        reading.findings,
        Contains(HasSubstr("12:3: warning: of a webhook that only marks, 'each' tells nothing"))
    );
}

TEST(NotificationReader, HandsChallengesToThePlugin) {
    const std::string challenges =
        "  verify: [{method: hmac, header: X-Sign}]\n  challenges:\n"
        "    - {reply: '', headers: {X-Hook-Secret: header:X-Hook-Secret}}\n"
        "    - {method: POST, when: {/type: '1'}, reply: '{}', verified: true}\n";
    const Reading reading = withNotifications(challenges);
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    EXPECT_TRUE(reading.manifest->signs_challenges) << "the secret is needed";
    EXPECT_THAT(
        setting(reading, "notifications"),
        HasSubstr(R"("challenges":[{"method":"","content_type":"text/plain","reply":"",)"
                  R"("headers":{"X-Hook-Secret":{"header":"x-hook-secret"}}},)"
                  R"({"method":"POST","content_type":"text/plain",)"
                  R"("when":[{"of":{"path":["type"]},"in":["1"]}],"reply":"{}","verified":true}])")
    );
    std::string text = fmt::format("{}notifications:\n{}{}", kHead, challenges, kMap);
    text.replace(text.find("webhook: instance"), 17, "webhook: app");
    EXPECT_THAT(readWithSecret(text).findings, Contains(HasSubstr("(write 'webhook: instance')")));
}

TEST(NotificationReader, HandsStatusesAndTimesInBodiesToThePlugin) {
    const Reading reading = withNotifications(
        "  verify: [{method: hmac, header: X-Sign, timestamp_body: /data/at}]\n  challenges:\n"
        "    - {when: {/type: '0'}, reply: '', status: 204}\n"
        "    - {when: {/type: '1'}, reply: ok, status: 200}\n"
    );
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    const std::string settings = setting(reading, "notifications");
    EXPECT_THAT(settings, HasSubstr(R"("timestamp_body":["data","at"])"));
    EXPECT_THAT(settings, HasSubstr(R"("content_type":"text/plain","status":204,"when":)"));
    EXPECT_THAT(settings, Not(HasSubstr(R"("status":200)")));
}

}  // namespace
}  // namespace ferry::config
