// Goal: calls are told of the instances that were named, for the time that was said.

#include "api/trace_logging.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

TEST(TraceLogging, EndsByItself) {
    TraceLogging tracing;
    const TimePoint now = fromEpochMilliseconds(1'000'000);
    EXPECT_FALSE(tracing.isOn(InstanceId(1), now));
    tracing.enable(InstanceId(1), now + Milliseconds(5), now);
    tracing.enable(InstanceId(2), now + Milliseconds(9), now);
    EXPECT_TRUE(tracing.isOn(InstanceId(1), now + Milliseconds(4)));
    EXPECT_FALSE(tracing.isOn(InstanceId(1), now + Milliseconds(5)));
    EXPECT_TRUE(tracing.isOn(InstanceId(2), now + Milliseconds(5)));
    EXPECT_FALSE(tracing.isOn(InstanceId(3), now));
    tracing.disable(InstanceId(2));
    tracing.disable(InstanceId(3));
    EXPECT_FALSE(tracing.isOn(InstanceId(2), now));
    tracing.enable(InstanceId(1), now + Milliseconds(20), now + Milliseconds(10));
    EXPECT_TRUE(tracing.isOn(InstanceId(1), now + Milliseconds(19))) << "said again";
}

TEST(TraceLogging, ReadsMinutes) {
    EXPECT_EQ(readTraceDuration("").value(), kTraceDurationDefault);
    EXPECT_EQ(readTraceDuration("{}").value(), kTraceDurationDefault);
    EXPECT_EQ(readTraceDuration(R"({"duration": 5})").value(), Milliseconds(300'000));
    EXPECT_EQ(readTraceDuration(R"({"duration": "5"})").value(), Milliseconds(300'000));
    EXPECT_EQ(readTraceDuration(R"({"duration": 1440})").value(), kTraceDurationMax);
    for (const char* body :
         {R"({"duration": 0})",
          R"({"duration": 1441})",
          R"({"duration": -5})",
          R"({"duration": 1.5})",
          R"({"duration": "1h"})",
          R"({"duration": []})",
          "5",
          "{"}) {
        EXPECT_FALSE(readTraceDuration(body)) << body;
    }
}

}  // namespace
}  // namespace ferry::api
