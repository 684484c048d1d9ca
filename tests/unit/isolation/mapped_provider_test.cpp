// Goal: a record at which the mapper's process dies holds up its page, and not for ever; nothing is
// given up while it may be the mapper that is at fault. Method: a real process, whose plugin dies
// for accounts of a certain name.

#include "isolation/mapped_provider.h"

#include "support/fake_provider.h"
#include "support/sim_clock.h"
#include "unit/isolation/isolation_fixture.h"

namespace ferry::isolation::test {
namespace {

using testing::HasSubstr;

class MappedProviderTest : public IsolationTest {
  protected:
    MappedProviderTest() {
        options_.name = "mapper of acme";
        plugin_ = loadGood("hostile", "1.0.0");
        provider_ = std::make_unique<MappedProvider>(
            std::make_shared<ferry::test::FakeProvider>(sim_clock_), serve(*plugin_), plugin_
        );
    }

    Result<std::vector<NormalizedChange>> map(
        const std::string& mode, std::vector<std::string> raw
    ) {
        return provider_->normalize(accountOf(mode), std::move(raw), {});
    }
    /// The same, once the process may be started again; counts what was lost.
    Result<std::vector<NormalizedChange>> mapWithProcess(
        const std::string& mode, const std::string& raw
    ) {
        Result<std::vector<NormalizedChange>> mapped = fail(ErrorCode::Internal, "never");
        EXPECT_TRUE(eventually([&] {
            const std::uint64_t lost = plugin_->lostCalls();
            mapped = map(mode, {raw});
            return mapped || plugin_->lostCalls() > lost;
        }));
        return mapped;
    }

    ferry::test::SimClock sim_clock_;
    std::shared_ptr<IsolatedPlugin> plugin_;
    std::unique_ptr<MappedProvider> provider_;
};

TEST_F(MappedProviderTest, MapsRecordByRecord) {
    const auto page = map("good", {"one", "two"});
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_EQ(page->size(), 2U);
    EXPECT_EQ((*page)[0].raw, "one");
    EXPECT_EQ((*page)[1].raw, "two");
    EXPECT_TRUE(std::holds_alternative<IgnoreChange>((*page)[1].action));
}

TEST_F(MappedProviderTest, ADeathIsAnOutageThatNamesWhoDied) {
    const auto page = map("abort", {"one"});
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(page.error().message, HasSubstr("plugin mapper of acme: its process was killed"));
}

TEST_F(MappedProviderTest, WhatMapsNothingGivesNothingUp) {
    for (unsigned i = 0; i < 3 * MappedProvider::kDeathsMax; ++i)
        EXPECT_FALSE(mapWithProcess("abort", "one"));
    // If it was not the record, it goes on.
    EXPECT_TRUE(mapWithProcess("good", "one"));
}

TEST_F(MappedProviderTest, WhatStandsBehindTheFirstRecordHasItsTurn) {
    for (unsigned i = 0; i < MappedProvider::kDeathsMax; ++i)
        EXPECT_FALSE(mapWithProcess("abort", "first"));
    Result<std::vector<NormalizedChange>> page = fail(ErrorCode::Internal, "never");
    EXPECT_TRUE(eventually([&] {
        page = map("good", {"first", "second"});
        return page.has_value();
    }));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 2U);
    EXPECT_NE(std::get_if<RejectChange>(&(*page)[0].action), nullptr);
    EXPECT_EQ((*page)[1].raw, "second");
    EXPECT_TRUE(std::holds_alternative<IgnoreChange>((*page)[1].action));
}

TEST_F(MappedProviderTest, ARecordThatKillsAgainAndAgainIsRejectedAlone) {
    ASSERT_TRUE(map("good", {"other"}));
    for (unsigned i = 1; i < MappedProvider::kDeathsMax; ++i) {
        EXPECT_FALSE(mapWithProcess("abort", "one"));
        EXPECT_FALSE(mapWithProcess("abort", "two")) << "each has its own count";
    }
    EXPECT_FALSE(mapWithProcess("abort", "one"));
    const auto page = map("abort", {"one"});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 1U);
    EXPECT_EQ((*page)[0].raw, "one");
    const auto* rejected = std::get_if<RejectChange>(&(*page)[0].action);
    ASSERT_NE(rejected, nullptr);
    EXPECT_THAT(rejected->reason, HasSubstr("(at this record 3 times)"));
    // Its page may come again, as what stands behind it waits for the next start of the process.
    const std::uint64_t lost = plugin_->lostCalls();
    EXPECT_TRUE(map("abort", {"one"}));
    EXPECT_EQ(plugin_->lostCalls(), lost);
    EXPECT_TRUE(mapWithProcess("good", "three"));
}

TEST_F(MappedProviderTest, APageThatKillsAgainAndAgainIsMappedRecordByRecord) {
    const auto served = serve(*plugin_);
    provider_ =
        std::make_unique<MappedProvider>(served, served, plugin_, MappedProvider::Pages::Whole);
    const std::vector<std::string> page{"first", "second"};
    ASSERT_TRUE(map("good", page));
    const auto die = [&](const std::string& mode) {
        EXPECT_TRUE(eventually([&] {
            const std::uint64_t lost = plugin_->lostCalls();
            EXPECT_FALSE(map(mode, page));
            return plugin_->lostCalls() > lost;
        }));
    };
    for (unsigned i = 0; i < 2 * MappedProvider::kDeathsMax; ++i)
        die("abort");
    // Three times the page, then three times its first record, which is given up by now.
    Result<std::vector<NormalizedChange>> mapped = fail(ErrorCode::Internal, "never");
    EXPECT_TRUE(eventually([&] {
        mapped = map("good", page);
        return mapped.has_value();
    }));
    ASSERT_TRUE(mapped);
    ASSERT_EQ(mapped->size(), 2U);
    EXPECT_NE(std::get_if<RejectChange>(&(*mapped)[0].action), nullptr);
    EXPECT_TRUE(std::holds_alternative<IgnoreChange>((*mapped)[1].action));
    EXPECT_TRUE(map("good", {"third"})) << "other pages are mapped whole";
}

TEST_F(MappedProviderTest, WaitingForAStartIsNoDeathOfTheRecord) {
    ASSERT_TRUE(map("good", {"other"}));
    options_.restart = {Milliseconds(600'000), Milliseconds(600'000)};
    plugin_ = loadGood("hostile", "1.0.0");
    provider_ = std::make_unique<MappedProvider>(
        std::make_shared<ferry::test::FakeProvider>(sim_clock_), serve(*plugin_), plugin_
    );
    ASSERT_TRUE(map("good", {"other"}));
    EXPECT_FALSE(map("abort", {"one"}));  // the next start is at once
    EXPECT_FALSE(map("abort", {"one"}));  // and the one after that in ten minutes
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(map("abort", {"one"}));
    EXPECT_EQ(plugin_->lostCalls(), 2U);
}

}  // namespace
}  // namespace ferry::isolation::test
