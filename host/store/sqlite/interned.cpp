// What many instances share and the store numbers once: webhook secrets and callbacks.

#include "store/sqlite/sqlite_instance_store.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

/// The id that `select` gives for the fingerprint; 0 if there is none.
Result<std::int64_t> idOf(
    Connection& connection, const char* select, const Digest256& fingerprint
) {
    auto row = connection.query(select);
    FERRY_TRY_ASSIGN(const bool has_row, row.bind(Blob{asText(fingerprint)}).step());
    return has_row ? row.integer(0) : 0;
}

constexpr const char* kSelectSecret = "SELECT id FROM webhook_secret WHERE fingerprint = ?";
constexpr const char* kSelectCallback = "SELECT id FROM callback WHERE fingerprint = ?";

}  // namespace

Result<WebhookSecretId> internSecret(
    Connection& connection, const Digest256& fingerprint, std::string_view sealed
) {
    FERRY_TRY(connection
                  .query("INSERT INTO webhook_secret (fingerprint, sealed) VALUES (?, ?) "
                         "ON CONFLICT (fingerprint) DO NOTHING")
                  .bind(Blob{asText(fingerprint)}, Blob{sealed})
                  .run());
    FERRY_TRY_ASSIGN(const std::int64_t id, idOf(connection, kSelectSecret, fingerprint));
    return WebhookSecretId(id);
}

Result<WebhookSecretId> SqliteInstanceStore::internWebhookSecret(
    const Digest256& fingerprint, std::string_view sealed
) {
    FERRY_TRY_ASSIGN(const std::int64_t known, core_.read([&](Connection& connection) {
        return idOf(connection, kSelectSecret, fingerprint);
    }));
    WebhookSecretId id(known);
    if (id) return id;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY_ASSIGN(id, internSecret(connection, fingerprint, sealed));
        return {};
    }));
    return id;
}

Result<std::vector<WebhookSecretId>> SqliteInstanceStore::webhookSecrets(std::size_t limit) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT id FROM webhook_secret LIMIT ?");
        return collect<WebhookSecretId>(rows.bind(limit), [](const Query& row) {
            return WebhookSecretId(row.integer(0));
        });
    });
}

Result<std::string> SqliteInstanceStore::sealedWebhookSecret(WebhookSecretId id) {
    return core_.read([&](Connection& connection) -> Result<std::string> {
        auto row = connection.query("SELECT sealed FROM webhook_secret WHERE id = ?");
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(id).step());
        if (has_row) return row.text(0);
        return fail(ErrorCode::NotFound, fmt::format("there is no webhook secret {}", id.value));
    });
}

Result<CallbackId> SqliteInstanceStore::internCallback(const Digest256& fingerprint) {
    FERRY_TRY_ASSIGN(std::int64_t id, core_.read([&](Connection& connection) {
        return idOf(connection, kSelectCallback, fingerprint);
    }));
    if (id != 0) return CallbackId(id);
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(connection
                      .query("INSERT INTO callback (fingerprint) VALUES (?) "
                             "ON CONFLICT (fingerprint) DO NOTHING")
                      .bind(Blob{asText(fingerprint)})
                      .run());
        FERRY_TRY_ASSIGN(id, idOf(connection, kSelectCallback, fingerprint));
        return {};
    }));
    return CallbackId(id);
}

}  // namespace ferry::store::sqlite
