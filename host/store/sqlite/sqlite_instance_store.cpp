#include "store/sqlite/sqlite_instance_store.h"

#include "base/letter_case.h"
#include "store/sqlite/callback_moves.h"
#include "store/sqlite/instance_rows.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

Status putOne(
    Connection& connection,
    const Instance& instance,
    TimePoint notice_due,
    std::vector<InstanceId>& ids
) {
    bool was_running = false;
    if (instance.id) {
        auto state = connection.query("SELECT state FROM instance WHERE id = ?");
        FERRY_TRY_ASSIGN(const bool has_row, state.bind(instance.id).step());
        was_running = has_row && state.as<InstanceState>(0) == InstanceState::Running;
    }
    FERRY_TRY_ASSIGN(const InstanceId id, writeInstance(connection, instance));
    ids.push_back(id);
    if (instance.state != InstanceState::Running) return dropNotice(connection, id);
    if (was_running) return {};
    return putNotice(connection, id, notice_due);
}

Result<std::vector<Instance>> readInstances(Query& rows) {
    std::vector<Instance> instances;
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return instances;
        FERRY_TRY_ASSIGN(auto instance, readInstance(rows));
        instances.push_back(std::move(instance));
    }
}

Result<std::optional<Instance>> readOneInstance(Query& rows) {
    FERRY_TRY_ASSIGN(const bool has_row, rows.step());
    if (!has_row) return std::optional<Instance>();
    return readInstance(rows);
}

}  // namespace

Result<std::vector<InstanceId>> SqliteInstanceStore::put(
    std::span<const Instance> instances, TimePoint notice_due
) {
    std::size_t bytes = 0;
    for (const Instance& instance : instances)
        bytes += 512 + instance.sealed_configuration.size();
    std::vector<InstanceId> ids;
    std::vector<CallbackMove> moves;
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            ids.clear();
            FERRY_TRY_ASSIGN(moves, callbackMoves(connection, instances));
            for (const Instance& instance : instances)
                FERRY_TRY(putOne(connection, instance, notice_due, ids));
            return {};
        },
        [&] {
            core_.accounts.clear();
            core_.notices.noteDue(notice_due);
        },
        bytes
    ));
    FERRY_TRY(moveWaitingDeliveries(core_, moves));
    return ids;
}

Status SqliteInstanceStore::reconfigure(std::span<const Instance> instances) {
    std::size_t bytes = 0;
    for (const Instance& instance : instances)
        bytes += 512 + instance.sealed_configuration.size();
    std::vector<CallbackMove> moves;
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            FERRY_TRY_ASSIGN(moves, callbackMoves(connection, instances));
            for (const Instance& instance : instances)
                FERRY_TRY(writeConfiguration(connection, instance));
            return {};
        },
        [this] { core_.accounts.clear(); },
        bytes
    ));
    return moveWaitingDeliveries(core_, moves);
}

Result<std::optional<Instance>> SqliteInstanceStore::find(InstanceId id) {
    return core_.read([&](Connection& connection) {
        auto rows =
            connection.query("SELECT " FERRY_INSTANCE_COLUMNS " FROM instance WHERE id = ?");
        return readOneInstance(rows.bind(id));
    });
}

Result<std::optional<Instance>> SqliteInstanceStore::findByName(std::string_view name) {
    return core_.read([&](Connection& connection) {
        auto rows =
            connection.query("SELECT " FERRY_INSTANCE_COLUMNS " FROM instance WHERE name = ?");
        return readOneInstance(rows.bind(name));
    });
}

Result<std::vector<Instance>> SqliteInstanceStore::page(InstanceId after, std::size_t limit) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_INSTANCE_COLUMNS
                                     " FROM instance WHERE id > ? ORDER BY id LIMIT ?");
        return readInstances(rows.bind(after, limit));
    });
}

Result<std::vector<InstanceId>> SqliteInstanceStore::inState(InstanceState state) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT id FROM instance WHERE state = ? ORDER BY id");
        return collect<InstanceId>(rows.bind(state), [](const Query& row) {
            return InstanceId(row.integer(0));
        });
    });
}

Result<std::vector<Instance>> SqliteInstanceStore::ofCallback(
    CallbackId callback, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_INSTANCE_COLUMNS
                                     " FROM instance WHERE id IN (SELECT id FROM instance "
                                     "WHERE callback_id = ? AND callback_id <> 0 LIMIT ?) "
                                     "ORDER BY id");
        return readInstances(rows.bind(callback, limit));
    });
}

