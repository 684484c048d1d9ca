// Goal: what a receiver has noted down of a callback leads back to its events. Method: the whole
// hub with a fake Dropbox and a receiver; the id of what it got is asked for over HTTP.

#include "integration/api_fixture.h"

namespace ferry::test {
namespace {

using CallbackEventIdTest = ApiTest;

TEST_F(CallbackEventIdTest, TheEventIdOfACallbackLeadsToItsEvents) {
    startWith("marketing");
    put("/a.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    const std::string body = receiver_.requests().front().body;
    rapidjson::Document callback;
    callback.Parse(body.c_str());
    const std::string id = text(callback["message"], "eventId");
    const std::string of_instance =
        "/instances/" + std::to_string(instance("marketing")->id.value) + "/events/" + id;

    for (const std::string& target : {"/instances/events/" + id, of_instance}) {
        const auto event = json(200, "GET", target);
        EXPECT_EQ(text(event["event"], "id"), receiver_.events().front().id);
    }
    const auto delivery = json(200, "POST", of_instance + "/redeliver");

    EXPECT_EQ(text(delivery, "redelivery"), "request");
    ASSERT_TRUE(receiver_.waitForRequests(2));
    EXPECT_EQ(receiver_.requests()[1].body, body) << "the same callback";
    std::string other = id;
    other.back() = other.back() == 'A' ? 'B' : 'A';
    json(404, "GET", "/instances/events/" + other);
}

}  // namespace
}  // namespace ferry::test
