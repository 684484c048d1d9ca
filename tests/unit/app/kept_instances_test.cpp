// Goal: an instance that no file declares is removed only where all that may declare it was read,
// and else says why it stays. Method: what was loaded, one shape at a time.

#include "app/kept_instances.h"

#include "support/fake_meta_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string whyKept(const config::InstanceLoad& load) {
    std::string why = KeptInstances(load).whyKept("one", "in/a.yaml:2");
    EXPECT_TRUE(why.empty() || isAboutKept(why)) << why;
    return why;
}

TEST(KeptInstances, AreNoneWhereAllWasRead) {
    config::InstanceLoad load;
    load.file_count = 1;
    EXPECT_EQ(whyKept(load), "");
    load.empty_folders = {"another"};
    EXPECT_EQ(whyKept(load), "") << "a folder without files beside one with some";
}

TEST(KeptInstances, StayWithAVersionThatHasAnError) {
    config::InstanceLoad load;
    load.rejected = {{"one", "in/b.yaml", 7}};

    EXPECT_THAT(whyKept(load), AllOf(HasSubstr("in/b.yaml:7"), HasSubstr("ferry lint")));
    EXPECT_TRUE(KeptInstances(load).isRejected("one"));
    EXPECT_FALSE(KeptInstances(load).isRejected("two"));
}

TEST(KeptInstances, SayThatTheirConnectorIsGoneAndWhereItWas) {
    config::InstanceLoad load;
    load.rejected = {{"one", "in/b.yaml", 7, {}, "", "orders"}};
    const ConnectorPlaces places{{"orders", "/srv/connectors/orders.yaml"}};

    const std::string gone = KeptInstances(load, places).whyKept("one", "in/b.yaml:7");
    EXPECT_THAT(
        gone,
        AllOf(
            HasSubstr("connector 'orders' is gone, which was at /srv/connectors/orders.yaml"),
            HasSubstr("in/b.yaml:7")
        )
    );
    EXPECT_TRUE(isAboutKept(gone));
    EXPECT_THAT(whyKept(load), HasSubstr("has an error")) << "there never was one of that key";
}

TEST(KeptInstances, ConnectorsAreRememberedWithTheirAliases) {
    ferry::test::FakeMetaStore meta;
    config::ManifestSet loaded;
    loaded["orders"].source = "/a/orders.yaml";
    loaded["orders"].aliases = {"1234"};
    ASSERT_TRUE(rememberConnectors(loaded, meta));
    loaded.clear();
    loaded["people"].source = "/a/people.yaml";
    const ConnectorPlaces places = rememberConnectors(loaded, meta).value();
    EXPECT_EQ(places.size(), 3U);
    EXPECT_EQ(places.at("orders"), "/a/orders.yaml");
    EXPECT_EQ(places.at("1234"), "/a/orders.yaml");
    EXPECT_EQ(rememberConnectors({}, meta).value(), places);
}

TEST(KeptInstances, StayWhereTheirFileIsNotWhatItWas) {
    config::InstanceLoad load;
    load.unreadable_files = {"in/a.yaml"};
    EXPECT_THAT(whyKept(load), HasSubstr("in/a.yaml can't be read"));

    load = {};
    load.empty_files = {"in/a.yaml"};
    EXPECT_THAT(whyKept(load), HasSubstr("nothing stands there behind 'instances:'"));

    load = {};
    load.rejected = {{"two", "in/a.yaml", 9}};
    EXPECT_THAT(whyKept(load), HasSubstr("removed once in/a.yaml has no error"));

    for (const char* written : {"in", "in/", "./in"}) {
        load = {};
        load.file_count = 1;
        load.missing_paths = {written};
        EXPECT_NE(whyKept(load), "") << written;
    }
    const std::string absolute = (std::filesystem::current_path() / "in").string();
    for (const std::string& written : {std::string("in"), std::string("x/../in/"), absolute}) {
        load = {};
        load.file_count = 1;
        load.empty_folders = {written};
        EXPECT_THAT(whyKept(load), HasSubstr(" has no file")) << written;
        load.empty_folders.clear();
        load.empty_files = {written + "/a.yaml"};
        EXPECT_THAT(whyKept(load), HasSubstr("nothing stands there")) << written;
        load.empty_files.clear();
        load.rejected = {{"two", written + "/a.yaml", 9}};
        EXPECT_THAT(whyKept(load), HasSubstr("has no error any more")) << written;
    }
}

TEST(KeptInstances, StayWhereAnyOtherPlaceMayDeclareThem) {
    config::InstanceLoad load;
    load.file_count = 3;
    load.unreadable_files = {"b.yaml"};
    EXPECT_THAT(whyKept(load), HasSubstr("once b.yaml can be read"));

    load.unreadable_files.clear();
    load.missing_paths = {"inn"};
    EXPECT_THAT(whyKept(load), HasSubstr("once inn can be read"));

    load.missing_paths.clear();
    load.rejected = {{"", "b.yaml", 4}};
    EXPECT_THAT(whyKept(load), HasSubstr("the instance at b.yaml:4 has a name"));

    load = {};  // ferry.yaml names no files
    EXPECT_THAT(whyKept(load), HasSubstr("write 'instances: []'"));
}

}  // namespace
}  // namespace ferry::app