Result<std::vector<Instance>> SqliteInstanceStore::search(const InstanceSearch& search) {
    if (!search.isFiltered()) return page(search.after, search.limit);
    const std::string tags = tagsToJson(search.tags);
    const std::string text = lowerLetters(search.text);
    return core_.read([&](Connection& connection) {
        // One statement for all: a condition that is not asked for costs a comparison of a row.
        auto rows = connection.query(
            "SELECT " FERRY_INSTANCE_COLUMNS
            " FROM instance WHERE id > ?1 "
            "AND (?2 = '' OR connector_key = ?2) "
            "AND (?3 = '' OR instr(lower_letters(name), ?3) > 0 "
            "OR instr(lower(connector_key), ?3) > 0) "
            "AND (?4 = '[]' OR NOT EXISTS (SELECT 1 FROM json_each(?4) AS wanted "
            "WHERE wanted.value NOT IN (SELECT value FROM json_each(instance.tags)))) "
            "ORDER BY id LIMIT ?5"
        );
        return readInstances(rows.bind(search.after, search.connector_key, text, tags, search.limit)
        );
    });
}

Result<std::vector<FileInstance>> SqliteInstanceStore::fileInstances() {
    return core_.read([&](Connection& connection) -> Result<std::vector<FileInstance>> {
        auto rows = connection.query(
            "SELECT id, name, source, configuration_fingerprint, state_reason FROM instance "
            "WHERE source <> '' ORDER BY id"
        );
        std::vector<FileInstance> instances;
        for (;;) {
            FERRY_TRY_ASSIGN(const bool has_row, rows.step());
            if (!has_row) return instances;
            FERRY_TRY_ASSIGN(
                const Digest256 fingerprint, digestFrom(rows.view(3), "instance fingerprint")
            );
            instances.push_back(
                {InstanceId(rows.integer(0)), rows.text(1), rows.text(2), fingerprint, rows.text(4)}
            );
        }
    });
}

Status SqliteInstanceStore::setState(
    InstanceId id, InstanceState state, std::string_view reason, TimePoint notice_due
) {
    return core_.write(
        [=](Connection& connection) -> Status {
            FERRY_TRY(connection
                          .query("UPDATE instance SET state = ?, state_reason = ?, "
                                 "updated_at = max(updated_at, ?) WHERE id = ?")
                          .bind(state, reason, notice_due, id)
                          .run());
            if (connection.changes() == 0) {
                return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
            }
            if (state == InstanceState::Running) return putNotice(connection, id, notice_due);
            return dropNotice(connection, id);
        },
        [this, notice_due] {
            core_.accounts.clear();
            core_.notices.noteDue(notice_due);
        }
    );
}

Status SqliteInstanceStore::setReason(InstanceId id, std::string_view reason) {
    return core_.write([=](Connection& connection) -> Status {
        FERRY_TRY(connection.query("UPDATE instance SET state_reason = ? WHERE id = ?")
                      .bind(reason, id)
                      .run());
        if (connection.changes() != 0) return {};
        return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
    });
}

Result<std::vector<AccountMatch>> SqliteInstanceStore::findByAccount(
    std::string_view connector_key, std::string_view account_id
) {
    std::string key;
    key.reserve(connector_key.size() + 1 + account_id.size());
    key.append(connector_key).append(1, '\n').append(account_id);
    if (auto known = core_.accounts.find(key)) return std::move(*known);
    const std::uint64_t generation = core_.accounts.generation();
    auto matches = core_.read([&](Connection& connection) {
        // Named, because without statistics the planner takes the index of the state: a scan of all
        // running instances for each webhook.
        auto rows =
            connection.query("SELECT id, coalesce(nullif(" FERRY_GIVEN_SECRET
                             ", 0), webhook_secret_id) FROM instance INDEXED BY instance_account "
                             "WHERE connector_key = ? AND account_id = ? AND state = 0");
        rows.bind(connector_key, account_id);
        return collect<AccountMatch>(rows, [](const Query& row) {
            return AccountMatch{InstanceId(row.integer(0)), WebhookSecretId(row.integer(1))};
        });
    });
    // Another process may change what a store opened for reading shows.
    const bool may_keep = matches && !matches->empty() && core_.checkWritable();
    if (may_keep) core_.accounts.keep(key, generation, *matches);
    return matches;
}

Result<std::map<InstanceState, std::int64_t>> SqliteInstanceStore::countByState() {
    if (core_.counts) return countsByState<InstanceState>(core_.counts->committed().instances);
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT state, count(*) FROM instance GROUP BY state");
        return countStates<InstanceState>(rows);
    });
}

}  // namespace ferry::store::sqlite
