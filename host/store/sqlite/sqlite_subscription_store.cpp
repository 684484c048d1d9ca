#include "store/sqlite/sqlite_subscription_store.h"

#include "store/sqlite/sqlite_instance_store.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

#define FERRY_SUBSCRIPTION_COLUMNS "instance_id, state, callback_url, expires_at, due_at, failures"

std::optional<TimePoint> timeOrNone(const Query& row, int column) {
    return row.isNull(column) ? std::nullopt : std::optional(row.time(column));
}

WebhookSubscription readSubscription(const Query& row) {
    WebhookSubscription subscription;
    subscription.instance = InstanceId(row.integer(0));
    subscription.sealed_state = row.text(1);
    subscription.callback_url = row.text(2);
    subscription.expires_at = timeOrNone(row, 3);
    subscription.due_at = timeOrNone(row, 4);
    subscription.failures = row.as<unsigned>(5);
    return subscription;
}

WebhookSubscription readWithSecret(const Query& row) {
    WebhookSubscription subscription = readSubscription(row);
    subscription.webhook_secret = WebhookSecretId(row.integer(6));
    subscription.given_secret = WebhookSecretId(row.integer(7));
    return subscription;
}

/// The secret that was given with the registration of the instance goes, unless it is `kept`. No
/// other row has it: its fingerprint is that of this instance alone.
Status dropGivenSecret(Connection& connection, InstanceId instance, WebhookSecretId kept = {}) {
    return connection
        .query(
            "DELETE FROM webhook_secret WHERE id = "
            "(SELECT given_secret_id FROM subscription WHERE instance_id = ?) AND id <> ?"
        )
        .bind(instance, kept)
        .run();
}

Status write(Connection& connection, const WebhookSubscription& subscription) {
    FERRY_TRY(connection
                  .query("INSERT OR REPLACE INTO subscription (" FERRY_SUBSCRIPTION_COLUMNS
                         ", webhook_secret_id, given_secret_id) "
                         "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM instance WHERE id = ?1")
                  .bind(
                      subscription.instance,
                      Blob{subscription.sealed_state},
                      subscription.callback_url,
                      subscription.expires_at,
                      subscription.due_at,
                      subscription.failures,
                      subscription.webhook_secret,
                      subscription.given_secret
                  )
                  .run());
    if (connection.changes() != 0) return {};
    return fail(
        ErrorCode::NotFound, fmt::format("there is no instance {}", subscription.instance.value)
    );
}

}  // namespace

Result<std::optional<WebhookSubscription>> SqliteSubscriptionStore::find(InstanceId instance) {
    return core_.read([&](Connection& connection) {
        auto row = connection.query(
            "SELECT " FERRY_SUBSCRIPTION_COLUMNS
            ", webhook_secret_id, given_secret_id FROM subscription WHERE instance_id = ?"
        );
        row.bind(instance);
        return collectOne<WebhookSubscription>(row, readWithSecret);
    });
}

Result<std::vector<WebhookSubscription>> SqliteSubscriptionStore::all() {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT " FERRY_SUBSCRIPTION_COLUMNS
            ", webhook_secret_id, given_secret_id FROM subscription ORDER BY instance_id"
        );
        return collect<WebhookSubscription>(rows, readWithSecret);
    });
}

Status SqliteSubscriptionStore::put(const WebhookSubscription& subscription) {
    bool is_other = false;
    return core_.write(
        [&](Connection& connection) -> Status {
            const WebhookSecretId kept = subscription.given_secret;
            FERRY_TRY(dropGivenSecret(connection, subscription.instance, kept));
            is_other = connection.changes() != 0;
            return write(connection, subscription);
        },
        // Tries that fail are put as well, and change nothing that is looked up.
        [&] {
            if (is_other) core_.accounts.clear();
        }
    );
}

Status SqliteSubscriptionStore::putWithSecret(
    const WebhookSubscription& subscription, const Digest256& fingerprint, std::string_view sealed
) {
    return core_.write(
        [&](Connection& connection) -> Status {
            WebhookSubscription written = subscription;
            FERRY_TRY_ASSIGN(written.given_secret, internSecret(connection, fingerprint, sealed));
            const WebhookSecretId kept = written.given_secret;
            FERRY_TRY(dropGivenSecret(connection, written.instance, kept));
            return write(connection, written);
        },
        [this] { core_.accounts.clear(); }
    );
}

Status SqliteSubscriptionStore::remove(InstanceId instance) {
    return core_.write(
        [=](Connection& connection) -> Status {
            FERRY_TRY(dropGivenSecret(connection, instance));
            return connection.query("DELETE FROM subscription WHERE instance_id = ?")
                .bind(instance)
                .run();
        },
        [this] { core_.accounts.clear(); }
    );
}

Result<std::vector<EndedWebhookSubscription>> SqliteSubscriptionStore::ended(std::size_t limit) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT " FERRY_SUBSCRIPTION_COLUMNS
            ", name, connector_key, account_id, account_state, sealed_configuration, "
            "sealed_tokens, tokens_expire_at FROM ended_subscription ORDER BY due_at LIMIT ?"
        );
        rows.bind(limit);
        return collect<EndedWebhookSubscription>(rows, [](const Query& row) {
            EndedWebhookSubscription ended;
            ended.subscription = readSubscription(row);
            ended.instance.id = ended.subscription.instance;
            ended.instance.name = row.text(6);
            ended.instance.connector_key = row.text(7);
            ended.instance.account_id = row.text(8);
            ended.instance.account_state = row.text(9);
            ended.instance.sealed_configuration = row.text(10);
            if (!row.isNull(11)) ended.sealed_tokens = row.text(11);
            ended.tokens_expire_at = timeOrNone(row, 12);
            return ended;
        });
    });
}

Status SqliteSubscriptionStore::retryEnded(
    InstanceId instance, unsigned failures, TimePoint due_at
) {
    return core_.write([=](Connection& connection) {
        return connection
            .query("UPDATE ended_subscription SET failures = ?, due_at = ? WHERE instance_id = ?")
            .bind(failures, due_at, instance)
            .run();
    });
}

Status SqliteSubscriptionStore::removeEnded(InstanceId instance) {
    return core_.write([=](Connection& connection) {
        return connection.query("DELETE FROM ended_subscription WHERE instance_id = ?")
            .bind(instance)
            .run();
    });
}

Status endSubscription(Connection& connection, InstanceId instance) {
    FERRY_TRY(
        connection
            .query("INSERT OR REPLACE INTO ended_subscription (" FERRY_SUBSCRIPTION_COLUMNS
                   ", name, connector_key, account_id, account_state, sealed_configuration, "
                   "sealed_tokens, tokens_expire_at) "
                   "SELECT instance_id, subscription.state, callback_url, "
                   "subscription.expires_at, 0, 0, name, connector_key, account_id, "
                   "account_state, sealed_configuration, token.sealed, token.expires_at "
                   "FROM subscription JOIN instance ON instance.id = subscription.instance_id "
                   "LEFT JOIN token USING (instance_id) "
                   "WHERE instance_id = ? AND length(subscription.state) > 0")
            .bind(instance)
            .run()
    );
    FERRY_TRY(dropGivenSecret(connection, instance));
    return connection.query("DELETE FROM subscription WHERE instance_id = ?").bind(instance).run();
}

}  // namespace ferry::store::sqlite
