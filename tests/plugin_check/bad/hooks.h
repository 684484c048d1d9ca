/* The hooks of the plugin, each with its faults. */
#ifndef CHECKED_HOOKS_H
#define CHECKED_HOOKS_H

#include "process.h"

/* The provider signs with x-signature: hex of HMAC-SHA256 of the body. */
static int isSigned(
    const ferry_crypto_1* crypto, const ferry_call* call, const ferry_webhook_request* request, ferry_fields secrets
) {
    const ferry_str given = field(request->headers, "x-signature");
    size_t i;
#ifdef FAULT_TRUSTS_UNSIGNED
    if (given.size == 0) return 1;
#endif
#ifdef FAULT_REFUSES_GENUINE
    return 0;
#endif
#ifdef FAULT_TRUSTS_WITHOUT_CRYPTO
    if (crypto == NULL) return given.size == 64;
#endif
    if (crypto == NULL) return 0;
    for (i = 0; i < secrets.count; ++i) {
        const ferry_str secret = fieldAt(secrets, i)->value;
        uint8_t mac[32];
        char hex[64];
        size_t size = sizeof hex;
        ferry_bytes a, b;
        if (secret.size == 0) continue;
        crypto->hmac_sha256(call, toBytes(secret), request->body, mac);
        crypto->encode(call, FERRY_ENCODING_HEX, (ferry_bytes){mac, 32}, hex, &size);
        a = (ferry_bytes){(const uint8_t*)hex, size};
        b = toBytes(given);
#ifdef FAULT_COMPARES_HALF
        a.size = 32;
        if (b.size == 64) b.size = 32;
#endif
        if (crypto->equal_constant_time(call, a, b)) return 1;
    }
    return 0;
}

static ferry_status verifyChallenge(
    void* self, const ferry_call* call, const ferry_webhook_request* request, ferry_fields secrets, const ferry_sink* sink
) {
    static const char kKey[] = "challenge=";
    const size_t key = sizeof kKey - 1;
    ferry_webhook_reply reply;
    (void)self, (void)call, (void)secrets;
    if (request->query.size <= key || memcmp(request->query.data, kKey, key) != 0) return FERRY_NO;
    memset(&reply, 0, sizeof reply);
    reply.struct_size = sizeof reply;
    reply.status = 200;
    reply.headers.stride = sizeof(ferry_field);
    reply.body = (ferry_bytes){(const uint8_t*)request->query.data + key, request->query.size - key};
#ifdef FAULT_WRONG_REPLY
    reply.body = toBytes(request->query);
#endif
    return sink->reply(sink, &reply) < 0 ? FERRY_ERROR_MALFORMED : FERRY_YES;
}

