// Goal: what an earlier version stored is understood, and an upgrade happens as a whole or not at
// all. Method: the schema as that version had it, with rows, opened by this one; steps that fail,
// and a reader beside them.

#include "contract/store_contract.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temp_dir.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>

namespace ferry::store::sqlite {
namespace {

using test::at;
using test::codeOf;
using test::valueOf;
using testing::HasSubstr;
using testing::SizeIs;

class SqliteMigrationTest : public testing::Test {
  protected:
    std::string path() const { return folder_.path() / "hub.db"; }

  private:
    test::TempDir folder_;
};

TEST_F(SqliteMigrationTest, DeliveriesOfAnEarlierVersionStandInNoLane) {
    {
        // As version 10 left them.
        auto connection = valueOf(Connection::open(path(), ConnectionMode::Write, 100));
        std::vector<Migration> steps;
        for (const Migration& step : schemaMigrations()) {
            if (step.version <= 10) steps.push_back(step);
        }
        EXPECT_OK(migrate(*connection, steps));
        EXPECT_OK(connection->execute(
            "INSERT INTO callback (id, fingerprint) VALUES (1, 'x');"
            "INSERT INTO delivery (id, instance_id, callback_id, first_event, last_event, state, "
            "attempt_count, next_attempt_at, created_at, finished_at, last_status, last_error) "
            "VALUES (1, 1, 1, 1, 1, 0, 0, 5, 5, 0, 0, ''), (2, 1, 1, 2, 2, 0, 0, 5, 5, 0, 0, '')"
        ));
    }
    auto store = SqliteStore::open(path());
    ASSERT_TRUE(store) << store.error().message;
    const auto leased = valueOf((*store)->deliveries().lease({at(0), 9, 9}));
    ASSERT_THAT(leased, SizeIs(2)) << "both at once";
    EXPECT_EQ(leased[1].lane, LaneId());
}

TEST_F(SqliteMigrationTest, AttemptsOfAnEarlierVersionStayInTheLog) {
    {
        // As version 19 left them.
        auto connection = valueOf(Connection::open(path(), ConnectionMode::Write, 100));
        std::vector<Migration> steps;
        for (const Migration& step : schemaMigrations()) {
            if (step.version <= 19) steps.push_back(step);
        }
        EXPECT_OK(migrate(*connection, steps));
        EXPECT_OK(connection->execute(
            "INSERT INTO delivery (id, instance_id, callback_id, first_event, last_event, state, "
            "attempt_count, next_attempt_at, created_at, finished_at, last_status, last_error) "
            "VALUES (1, 1, 1, 1, 1, 1, 1, 5, 5, 7, 200, '');"
            "INSERT INTO event (number, instance_id, id, type, object_kind, recorded_at, body, "
            "raw) "
            "VALUES (1, 1, 'e', 0, 0, 5, '{}', '');"
            "INSERT INTO attempt (delivery_id, n, finished_at, status, latency_ms, error, answer) "
            "VALUES (1, 1, 7, 200, 17, '', 'ok')"
        ));
    }
    auto store = SqliteStore::open(path());
    ASSERT_TRUE(store) << store.error().message;
    DeliveryStore& deliveries = (*store)->deliveries();
    const DeliveryKey key{InstanceId(1), DeliveryId(1)};
    ASSERT_THAT(valueOf(deliveries.attempts(key.instance, key.id, 9)), SizeIs(1));

    EXPECT_EQ(valueOf((*store)->replays().redeliver({&key, 1}, at(60))), 1U);
    AttemptOutcome again;
    again.delivery = key.id;
    again.instance = key.instance;
    again.state = DeliveryState::Delivered;
    again.attempt_count = 1;
    again.was_sent = true;
    again.status = 200;
    again.finished_at = at(61);
    EXPECT_OK(deliveries.record({&again, 1}));
    const auto attempts = valueOf(deliveries.attempts(key.instance, key.id, 9));
    ASSERT_THAT(attempts, SizeIs(2));
    EXPECT_EQ(attempts[0].number, 2U);
    EXPECT_EQ(attempts[1].latency, Milliseconds(17));
    EXPECT_EQ(attempts[1].answer, "ok");
}

TEST_F(SqliteMigrationTest, AStepThatFailsLeavesTheFormerSchema) {
    const Migration first{1, "first", "CREATE TABLE one (x)"};
    const Migration good{2, "good", "CREATE TABLE two (x)"};
    const Migration bad{3, "bad", "CREATE TABLE three (x); CREATE TABLE one (x)"};
    const Migration better{3, "better", "CREATE TABLE three (x)"};
    auto connection = valueOf(Connection::open(path(), ConnectionMode::Write, 100));
    const Migration former[] = {first};
    const Migration with_bad[] = {first, good, bad};
    const Migration with_better[] = {first, good, better};

    EXPECT_THAT(migrate(*connection, with_bad).error().message, HasSubstr("schema step 3 (bad)"));
    EXPECT_EQ(codeOf(checkSchema(*connection, former)), ErrorCode::NotFound);

    EXPECT_OK(migrate(*connection, former));
    EXPECT_FALSE(migrate(*connection, with_bad));
    EXPECT_OK(checkSchema(*connection, former));

    EXPECT_OK(migrate(*connection, with_better));
    EXPECT_OK(checkSchema(*connection, with_better));
}

TEST_F(SqliteMigrationTest, WhoReadsBesideAnUpgradeFindsTheFormerSchemaOrTheNewOne) {
    std::vector<Migration> steps;
    std::vector<std::string> sql;
    for (int i = 1; i <= 40; ++i)
        sql.push_back(fmt::format("CREATE TABLE t{} (x)", i));
    for (int i = 1; i <= 40; ++i)
        steps.push_back({i, "step", sql[static_cast<std::size_t>(i - 1)]});
    auto connection = valueOf(Connection::open(path(), ConnectionMode::Write, 100));
    std::atomic<bool> is_over{false};
    std::thread reading([&] {
        auto reader = valueOf(Connection::open(path(), ConnectionMode::ReadOnly, 100));
        while (!is_over) {
            const Status found = checkSchema(*reader, steps);
            if (!found) {
                EXPECT_EQ(codeOf(found), ErrorCode::NotFound) << found.error().message;
            }
        }
        EXPECT_OK(checkSchema(*reader, steps));
    });
    EXPECT_OK(migrate(*connection, steps));
    is_over = true;
    reading.join();
}

}  // namespace
}  // namespace ferry::store::sqlite
