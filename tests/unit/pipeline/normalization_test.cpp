// Goal: whatever a plugin makes of a page, the index and the callbacks get what they can take.
// Method: a provider whose normalization gives what the test says.

#include "pipeline/normalization.h"

#include "support/fake_provider.h"
#include "support/sim_clock.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

class GivingProvider final : public test::FakeProvider {
  public:
    using FakeProvider::FakeProvider;
    std::vector<NormalizedChange> given;

    Result<std::vector<NormalizedChange>>
    normalize(const ProviderAccount&, std::vector<std::string>, const std::vector<std::string>&)
        override {
        return given;
    }
};

NormalizedChange upsert(std::string id, std::string path, std::string raw = "{}") {
    IndexedObject object;
    object.object_id = std::move(id);
    object.path_key = path;
    object.path = std::move(path);
    return {UpsertObject{std::move(object)}, std::move(raw)};
}

class Normalization : public testing::Test {
  protected:
    NormalizedChange pass(NormalizedChange change) {
        provider_.given = {std::move(change)};
        auto page = normalizePage(provider_, {}, {"record"});
        EXPECT_TRUE(page);
        return page ? std::move(page->front()) : NormalizedChange{};
    }
    std::string rawAfter(const std::string& raw) { return pass(upsert("id:1", "/a", raw)).raw; }
    std::string refusalOf(NormalizedChange change) {
        const NormalizedChange passed = pass(std::move(change));
        const auto* refused = std::get_if<RejectChange>(&passed.action);
        return refused == nullptr ? "" : refused->reason;
    }

    test::SimClock clock_;
    GivingProvider provider_{clock_};
};

TEST_F(Normalization, RecordsThatAreJsonStayAsTheyAre) {
    for (const char* raw : {"{}", R"({ "a" : 1.0e2 })", "[1]", "null", ""})
        EXPECT_EQ(rawAfter(raw), raw);
}

TEST_F(Normalization, RecordsThatAreNoneBecomeTexts) {
    EXPECT_EQ(rawAfter("{"), R"_("{")_");
    EXPECT_EQ(rawAfter("{}}"), R"_("{}}")_");
    EXPECT_EQ(rawAfter("{},{}"), R"_("{},{}")_");
    EXPECT_EQ(rawAfter(" "), R"_(" ")_");
    EXPECT_EQ(rawAfter("\"\xff\""), R"_("(not UTF-8)")_");
    EXPECT_EQ(rawAfter(std::string("{}\0{}", 5)), R"_("{}\u0000{}")_");
    EXPECT_EQ(rawAfter(std::string(100'000, '[')), '"' + std::string(100'000, '[') + '"');
}

TEST_F(Normalization, WhatTheIndexCantTakeIsRefusedByItself) {
    EXPECT_EQ(refusalOf(upsert("id:1", "/a")), "");
    EXPECT_EQ(refusalOf(upsert("", "/a")), "object has no id");
    EXPECT_EQ(refusalOf(upsert(std::string(2'000, 'x'), "/a")), "object id is too long");
    EXPECT_EQ(refusalOf(upsert("id:1", "/\xff")), "text is not UTF-8");
    EXPECT_EQ(refusalOf(upsert("id:1", "\x01")), "path begins with a control character");
    EXPECT_EQ(refusalOf(upsert("id:1", std::string(70'000, 'x'))), "path is too long");
    EXPECT_EQ(refusalOf({RemovePath{}, ""}), "removal names no path");
    EXPECT_EQ(refusalOf({RemoveObject{}, ""}), "removal names no object");

    provider_.given = {upsert("", "/a"), upsert("id:2", "/b")};
    const auto page = normalizePage(provider_, {}, {"one", "two"});
    ASSERT_TRUE(page);
    EXPECT_TRUE(std::holds_alternative<RejectChange>((*page)[0].action));
    EXPECT_TRUE(std::holds_alternative<UpsertObject>((*page)[1].action));
}

TEST_F(Normalization, AChangeMayHaveFurtherResults) {
    NormalizedChange further = upsert("id:2", "/b", "");
    further.is_further = true;
    provider_.given = {upsert("id:1", "/a", "[1]"), further, upsert("id:3", "/c", "[2]")};
    const auto page = normalizePage(provider_, {}, {"one", "two"});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 3U);
    EXPECT_EQ((*page)[0].raw, "[1]");
    EXPECT_EQ((*page)[1].raw, "");
    EXPECT_EQ((*page)[2].raw, "[2]");

    provider_.given = {further, upsert("id:1", "/a")};
    EXPECT_FALSE(normalizePage(provider_, {}, {"one"})) << "a further one of nothing";
    provider_.given = {upsert("id:1", "/a"), further};
    EXPECT_FALSE(normalizePage(provider_, {}, {"one", "two"})) << "none for the second";
}

TEST_F(Normalization, AnotherNumberOfResultsIsAFault) {
    provider_.given = {upsert("id:1", "/a")};
    const auto page = normalizePage(provider_, {}, {"one", "two"});
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::Internal);
}

}  // namespace
}  // namespace ferry::pipeline
