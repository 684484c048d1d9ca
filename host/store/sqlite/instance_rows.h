#pragma once
// Rows of the instance table as values, and back.

#include "base/result.h"
#include "model/instance.h"
#include "store/sqlite/connection.h"

#include <string>
#include <vector>

namespace ferry::store::sqlite {

/// The columns that `readInstance` expects, in order.
#define FERRY_INSTANCE_COLUMNS                                                                \
    "id, name, connector_key, account_id, account_state, tags, state, state_reason, source, " \
    "events_enabled, configuration_fingerprint, webhook_secret_id, callback_id, created_at, " \
    "updated_at, sealed_configuration, concurrency, rate_count, "                             \
    "rate_period_ms, " FERRY_GIVEN_SECRET
/// Of the subscription of the row of `instance`; null if it has none.
#define FERRY_GIVEN_SECRET \
    "(SELECT given_secret_id FROM subscription WHERE instance_id = instance.id)"

/// Corrupt if the tags or the fingerprint are not what this driver writes.
Result<Instance> readInstance(const Query& row);

/// Inserts or overwrites one instance and gives its id. Conflict if its name is taken or its id is
/// unknown.
Result<InstanceId> writeInstance(Connection& connection, const Instance& instance);

/// Overwrites what the instance's configuration says. Conflict if its name is taken or its id is
/// unknown.
Status writeConfiguration(Connection& connection, const Instance& instance);

Result<bool> isInstanceThere(Connection& connection, InstanceId id);
/// NotFound naming the id if it is not.
Status checkInstanceIsThere(Connection& connection, InstanceId id);

/// The tags as the table holds them: a JSON list of texts.
std::string tagsToJson(const std::vector<std::string>& tags);

/// Corrupt unless `bytes` are 32.
Result<Digest256> digestFrom(std::string_view bytes, std::string_view what);

}  // namespace ferry::store::sqlite