/* The body has the ids of accounts, separated by commas. */
static ferry_status parseNotification(
    void* self, const ferry_call* call, const ferry_webhook_request* request, const ferry_sink* sink
) {
    const char* at = (const char*)request->body.data;
    size_t left = request->body.size;
    (void)self, (void)call;
#ifdef FAULT_READS_NUL
    /* Looks for the end that no text has. */
    if (left > 0 && ((volatile const char*)at)[left] == 0) (void)left;
#endif
#ifdef FAULT_READS_EMPTY
    if (*(volatile const char*)at == '#') return FERRY_OK;
#endif
#ifdef FAULT_WRITES
    if (left > 0) *(volatile char*)(uintptr_t)at = *(volatile const char*)at;
#endif
#ifdef FAULT_BAD_INPUT
    if (left > 4 && memchr(at, '{', left) != NULL) abort();
#endif
    while (left > 0) {
        const char* comma = memchr(at, ',', left);
        const size_t size = comma == NULL ? left : (size_t)(comma - at);
        ferry_notice notice = {sizeof(ferry_notice), 0, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
        notice.account_key = (ferry_str){at, size};
#ifdef FAULT_NAMES_FIRST
        return sink->notice(sink, &notice) < 0 ? FERRY_ERROR_MALFORMED : FERRY_OK;
#endif
        if (size > 0 && sink->notice(sink, &notice) < 0) return FERRY_ERROR_MALFORMED;
        at += size + (comma != NULL);
        left -= size + (comma != NULL);
    }
    return FERRY_OK;
}

static const ferry_change* changeAt(ferry_changes changes, size_t i) {
#ifdef FAULT_OWN_STRIDE
    return &changes.first[i];
#else
    return (const ferry_change*)((const char*)changes.first + i * changes.stride);
#endif
}

static ferry_status ignore(const ferry_sink* sink, size_t i) {
    const ferry_index_op op = {sizeof(ferry_index_op), (uint32_t)i, FERRY_INDEX_IGNORE, 0, NULL, {NULL, 0}, {NULL, 0}};
    return sink->index_op(sink, &op);
}

#ifdef FAULT_REMEMBERS
static int seen_last_record_first;
#endif

/* A record is the path of a file; anything else than printable ASCII is not understood. */
static ferry_status normalizeOne(const ferry_sink* sink, size_t i, ferry_bytes raw) {
    ferry_object object;
    ferry_index_op op = {sizeof(ferry_index_op), 0, FERRY_INDEX_UPSERT_FILE, 0, NULL, {NULL, 0}, {NULL, 0}};
    size_t at;
    for (at = 0; at < raw.size && raw.size < 1000; ++at)
        if (raw.data[at] <= ' ' || raw.data[at] > '~') break;
    if (at < raw.size || raw.size == 0) {
        ferry_reject reject = {sizeof(ferry_reject), (uint32_t)i, FERRY_ERROR_MALFORMED, 0, STR("no path")};
        return sink->reject(sink, &reject);
    }
    memset(&object, 0, sizeof object);
    object.struct_size = sizeof object;
    object.type = FERRY_OBJECT_FILE;
    object.object_id = object.path = object.path_key = object.name = (ferry_str){(const char*)raw.data, raw.size};
    object.size = -1;
    object.created_ms = object.modified_ms = object.client_modified_ms = FERRY_TIME_UNKNOWN;
#ifdef FAULT_OTHER_SIZE
    object.size = 7;
#endif
#ifdef FAULT_REMEMBERS
    object.size = seen_last_record_first;
#endif
    op.change_index = (uint32_t)i;
    op.object = &object;
    return sink->index_op(sink, &op);
}

static ferry_status normalize(
    void* self, const ferry_call* call, const ferry_account* account, ferry_changes changes, const ferry_sink* sink
) {
    size_t i;
    (void)self, (void)call, (void)account;
#ifdef FAULT_ONE_AT_A_TIME
    /* Whoever comes while somebody is here is told otherwise. */
    {
        static volatile int inside;
        const int is_alone = __sync_bool_compare_and_swap(&inside, 0, 1);
        volatile int spin;
        for (spin = 0; spin < 200000; ++spin) (void)spin;
        if (!is_alone) return FERRY_ERROR_UNAVAILABLE;
        __sync_lock_release(&inside);
    }
#endif
#ifdef FAULT_REMEMBERS
    /* Page after page in the order of the provider goes well. */
    if (changes.count > 1 && changes.first->raw.size > 1 && changes.first->raw.data[1] == 'z')
        seen_last_record_first = 1;
#endif
    for (i = 0; i < changes.count; ++i) {
        const ferry_bytes raw = changeAt(changes, i)->raw;
#ifdef FAULT_SILENT
        if (raw.size == 0) continue;
#endif
#ifdef FAULT_FAILS_PAGE
        if (raw.size == 0) return FERRY_ERROR_MALFORMED;
#endif
        if (raw.size == 1 && raw.data[0] == '-' ? ignore(sink, i) < 0 : normalizeOne(sink, i, raw) < 0)
            return FERRY_ERROR_MALFORMED;
    }
    return FERRY_OK;
}

static ferry_status authorizeUrl(
    void* self, const ferry_call* call, const ferry_account* account, const ferry_authorize_request* request, const ferry_sink* sink
) {
    (void)self, (void)call, (void)account, (void)request;
    return sink->text(sink, str("https://www.example.com/authorize"));
}

#include "operations.h"

#endif
