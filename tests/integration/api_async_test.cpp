// Goal: calls that are answered later go nowhere they may not, are not lost, and are bounded.
// Method: the whole hub with a receiver; what callers see is in
// clients/open_connectors/async_test.py.

#include "api/async_calls.h"
#include "integration/connector_call_fixture.h"

namespace ferry::test {
namespace {

using testing::HasSubstr;

class ApiAsyncTest : public ConnectorCallTest {
  protected:
    Answer later(const std::string& target, const std::string& url, const std::string& caller) {
        std::vector<std::pair<std::string, std::string>> headers{
            {"Authorization", caller}, {"Elements-Async-Request", "True"}};
        if (!url.empty()) headers.emplace_back("Elements-Async-Callback-Url", url);
        return ask(hub_->port(), "GET", "/elements/api-v2" + target, headers, {});
    }
    std::size_t waiting() {
        const auto all = hub_->store().messages().all();
        EXPECT_TRUE(all);
        return all ? all->size() : 0;
    }
};

TEST_F(ApiAsyncTest, OnlyAKeyThatMayWriteNamesACallback) {
    addReader();
    const std::string token = element_.substr(element_.find("Element "));
    const std::string reader = "User fk_reader, " + token;
    ASSERT_TRUE(eventually([&] { return call("GET", "/ping", {}, reader).status == 200; }));
    const Answer refused = later("/ping", receiver_.url(), reader);
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(refused.body, HasSubstr("may only read"));
    EXPECT_EQ(waiting(), 0U);
    EXPECT_EQ(later("/ping", {}, reader).status, 200) << "to the instance's own";
    EXPECT_TRUE(eventually([&] { return receiver_.requests().size() == 1; }));
}

TEST_F(ApiAsyncTest, WhatIsOnItsWayGoesWithItsInstance) {
    http::Response refusal;
    refusal.status = 500;
    receiver_.answerNext(refusal, 100);
    EXPECT_EQ(later("/ping", {}, element_).status, 200);
    ASSERT_TRUE(eventually([&] { return receiver_.requests().size() == 1; }));
    EXPECT_EQ(waiting(), 1U);
    undeclare("marketing");
    reload();
    EXPECT_TRUE(eventually([&] { return waiting() == 0; }));
}

TEST_F(ApiAsyncTest, NoMoreAreKeptThanThereIsRoomFor) {
    store::Message message;
    message.instance = instance("marketing")->id;
    message.is_asked = false;
    message.due_at = message.created_at = clock_.now();
    for (std::size_t i = 0; i < api::kAsyncMax; ++i)
        ASSERT_TRUE(hub_->store().messages().add(message, api::kAsyncMax));
    const Answer full = later("/ping", {}, element_);
    EXPECT_EQ(full.status, 429);
    EXPECT_EQ(full.headers.at("retry-after"), "1");
}

TEST_F(ApiAsyncTest, ADisabledInstanceIsRefusedAtOnce) {
    ASSERT_TRUE(hub_->store().instances().setState(
        instance("marketing")->id, InstanceState::Disabled, "by hand", clock_.now()
    ));
    EXPECT_EQ(later("/ping", {}, element_).status, 403);
    EXPECT_EQ(waiting(), 0U);
}

}  // namespace
}  // namespace ferry::test
