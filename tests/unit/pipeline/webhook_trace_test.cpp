// Goal: what is seen of a webhook from outside: its trace goes on, and what became of it is counted
// and timed. Method: as in webhook_receiver_test.

#include "unit/pipeline/webhook_receiver_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;

TEST_F(WebhookReceiverTest, MarksInTheTraceOfTheRequestOrInANewOne) {
    instance("acc-a", "s1");
    http::Request traced = post("accounts:acc-a", "s1");
    traced.headers.add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
    EXPECT_EQ(status(traced), 200);
    EXPECT_EQ(traceIdText(store_.markedIn()), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_FALSE(store_.markedIn().is_sampled);

    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 200);
    const TraceContext made = store_.markedIn();
    EXPECT_TRUE(made);
    EXPECT_TRUE(made.is_sampled);
    EXPECT_NE(traceIdText(made), "0af7651916cd43dd8448eb211c80319c");

    http::Request malformed = post("accounts:acc-a", "s1");
    malformed.headers.add("traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01");
    EXPECT_EQ(status(malformed), 200) << "a bad trace is no reason to lose a notification";
    EXPECT_TRUE(store_.markedIn());
    EXPECT_NE(store_.markedIn(), made);
}

TEST_F(WebhookReceiverTest, CountsAndTimesWhatBecameOfEachRequest) {
    instance("acc-a", "s1");
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 200);
    EXPECT_EQ(status(post("accounts:acc-a", "wrong")), 401);
    store_.refuses_writes = true;
    EXPECT_EQ(status(post("accounts:acc-a", "s1")), 503);
    for (const std::string result : {"accepted", "refused", "failed"}) {
        EXPECT_THAT(
            metrics(), HasSubstr("ferry_webhook_seconds_count{result=\"" + result + "\"} 1\n")
        );
    }
}

}  // namespace
}  // namespace ferry::pipeline
