// Goal: what changes hands is told with whom it concerns, and its instances don't wait out an old
// back-off. Method: snapshots made by hand, and instances in a real store.
#include "app/connector_changes.h"

#include "store/sqlite/sqlite_store.h"
#include "support/fake_provider.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class ConnectorChangesTest : public testing::Test {
  protected:
    ConnectorChangesTest() {
        auto opened = store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string());
        EXPECT_TRUE(opened);
        store_ = std::move(*opened);
    }

    static CatalogSnapshot served(
        const std::string& folder, const std::shared_ptr<pipeline::Provider>& provider
    ) {
        CatalogSnapshot snapshot;
        config::ConnectorManifest manifest;
        manifest.key = "fake";
        manifest.source = folder + "/connector.yaml";
        snapshot.manifests.emplace("fake", manifest);
        snapshot.providers.emplace("fake", provider);
        return snapshot;
    }

    InstanceId add(const std::string& name, const std::string& connector, InstanceState state) {
        Instance instance;
        instance.name = name;
        instance.connector_key = connector;
        instance.state = state;
        const auto ids =
            store_->instances().put({&instance, 1}, clock_.now() + Milliseconds(3'600'000));
        EXPECT_TRUE(ids) << ids.error().message;
        return ids->front();
    }

    std::vector<InstanceId> due() {
        std::vector<InstanceId> ids;
        const auto leased = store_->notices().lease(clock_.now(), 10);
        EXPECT_TRUE(leased);
        for (const store::LeasedNotice& notice : *leased)
            ids.push_back(notice.instance);
        return ids;
    }

    void follow(const CatalogSnapshot& before, const CatalogSnapshot& after) {
        EXPECT_TRUE(followConnectors(before, after, *store_, clock_.now(), log_));
    }

    test::TempDir folder_;
    test::SimClock clock_;
    std::string log_text_;
    observe::Log log_{
        clock_, observe::LogLevel::Info, observe::LogFormat::Text, [this](std::string_view line) {
            log_text_.append(line);
        }};
    std::unique_ptr<store::Store> store_;
    const std::shared_ptr<pipeline::Provider> one_ = std::make_shared<test::FakeProvider>(clock_);
    const std::shared_ptr<pipeline::Provider> two_ = std::make_shared<test::FakeProvider>(clock_);
};

TEST_F(ConnectorChangesTest, WhatIsServedAsBeforeIsLeftAlone) {
    add("a", "fake", InstanceState::Running);
    follow(served("p/x", one_), served("p/x", one_));
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_EQ(log_text_, "");
}

TEST_F(ConnectorChangesTest, ANewVersionMakesDrainsOfItsInstancesDue) {
    const InstanceId runs = add("a", "fake", InstanceState::Running);
    add("waits", "fake", InstanceState::AwaitingAuthorization);
    add("other", "other", InstanceState::Running);
    follow(served("p/x", one_), served("p/x", two_));
    EXPECT_THAT(due(), testing::ElementsAre(runs));
    EXPECT_EQ(log_text_, "");
}

TEST_F(ConnectorChangesTest, AnotherFolderIsTold) {
    add("a", "fake", InstanceState::Running);
    add("waits", "fake", InstanceState::AwaitingAuthorization);
    follow(served("p/x", one_), served("q/y", two_));
    EXPECT_THAT(log_text_, HasSubstr("is gone connector=fake folder=q/y former=p/x instances=2"));
    follow(CatalogSnapshot(), served("q/y", two_));
    EXPECT_EQ(std::count(log_text_.begin(), log_text_.end(), '\n'), 1)
        << "a new one takes nothing over";
}

}  // namespace
}  // namespace ferry::app
