#include "store/sqlite/callback_moves.h"

#include <algorithm>
#include <map>

namespace ferry::store::sqlite {
namespace {

constexpr std::size_t kMovedAtOnce = 2'000;

using DueTimes = std::map<LaneId, TimePoint>;

/// Moves what still waits for `move.from`; gives when the first of each lane of it is due.
Result<DueTimes> moveSome(
    Connection& connection, const CallbackMove& move, std::span<const DeliveryId> deliveries
) {
    DueTimes due_at;
    auto update = connection.query(
        "UPDATE delivery SET callback_id = ?, next_attempt_at = " FERRY_DUE_AT_ANOTHER_CALLBACK
        " WHERE id = ? AND instance_id = ? AND callback_id = ? "
        "AND state = 0 RETURNING lane, next_attempt_at"
    );
    for (const DeliveryId delivery : deliveries) {
        update.bind(move.to, delivery, move.instance, move.from);
        FERRY_TRY_ASSIGN(const bool has_row, update.step());
        if (!has_row) continue;
        const TimePoint one = update.time(1);
        const auto [first, is_new] = due_at.try_emplace(LaneId(update.integer(0)), one);
        if (!is_new) first->second = std::min(first->second, one);
        FERRY_TRY(update.run());
    }
    return due_at;
}

Status moveAll(Core& core, const CallbackMove& move) {
    FERRY_TRY_ASSIGN(std::vector<DeliveryId> waiting, core.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id FROM delivery INDEXED BY delivery_waiting "
            "WHERE state = 0 AND callback_id = ? AND instance_id = ?"
        );
        return collect<DeliveryId>(rows.bind(move.from, move.instance), [](const Query& row) {
            return DeliveryId(row.integer(0));
        });
    }));
    std::erase_if(waiting, [&](DeliveryId id) { return core.deliveries.isLeased(move.from, id); });
    for (std::size_t begin = 0; begin < waiting.size(); begin += kMovedAtOnce) {
        const auto some =
            std::span(waiting).subspan(begin, std::min(kMovedAtOnce, waiting.size() - begin));
        DueTimes due_at;
        FERRY_TRY(core.write(
            [&](Connection& connection) -> Status {
                FERRY_TRY_ASSIGN(due_at, moveSome(connection, move, some));
                return {};
            },
            [&] {
                for (const auto& [lane, first] : due_at)
                    core.deliveries.noteDue(move.to, lane, first);
            },
            some.size() * 64
        ));
    }
    return {};
}

}  // namespace

Result<std::vector<CallbackMove>> callbackMoves(
    Connection& connection, std::span<const Instance> instances
) {
    std::vector<CallbackMove> moves;
    auto row = connection.query("SELECT callback_id FROM instance WHERE id = ?");
    for (const Instance& instance : instances) {
        if (!instance.id || !instance.callback) continue;
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(instance.id).step());
        if (!has_row) continue;
        const CallbackId before(row.integer(0));
        if (before && before != instance.callback) {
            moves.push_back({instance.id, before, instance.callback});
        }
    }
    return moves;
}

Status moveWaitingDeliveries(Core& core, std::span<const CallbackMove> moves) {
    for (const CallbackMove& move : moves)
        FERRY_TRY(moveAll(core, move));
    return {};
}

Result<CallbackId> followInstance(Connection& connection, DeliveryId delivery, CallbackId queue) {
    auto update = connection.query(
        "UPDATE delivery SET callback_id = instance.callback_id FROM instance "
        "WHERE delivery.id = ? AND instance.id = delivery.instance_id "
        "AND instance.callback_id NOT IN (0, delivery.callback_id) RETURNING callback_id"
    );
    FERRY_TRY_ASSIGN(const bool has_row, update.bind(delivery).step());
    if (!has_row) return queue;
    const CallbackId present(update.integer(0));
    FERRY_TRY(update.run());
    return present;
}

}  // namespace ferry::store::sqlite
