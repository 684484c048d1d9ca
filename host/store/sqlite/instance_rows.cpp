#include "store/sqlite/instance_rows.h"

#include "base/json_writer.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>

namespace ferry::store::sqlite {
namespace {

/// As the columns say it.
constexpr RateLimit kNoRate{0, Milliseconds(0)};

Result<std::vector<std::string>> tagsFromJson(std::string_view text) {
    std::vector<std::string> tags;
    if (text == "[]") return tags;
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    if (document.HasParseError() || !document.IsArray()) {
        return fail(ErrorCode::Corrupt, "store: tags are not a list");
    }
    for (const auto& tag : document.GetArray()) {
        if (!tag.IsString()) return fail(ErrorCode::Corrupt, "store: a tag is not a text");
        tags.emplace_back(tag.GetString(), tag.GetStringLength());
    }
    return tags;
}

Status checkNameIsFree(Connection& connection, const Instance& instance) {
    auto taken = connection.query("SELECT id FROM instance WHERE name = ?");
    FERRY_TRY_ASSIGN(const bool has_row, taken.bind(instance.name).step());
    if (!has_row || InstanceId(taken.integer(0)) == instance.id) return {};
    return fail(
        ErrorCode::Conflict,
        fmt::format(
            "instance '{}': the name is taken by instance {}", instance.name, taken.integer(0)
        )
    );
}

/// Conflict if the UPDATE of `instance` that was just made found no row.
Status checkWasThere(const Connection& connection, const Instance& instance) {
    if (connection.changes() > 0) return {};
    return fail(
        ErrorCode::Conflict,
        fmt::format("instance '{}': there is no instance {}", instance.name, instance.id.value)
    );
}

}  // namespace

Result<bool> isInstanceThere(Connection& connection, InstanceId id) {
    auto row = connection.query("SELECT 1 FROM instance WHERE id = ?");
    return row.bind(id).step();
}

Status checkInstanceIsThere(Connection& connection, InstanceId id) {
    FERRY_TRY_ASSIGN(const bool is_there, isInstanceThere(connection, id));
    if (is_there) return {};
    return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
}

std::string tagsToJson(const std::vector<std::string>& tags) {
    JsonWriter json;
    json.beginArray();
    for (const std::string& tag : tags)
        json.string(tag);
    json.endArray();
    return json.take();
}

Result<Digest256> digestFrom(std::string_view bytes, std::string_view what) {
    Digest256 digest{};
    if (bytes.size() != digest.size()) {
        return fail(ErrorCode::Corrupt, fmt::format("store: {} has {} bytes", what, bytes.size()));
    }
    std::copy(bytes.begin(), bytes.end(), digest.begin());
    return digest;
}

Result<Instance> readInstance(const Query& row) {
    Instance instance;
    instance.id = InstanceId(row.integer(0));
    instance.name = row.text(1);
    instance.connector_key = row.text(2);
    instance.account_id = row.text(3);
    instance.account_state = row.text(4);
    FERRY_TRY_ASSIGN(instance.tags, tagsFromJson(row.view(5)));
    instance.state = row.as<InstanceState>(6);
    instance.state_reason = row.text(7);
    instance.source = row.text(8);
    instance.events_enabled = row.integer(9) != 0;
    FERRY_TRY_ASSIGN(
        instance.configuration_fingerprint, digestFrom(row.view(10), "instance fingerprint")
    );
    instance.webhook_secret = WebhookSecretId(row.integer(11));
    instance.callback = CallbackId(row.integer(12));
    instance.created_at = row.time(13);
    instance.updated_at = row.time(14);
    instance.sealed_configuration = row.text(15);
    instance.callback_limits.concurrency = row.integer(16);
    if (row.integer(17) > 0) {
        instance.callback_limits.rate = RateLimit{row.integer(17), Milliseconds(row.integer(18))};
    }
    instance.given_secret = WebhookSecretId(row.integer(19));
    return instance;
}

Result<InstanceId> writeInstance(Connection& connection, const Instance& instance) {
    FERRY_TRY(checkNameIsFree(connection, instance));
    const std::string tags = tagsToJson(instance.tags);
    const CallbackLimits& limits = instance.callback_limits;
    const RateLimit rate = limits.rate.value_or(kNoRate);
    const auto values = [&](Query&& query, auto... last) {
        return query
            .bind(
                instance.name,
                instance.connector_key,
                instance.account_id,
                instance.account_state,
                tags,
                instance.state,
                instance.state_reason,
                instance.source,
                instance.events_enabled,
                Blob{asText(instance.configuration_fingerprint)},
                instance.webhook_secret,
                instance.callback,
                instance.updated_at,
                Blob{instance.sealed_configuration},
                limits.concurrency,
                rate.count,
                rate.period.count(),
                last...
            )
            .run();
    };
    if (!instance.id) {
        FERRY_TRY(values(
            connection.query("INSERT INTO instance (name, connector_key, account_id, "
                             "account_state, tags, state, state_reason, source, events_enabled, "
                             "configuration_fingerprint, webhook_secret_id, callback_id, "
                             "updated_at, sealed_configuration, concurrency, rate_count, "
                             "rate_period_ms, created_at) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
            instance.created_at
        ));
        return InstanceId(connection.lastInsertId());
    }
    FERRY_TRY(values(
        connection.query("UPDATE instance SET name = ?, connector_key = ?, account_id = ?, "
                         "account_state = ?, tags = ?, state = ?, state_reason = ?, source = ?, "
                         "events_enabled = ?, configuration_fingerprint = ?, "
                         "webhook_secret_id = ?, callback_id = ?, updated_at = ?, "
                         "sealed_configuration = ?, concurrency = ?, rate_count = ?, "
                         "rate_period_ms = ? WHERE id = ?"),
        instance.id
    ));
    FERRY_TRY(checkWasThere(connection, instance));
    return instance.id;
}

Status writeConfiguration(Connection& connection, const Instance& instance) {
    FERRY_TRY(checkNameIsFree(connection, instance));
    const std::string tags = tagsToJson(instance.tags);
    const CallbackLimits& limits = instance.callback_limits;
    const RateLimit rate = limits.rate.value_or(kNoRate);
    FERRY_TRY(connection
                  .query("UPDATE instance SET name = ?, tags = ?, source = ?, events_enabled = ?, "
                         "configuration_fingerprint = ?, webhook_secret_id = ?, callback_id = ?, "
                         "updated_at = ?, sealed_configuration = ?, concurrency = ?, "
                         "rate_count = ?, rate_period_ms = ? WHERE id = ?")
                  .bind(
                      instance.name,
                      tags,
                      instance.source,
                      instance.events_enabled,
                      Blob{asText(instance.configuration_fingerprint)},
                      instance.webhook_secret,
                      instance.callback,
                      instance.updated_at,
                      Blob{instance.sealed_configuration},
                      limits.concurrency,
                      rate.count,
                      rate.period.count(),
                      instance.id
                  )
                  .run());
    return checkWasThere(connection, instance);
}

}  // namespace ferry::store::sqlite
