// Goal: the topic of an instance is read back as it was written, and nothing else is one.

#include "model/topic.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

TEST(TopicTest, IsReadBack) {
    EXPECT_EQ(topicText(InstanceId(8948659), "dropbox"), "instance-8948659-dropbox-events");
    for (const char* connector : {"dropbox", "my-own-connector", "a-events"}) {
        const Topic topic{InstanceId(7), connector};
        EXPECT_EQ(parseTopic(topicText(topic.instance, connector)), topic) << connector;
    }
}

TEST(TopicTest, NothingElseIsOne) {
    for (const char* text :
         {"",
          "a-topic",
          "instance-events",
          "instance--events",
          "instance-7-events",
          "instance-7--events",
          "instance-x-dropbox-events",
          "instance-0-dropbox-events",
          "instance--7-dropbox-events",
          "instance-99999999999999999999-dropbox-events",
          "instance-7-dropbox-events "}) {
        EXPECT_EQ(parseTopic(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace ferry
