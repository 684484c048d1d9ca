// Goal: an event is stored in the form that receivers of open-connectors callbacks know.
// Method: whole bodies compared with the expected text, for each type of event and each option.

#include "pipeline/event_body.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

constexpr TimePoint kNow = TimePoint(Milliseconds(1'582'303'425'000));

Event fileEvent() {
    Event event;
    event.id = "AXBooiL_qrZEur0mJV08";
    event.type = EventType::Created;
    event.object.object_id = "id:a4ayc_80_OEAAAAAAAAAXw";
    event.object.path = "/Homework/Prime \"Numbers\".txt";
    event.object.name = "Prime \"Numbers\".txt";
    event.object.revision = "a1c10ce0dd78";
    event.object.content_hash = "e3b0c442";
    event.object.size = 7212;
    event.object.modified_ms = 1'582'303'420'000;
    event.object.created_ms = 1'582'303'419'000;
    event.object.modified_by = "dbid:AAH4f99";
    event.occurred_at = TimePoint(Milliseconds(1'582'303'421'000));
    event.raw = R"({".tag":"file"})";
    return event;
}

Event movedFile() {
    Event event = fileEvent();
    event.type = EventType::Moved;
    event.previous_path = "/old/first.txt";
    event.object.path = "/new/second.txt";
    event.object.name = "second.txt";
    event.cascade_of = "folder0000000000move";
    return event;
}

RecordedEvent recordSingle(const Event& event) {
    const auto recorded = recordEvent(event, "dropbox", "documents", MoveReporting::Moved, kNow);
    EXPECT_EQ(recorded.size(), 1U);
    return recorded.at(0);
}

TEST(EventBody, HoldsTheSharedShapeAndTheDocumentsObject) {
    const RecordedEvent recorded = recordSingle(fileEvent());

    EXPECT_EQ(
        recorded.body,
        R"({"elementKey":"dropbox","hubKey":"documents","objectType":"file",)"
        R"("objectId":"id:a4ayc_80_OEAAAAAAAAAXw","eventType":"CREATED",)"
        R"("date":"2020-02-21T16:43:41Z","id":"AXBooiL_qrZEur0mJV08",)"
        R"("object":{"id":"id:a4ayc_80_OEAAAAAAAAAXw","refId":"id:a4ayc_80_OEAAAAAAAAAXw",)"
        R"("name":"Prime \"Numbers\".txt","path":"/Homework/Prime \"Numbers\".txt",)"
        R"("directory":false,"size":7212,"createdDate":"2020-02-21T16:43:39Z",)"
        R"("modifiedDate":"2020-02-21T16:43:40Z",)"
        R"("revision":"a1c10ce0dd78","contentHash":"e3b0c442","modifiedBy":"dbid:AAH4f99"}})"
    );
    EXPECT_EQ(recorded.id, "AXBooiL_qrZEur0mJV08");
    EXPECT_EQ(recorded.type, EventType::Created);
    EXPECT_EQ(recorded.object_kind, ObjectKind::File);
    EXPECT_EQ(recorded.recorded_at, kNow);
    EXPECT_EQ(recorded.raw, R"({".tag":"file"})");
}

TEST(EventBody, LeavesOutWhatIsNotKnownAndSaysWhatIsSpecial) {
    Event event;
    event.id = "e";
    event.type = EventType::Deleted;
    event.origin = EventOrigin::Resync;
    event.object.object_id = "7";
    event.object.kind = ObjectKind::Folder;
    event.cascade_of = "parent";
    event.is_restored = true;

    const RecordedEvent recorded = recordSingle(event);

    EXPECT_EQ(
        recorded.body,
        R"({"elementKey":"dropbox","hubKey":"documents","objectType":"folder","objectId":"7",)"
        R"("eventType":"DELETED","date":"1970-01-01T00:00:00Z","id":"e",)"
        R"("object":{"id":"7","refId":"7","directory":true},)"
        R"("restored":true,"cascadeOf":"parent","origin":"resync"})"
    );
    EXPECT_EQ(recorded.object_kind, ObjectKind::Folder);
}

