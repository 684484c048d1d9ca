// Goal: what an earlier version stored is understood. Method: the schema as that version had it,
// with rows, opened by this one.

#include "contract/store_contract.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temp_dir.h"

namespace ferry::store::sqlite {
namespace {

using test::at;
using test::valueOf;
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

}  // namespace
}  // namespace ferry::store::sqlite
