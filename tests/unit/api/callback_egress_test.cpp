// Goal: callers are refused callback URLs that can't be sent to whatever a name server says, and no
// others. Method: a table of URLs, and configurations before and after a change.

#include "api/callback_egress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kEnabled = "event.notification.enabled";
constexpr const char* kUrl = "event.notification.callback.url";
constexpr const char* kTokenUrl = "event.notification.oauth2.token.url";
constexpr const char* kPrivate = "http://10.1.2.3/";

class CallbackEgress : public testing::Test {
  protected:
    std::string problemOf(std::string_view url) const {
        const Status checked = checkCallbackReach(reach_, "'url'", url);
        if (checked) return "";
        EXPECT_EQ(checked.error().code, ErrorCode::InvalidArgument);
        return checked.error().message;
    }

    http::EgressPolicy policy_ =
        http::EgressPolicy::standard({IpNetwork::parse("192.168.7.0/24").value()});
    const CallbackReach reach_{policy_, "https://hub.test"};
};

TEST_F(CallbackEgress, WhatNeedsNoNameServerIsRefused) {
    for (const char* url :
         {"http://127.0.0.1:9000/x",
          "http://[::1]/",
          "http://localhost:8080/",
          "http://app.localhost/",
          "https://10.1.2.3/",
          "http://[::ffff:10.1.2.3]/",
          "http://169.254.169.254/latest",
          "http://2130706433/",
          "http://0x7f.1/",
          "http://192.168.8.1/"}) {
        EXPECT_THAT(problemOf(url), HasSubstr("delivery.allow_networks")) << url;
    }
    EXPECT_THAT(problemOf("https://app.example:22/"), HasSubstr("callbacks to port 22"));
    EXPECT_THAT(
        problemOf(kPrivate),
        AllOf(HasSubstr("'url': callbacks to 10.1.2.3 (private use)"), HasSubstr("10.1.2.3/32"))
    );
}

TEST_F(CallbackEgress, NamesAndWhatIsAllowedAreGood) {
    for (const char* url :
         {"https://app.example/x",
          "http://app.internal:8080/",
          "http://8.8.8.8/",
          "http://192.168.7.1/",
          // Few know it to be an address, and it is a public one.
          "http://134744072/"}) {
        EXPECT_EQ(problemOf(url), "") << url;
    }
}

TEST_F(CallbackEgress, TheHubsOwnAddressesAreRefused) {
    for (const char* url :
         {"https://hub.test/oauth/callback",
          "https://HUB.test/elements/api-v2/events/dropbox?x=1",
          "https://hub.test/oauth/start/marketing"}) {
        EXPECT_EQ(
            problemOf(url),
            "'url' is an address of the hub itself, which takes no callbacks (name the program "
            "that is to get them)"
        );
    }
    for (const char* url :
         {"https://hub.test/", "https://hub.test/app", "https://app.example/oauth/x"})
        EXPECT_EQ(problemOf(url), "") << "another program may be there";
}

TEST_F(CallbackEgress, AnInstanceIsAskedForWhatIsNewAlone) {
    const pipeline::Configuration on = {{kEnabled, "true"}, {kUrl, kPrivate}};
    const pipeline::Configuration off = {{kEnabled, "false"}, {kUrl, kPrivate}};
    const pipeline::Configuration token = {
        {kEnabled, "true"}, {kUrl, "https://app.example/"}, {kTokenUrl, "http://127.0.0.1/token"}};

    EXPECT_THAT(refusedCallbacks(reach_, {}, on), ElementsAre(HasSubstr(kUrl)));
    EXPECT_THAT(refusedCallbacks(reach_, off, on), ElementsAre(HasSubstr(kUrl)));
    EXPECT_THAT(refusedCallbacks(reach_, {}, token), ElementsAre(HasSubstr(kTokenUrl)));
    EXPECT_THAT(refusedCallbacks(reach_, {}, off), IsEmpty()) << "nothing is sent";
    EXPECT_THAT(refusedCallbacks(reach_, on, on), IsEmpty()) << "it was good when it was given";
    const pipeline::Configuration own = {
        {kEnabled, "true"}, {kUrl, "https://hub.test/oauth/callback"}};
    EXPECT_THAT(refusedCallbacks(reach_, on, own), ElementsAre(HasSubstr("the hub itself")));
    EXPECT_THAT(refusedCallbacks(reach_, own, own), IsEmpty());
}

}  // namespace
}  // namespace ferry::api
