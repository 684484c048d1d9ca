// Goal: a callback gets the events that its instance asked for and no others. Method: tables.

#include "pipeline/event_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry::pipeline {
namespace {

TEST(MatchesPath, FollowsThePattern) {
    struct Case {
        const char* pattern;
        const char* path;
        bool matches;
    };
    const Case cases[] = {
        {"/a.txt", "/a.txt", true},
        {"/a.txt", "/A.TXT", true},
        {"/a.txt", "/b/a.txt", false},
        {"/*.txt", "/a.txt", true},
        {"/*.txt", "/sub/a.txt", false},
        {"/*", "/a", true},
        {"/*", "/a/b", false},
        {"/?.txt", "/a.txt", true},
        {"/?.txt", "/ab.txt", false},
        {"/**", "/a/b/c", true},
        {"/Invoices/**", "/invoices/2026/a.pdf", true},
        {"/Invoices/**", "/Invoices", true},
        {"/Invoices/**", "/Invoices2/a", false},
        {"/**/*.pdf", "/a.pdf", true},
        {"/**/*.pdf", "/x/y/a.pdf", true},
        {"/**/*.pdf", "/x/y/a.txt", false},
        {"/**/b/**/d", "/a/b/c/b/d", true},
        {"/**/b/**/d", "/a/b/c/d/e", false},
        {"/a*b*c", "/a-b-b-c", true},
        {"/a*b*c", "/a-b-b", false},
        {"/a**b", "/axb", true},
        {"/a", "", false},
        {"", "/a", false},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(matchesPath(one.pattern, one.path), one.matches)
            << one.pattern << " against " << one.path;
    }
}

TEST(MatchesPath, AHostilePatternTakesNoTime) {
    std::string pattern = "/";
    for (int i = 0; i < 1000; ++i)
        pattern += "*a";
    const std::string name = "/" + std::string(4000, 'a');
    std::string folders;
    for (int i = 0; i < 1000; ++i)
        folders += "/**/a";

    EXPECT_TRUE(matchesPath(pattern, name));
    EXPECT_FALSE(matchesPath(pattern + "b", name));
    EXPECT_FALSE(matchesPath(folders + "/b", folders));
}

FilterSubject file(std::string_view path) {
    FilterSubject subject;
    subject.path = path;
    return subject;
}

TEST(EventFilter, AnEmptyOneAdmitsAll) {
    EXPECT_TRUE(EventFilter().isEmpty());
    EXPECT_TRUE(EventFilter().admits(file("")));
}

TEST(EventFilter, EachPartThatIsSetHasToBePassed) {
    EventFilter filter;
    filter.event_types = {EventType::Created, EventType::Moved};
    filter.object_types = {"file"};
    filter.paths = {"/Invoices/**"};
    FilterSubject subject = file("/Invoices/a.pdf");
    EXPECT_TRUE(filter.admits(subject));
    subject.type = EventType::Updated;
    EXPECT_FALSE(filter.admits(subject));
    subject.type = EventType::Moved;
    subject.kind = ObjectKind::Folder;
    EXPECT_FALSE(filter.admits(subject));
    EXPECT_FALSE(filter.admits(file("/Other/a.pdf")));
}

TEST(EventFilter, TypesThatAConnectorNamesAreKnownByTheirNamesAndAsOther) {
    EventFilter filter;
    filter.object_types = {"issue", "folder"};
    FilterSubject subject;
    subject.kind = ObjectKind::Other;
    subject.object_type = "issue";
    EXPECT_TRUE(filter.admits(subject));
    subject.object_type = "release";
    EXPECT_FALSE(filter.admits(subject));
    subject.object_type = {};
    EXPECT_FALSE(filter.admits(subject));
    filter.object_types.emplace_back("other");
    EXPECT_TRUE(filter.admits(subject));
    subject.kind = ObjectKind::File;
    EXPECT_FALSE(filter.admits(subject));
}

TEST(EventFilter, AMoveIsToldAtEitherEnd) {
    EventFilter filter;
    filter.paths = {"/Invoices/**"};
    FilterSubject moved = file("/Archive/a.pdf");
    moved.type = EventType::Moved;
    EXPECT_FALSE(filter.admits(moved));
    moved.previous_path = "/Invoices/a.pdf";
    EXPECT_TRUE(filter.admits(moved));
}

TEST(EventFilter, SizesCountForFilesWhoseSizeIsKnown) {
    EventFilter filter;
    filter.size_min = 100;
    filter.size_max = 200;
    FilterSubject subject = file("/a");
    EXPECT_TRUE(filter.admits(subject));
    for (const auto& [size, passes] :
         {std::pair{99, false}, {100, true}, {200, true}, {201, false}}) {
        subject.size = size;
        EXPECT_EQ(filter.admits(subject), passes) << size;
    }
    subject.kind = ObjectKind::Folder;
    EXPECT_TRUE(filter.admits(subject));
}

}  // namespace
}  // namespace ferry::pipeline
