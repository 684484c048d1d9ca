// Goal: objects without a path give the events that polls mean, whatever kind they are. Method:
// pages of changes against a real store, as in change_derivation_test.

#include "support/derivation_bench.h"

#include <gtest/gtest.h>

namespace ferry::test {
namespace {

NormalizedChange record(std::string id, std::string name, std::string revision) {
    UpsertObject put;
    put.object.object_id = std::move(id);
    put.object.name = std::move(name);
    put.object.revision = std::move(revision);
    put.object.kind = ObjectKind::Other;
    put.object.object_type = "contact";
    put.properties = R"({"size":1})";
    return {std::move(put), "{}"};
}

NormalizedChange pathless(ObjectKind kind, std::string id, std::string name, std::string revision) {
    NormalizedChange change = record(std::move(id), std::move(name), std::move(revision));
    auto& object = std::get<UpsertObject>(change.action).object;
    object.kind = kind;
    object.object_type.clear();
    return change;
}

NormalizedChange gone(std::string id) {
    return {RemoveObject{std::move(id)}, "{}"};
}

std::vector<std::string> told(const DerivationBench& bench) {
    std::vector<std::string> lines;
    for (const Event& event : bench.lastEvents())
        lines.push_back(
            std::string(eventTypeName(event.type)) + " " + event.object.object_id + " " +
            event.object.object_type + " " + event.properties
        );
    return lines;
}

using Told = std::vector<std::string>;

TEST(RecordDerivation, TellsOnceWhatOverlappingPollsShow) {
    DerivationBench bench;
    bench.baseline(Page{record("1", "One", "r1")});
    bench.drain(Page{record("1", "One", "r1"), record("2", "Two", "r1")});
    EXPECT_EQ(told(bench), (Told{R"(CREATED 2 contact {"size":1})"}));
    bench.drain(Page{record("1", "One", "r2"), record("2", "Two", "r1")});
    EXPECT_EQ(told(bench), (Told{R"(UPDATED 1 contact {"size":1})"}));
    bench.drain(Page{record("1", "Renamed", "r3"), record("2", "Two", "r1")});
    EXPECT_EQ(told(bench), (Told{R"(UPDATED 1 contact {"size":1})"})) << "a record has no place";
}

TEST(RecordDerivation, WhatIsOlderThanTheIndexWasUpdated) {
    DerivationBench bench;
    bench.baseline(Page{});
    NormalizedChange older = record("1", "One", "r1");
    std::get<UpsertObject>(older.action).existed = true;
    bench.drain(Page{older});
    EXPECT_EQ(told(bench), (Told{R"(UPDATED 1 contact {"size":1})"}));
    bench.drain(Page{gone("1")});
    bench.drainAfterWindow();
    EXPECT_EQ(told(bench), (Told{"DELETED 1 contact "}));
    std::get<UpsertObject>(older.action).object.revision = "r2";
    bench.drain(Page{older});
    EXPECT_EQ(told(bench), (Told{R"(CREATED 1 contact {"size":1})"})) << "it was deleted before";
    EXPECT_TRUE(bench.lastEvents().back().is_restored);
}

TEST(RecordDerivation, ANewNameOfAFileWithoutAPathIsAMove) {
    for (const ObjectKind kind : {ObjectKind::File, ObjectKind::Folder}) {
        DerivationBench bench;
        bench.baseline(Page{pathless(kind, "1", "a", "r1")});
        bench.drain(Page{pathless(kind, "1", "b", "r1")});
        EXPECT_EQ(told(bench), (Told{R"(MOVED 1  {"size":1})"}));
        bench.drain(Page{pathless(kind, "1", "b", "r3")});
        EXPECT_EQ(told(bench), (Told{R"(UPDATED 1  {"size":1})"}));
        bench.drain(Page{pathless(kind, "1", "b", "r3")});
        EXPECT_EQ(told(bench), Told{});
    }
}

TEST(RecordDerivation, WhatIsRenamedAndEditedBetweenTwoPollsIsTold) {
    DerivationBench bench;
    bench.baseline(Page{pathless(ObjectKind::File, "1", "a", "r1")});
    bench.drain(Page{pathless(ObjectKind::File, "1", "b", "r2")});
    const Told both{R"(MOVED 1  {"size":1})", R"(UPDATED 1  {"size":1})"};
    EXPECT_EQ(told(bench), both) << "nothing but the revision tells of the content";

    const auto sized = [](std::string name, std::string revision) {
        NormalizedChange change =
            pathless(ObjectKind::File, "2", std::move(name), std::move(revision));
        std::get<UpsertObject>(change.action).object.size = 7;
        return change;
    };
    bench.drain(Page{sized("a", "r1")});
    bench.drain(Page{sized("b", "r2")});
    EXPECT_EQ(told(bench), (Told{R"(MOVED 2  {"size":1})"})) << "the size tells";
}

TEST(RecordDerivation, TheSizeOfAFolderIsThatOfWhatIsInIt) {
    const auto sized = [](ObjectKind kind, std::int64_t size) {
        NormalizedChange change = pathless(kind, kind == ObjectKind::File ? "f" : "d", "a", "r1");
        std::get<UpsertObject>(change.action).object.size = size;
        return change;
    };
    DerivationBench bench;
    bench.baseline(Page{sized(ObjectKind::Folder, 1), sized(ObjectKind::File, 1)});
    bench.drain(Page{sized(ObjectKind::Folder, 2), sized(ObjectKind::File, 2)});
    EXPECT_EQ(told(bench), (Told{R"(UPDATED f  {"size":1})"}));
}

TEST(RecordDerivation, AnIdWithASlashIsNoPlaceInAnother) {
    DerivationBench bench;
    bench.baseline(Page{
        pathless(ObjectKind::File, "a/b", "in", "r1"),
        pathless(ObjectKind::Folder, "c", "c", "r1"),
        pathless(ObjectKind::File, "c/d", "in", "r1")});
    bench.drain(Page{pathless(ObjectKind::File, "a", "new", "r1")});
    EXPECT_EQ(told(bench), (Told{R"(CREATED a  {"size":1})"}));
    NormalizedChange placed = pathless(ObjectKind::Folder, "c", "c", "r1");
    std::get<UpsertObject>(placed.action).object.path_key = "/c";
    bench.drain(Page{placed});
    bench.drainAfterWindow();
    EXPECT_EQ(bench.position().phase, SyncPhase::Live);
    EXPECT_EQ(told(bench), Told{}) << "its move took nothing along";
}

TEST(RecordDerivation, AComparisonTellsWhatItDoesNotShow) {
    DerivationBench bench;
    bench.baseline(Page{
        record("1", "One", "r1"), record("2", "Two", "r1"), record("3", "Three", "r1")});
    bench.compare();
    bench.drain(Page{
        record("1", "One", "r1"), record("3", "Three", "r2"), record("4", "Four", "r1")});
    EXPECT_EQ(
        told(bench),
        (Told{
            R"(UPDATED 3 contact {"size":1})",
            R"(CREATED 4 contact {"size":1})",
            "DELETED 2 contact "})
    );
    for (const Event& event : bench.lastEvents())
        EXPECT_EQ(event.origin, EventOrigin::Live);
    EXPECT_EQ(bench.position().phase, SyncPhase::Live);
}

TEST(RecordDerivation, WhereComparisonsMayPassThingsOverTwoOfThemTell) {
    DerivationBench bench;
    bench.compares_twice = true;
    bench.baseline(Page{record("1", "One", "r1"), record("2", "Two", "r1")});
    bench.compare();
    bench.drain(Page{record("1", "One", "r1")});
    EXPECT_EQ(told(bench), Told{}) << "it may have moved to a page that was read";
    bench.compare();
    bench.drain(Page{record("1", "One", "r1"), record("2", "Two", "r1")});
    EXPECT_EQ(told(bench), Told{}) << "as it had";
    bench.compare();
    bench.drain(Page{record("2", "Two", "r1")});
    EXPECT_EQ(told(bench), Told{});
    bench.crash();
    bench.compare();
    bench.drain(Page{record("2", "Two", "r1")});
    EXPECT_EQ(told(bench), (Told{"DELETED 1 contact "}));
    bench.resync({Page{}});
    EXPECT_EQ(told(bench), (Told{"DELETED 2 contact "})) << "another resync may never come";
}

TEST(RecordDerivation, ACrashKeepsWhatARecordIs) {
    DerivationBench bench;
    bench.baseline(Page{record("1", "One", "r1")});
    bench.crash();
    bench.compare();
    bench.drain(Page{record("2", "Two", "r1")});
    EXPECT_EQ(told(bench), (Told{R"(CREATED 2 contact {"size":1})", "DELETED 1 contact "}));
}

TEST(RecordDerivation, AComparisonThatShowsNothingAtAllHasToComeTwice) {
    DerivationBench bench;
    const Page all{record("1", "One", "r1"), record("2", "Two", "r1")};
    bench.baseline(all);
    bench.compare();
    bench.drain(Page{});
    EXPECT_EQ(told(bench), Told{}) << "a provider's bad day";
    bench.compare();
    bench.drain(all);
    EXPECT_EQ(told(bench), Told{}) << "all of it is there again";
    bench.compare();
    bench.drain(Page{});
    bench.crash();
    bench.compare();
    bench.drain(Page{});
    EXPECT_EQ(told(bench), (Told{"DELETED 1 contact ", "DELETED 2 contact "})) << "it has gone";
}

TEST(RecordDerivation, AComparisonThatShowsNothingOfATypeHasToComeTwice) {
    DerivationBench bench;
    NormalizedChange deal = record("d", "Deal", "r1");
    std::get<UpsertObject>(deal.action).object.object_type = "deal";
    bench.baseline(Page{record("1", "One", "r1"), record("2", "Two", "r1"), deal});
    for (const Told& wanted : {Told{"DELETED 2 contact "}, Told{"DELETED d deal "}}) {
        bench.compare();
        bench.drain(Page{record("1", "One", "r1")});
        EXPECT_EQ(told(bench), wanted);
    }
    bench.resync({Page{}});
    EXPECT_EQ(told(bench), (Told{"DELETED 1 contact "})) << "another resync may never come";
}

}  // namespace
}  // namespace ferry::test
