#include "store/sqlite/replay_rows.h"

#include "base/words.h"
#include "store/sqlite/instance_rows.h"
#include "store/sqlite/sequence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace ferry::store::sqlite {
namespace {

std::vector<InstanceId> splitIds(std::string_view text) {
    std::vector<InstanceId> ids;
    const char* const end = text.data() + text.size();
    for (const char* place = text.data(); place < end; ++place) {
        std::int64_t id = 0;
        place = std::from_chars(place, end, id).ptr;
        ids.emplace_back(id);
    }
    return ids;
}

}  // namespace

std::string joinIds(const std::vector<InstanceId>& ids) {
    std::string text;
    for (const InstanceId id : ids) {
        if (!text.empty()) text += ',';
        text += std::to_string(id.value);
    }
    return text;
}

Replay readReplay(const Query& row) {
    Replay replay;
    replay.id = ReplayId(row.integer(0));
    replay.state = row.as<ReplayState>(1);
    replay.is_dry_run = row.integer(2) != 0;
    replay.instances = splitIds(row.view(3));
    replay.selection.types = row.as<std::uint8_t>(4);
    const auto object_types = wordsOf(row.view(5), ',');
    replay.selection.object_types.assign(object_types.begin(), object_types.end());
    replay.from = row.time(6);
    replay.to = row.time(7);
    replay.first_event = EventNumber(row.integer(8));
    replay.end_event = EventNumber(row.integer(9));
    replay.rate = row.integer(10);
    replay.opened_until = InstanceId(row.integer(11));
    replay.counts.instances = row.integer(12);
    replay.counts.skipped = row.integer(13);
    replay.counts.examined = row.integer(14);
    replay.counts.matched = row.integer(15);
    replay.counts.deliveries = row.integer(16);
    replay.created_at = row.time(17);
    replay.updated_at = row.time(18);
    replay.is_redelivery = row.integer(19) != 0;
    return replay;
}

Result<ReplayId> insertReplay(Connection& connection, const Replay& replay) {
    const std::string instances = joinIds(replay.instances);
    const std::string object_types =
        fmt::format("{}", fmt::join(replay.selection.object_types, ","));
    FERRY_TRY(connection
                  .query("INSERT INTO replay (state, is_dry_run, instances, types, object_types, "
                         "from_at, to_at, first_event, end_event, rate, opened_until, "
                         "instances_n, skipped_n, examined_n, matched_n, deliveries_n, "
                         "created_at, updated_at, is_redelivery) "
                         "VALUES (0, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, ?, ?, ?)")
                  .bind(
                      replay.is_dry_run,
                      instances,
                      replay.selection.types,
                      object_types,
                      replay.from,
                      replay.to,
                      replay.first_event,
                      replay.end_event,
                      replay.rate,
                      replay.created_at,
                      replay.created_at,
                      replay.is_redelivery
                  )
                  .run());
    return ReplayId(connection.lastInsertId());
}

Result<DeliveryId> insertCopy(
    Connection& connection,
    const ReplayedPage& page,
    DeliveryOrigin origin,
    ReplayId replay,
    TimePoint now
) {
    FERRY_TRY_ASSIGN(const bool exists, isInstanceThere(connection, page.instance));
    if (!exists) return DeliveryId();
    FERRY_TRY_ASSIGN(const std::int64_t id, takeNumbers(connection, "delivery", 1));
    FERRY_TRY(connection
                  .query("INSERT INTO delivery (id, instance_id, callback_id, first_event, "
                         "last_event, state, attempt_count, next_attempt_at, created_at, "
                         "finished_at, last_status, last_error, origin, replay_id) "
                         "VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, 0, 0, '', ?, ?)")
                  .bind(
                      id,
                      page.instance,
                      page.callback,
                      page.first_event,
                      page.last_event,
                      now,
                      now,
                      origin,
                      replay
                  )
                  .run());
    return DeliveryId(id);
}

}  // namespace ferry::store::sqlite