TEST(EventBody, KeepsTheSizeOfAnEmptyFile) {
    Event event = fileEvent();
    event.object.size = 0;

    EXPECT_NE(recordSingle(event).body.find(R"("size":0)"), std::string::npos);
}

TEST(EventBody, ReportsAMoveAsOneEventWithThePreviousPath) {
    const RecordedEvent recorded = recordSingle(movedFile());

    EXPECT_EQ(recorded.type, EventType::Moved);
    EXPECT_NE(recorded.body.find(R"("eventType":"MOVED")"), std::string::npos);
    EXPECT_NE(
        recorded.body.find(R"("path":"/new/second.txt","previousPath":"/old/first.txt")"),
        std::string::npos
    );
}

TEST(EventBody, SplitsAMoveForReceiversThatKnowOnlyThreeTypes) {
    const Event moved = movedFile();

    const auto halves =
        recordEvent(moved, "dropbox", "documents", MoveReporting::DeletedCreated, kNow);

    ASSERT_EQ(halves.size(), 2U);
    EXPECT_EQ(halves[0].type, EventType::Deleted);
    EXPECT_EQ(halves[0].id, moved.id);
    EXPECT_EQ(halves[0].raw, "");
    EXPECT_NE(
        halves[0].body.find(R"("name":"first.txt","path":"/old/first.txt","directory")"),
        std::string::npos
    );
    EXPECT_NE(halves[0].body.find(R"("cascadeOf":"folder0000000000move")"), std::string::npos);
    EXPECT_EQ(halves[1].type, EventType::Created);
    EXPECT_EQ(halves[1].id, splitMoveId(moved.id));
    EXPECT_EQ(halves[1].raw, moved.raw);
    EXPECT_NE(
        halves[1].body.find(R"("name":"second.txt","path":"/new/second.txt","directory")"),
        std::string::npos
    );
    EXPECT_NE(
        halves[1].body.find(R"("cascadeOf":")" + splitMoveId("folder0000000000move") + '"'),
        std::string::npos
    );
}

TEST(EventBody, SplitsNothingButMoves) {
    Event event = fileEvent();
    for (const EventType type : {EventType::Created, EventType::Updated, EventType::Deleted}) {
        event.type = type;
        const auto recorded =
            recordEvent(event, "dropbox", "documents", MoveReporting::DeletedCreated, kNow);
        ASSERT_EQ(recorded.size(), 1U);
        EXPECT_EQ(recorded[0].type, type);
        EXPECT_EQ(recorded[0].id, event.id);
    }
}

TEST(EventBodyWriter, TellsARestoredObjectAsTheInstanceWants) {
    for (const auto& [restores, type] :
         {std::pair{RestoreReporting::Created, EventType::Created},
          std::pair{RestoreReporting::Updated, EventType::Updated}}) {
        EventBodyWriter writer("dropbox", "documents", MoveReporting::Moved, restores);
        std::vector<RecordedEvent> out;
        Event event = fileEvent();
        writer.record(event, kNow, out);
        event.is_restored = true;
        writer.record(event, kNow, out);
        ASSERT_EQ(out.size(), 2U);
        EXPECT_EQ(out[0].type, EventType::Created) << "it was never deleted";
        EXPECT_EQ(out[1].type, type);
        const std::string name = std::string(R"("eventType":")") + std::string(eventTypeName(type));
        EXPECT_NE(out[1].body.find(name), std::string::npos);
        EXPECT_NE(out[1].body.find(R"("restored":true)"), std::string::npos);
    }
}

TEST(EventBodyWriter, GivesTheSameBodiesWithOneBufferForMany) {
    EventBodyWriter writer("dropbox", "documents", MoveReporting::Moved);
    std::vector<RecordedEvent> recorded;

    writer.record(movedFile(), kNow, recorded);
    writer.record(fileEvent(), kNow, recorded);

    ASSERT_EQ(recorded.size(), 2U);
    EXPECT_EQ(recorded[0].body, recordSingle(movedFile()).body);
    EXPECT_EQ(recorded[1].body, recordSingle(fileEvent()).body);
}

}  // namespace
}  // namespace ferry::pipeline
