// Goal: a selection means what was added to it, and everything while nothing was.
// Method: every type and kind against some selections.

#include "model/event_selection.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

TEST(EventSelection, OfNothingMeansEverything) {
    const EventSelection all;

    for (const EventType type :
         {EventType::Created, EventType::Updated, EventType::Moved, EventType::Deleted})
        for (const ObjectKind kind : {ObjectKind::File, ObjectKind::Folder, ObjectKind::Other})
            EXPECT_TRUE(all.matches(type, kind, ""));
}

TEST(EventSelection, MeansTypesAndObjectsThatWereAdded) {
    EventSelection some;
    some.add(EventType::Deleted);
    some.add(EventType::Created);
    some.object_types = {"folder", "issue"};

    EXPECT_TRUE(some.matches(EventType::Deleted, ObjectKind::Folder, ""));
    EXPECT_TRUE(some.matches(EventType::Created, ObjectKind::Folder, ""));
    EXPECT_FALSE(some.matches(EventType::Created, ObjectKind::File, ""));
    EXPECT_FALSE(some.matches(EventType::Moved, ObjectKind::Folder, ""));
    EXPECT_TRUE(some.matches(EventType::Created, ObjectKind::Other, "issue"));
    EXPECT_FALSE(some.matches(EventType::Created, ObjectKind::Other, "order"));
    EXPECT_FALSE(some.matches(EventType::Created, ObjectKind::Other, ""));
}

TEST(EventSelection, NamesOfKindsMeanObjectsOfEveryType) {
    EventSelection other;
    other.object_types = {"other"};
    EXPECT_TRUE(other.matches(EventType::Created, ObjectKind::Other, "issue"));
    EXPECT_TRUE(other.matches(EventType::Created, ObjectKind::Other, ""));
    EventSelection issue;
    issue.object_types = {"issue"};
    EXPECT_FALSE(issue.matches(EventType::Created, ObjectKind::File, "issue"))
        << "a file has no other type";
}

}  // namespace
}  // namespace ferry
