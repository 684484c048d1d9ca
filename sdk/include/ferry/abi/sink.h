/* The host's outputs: every result of a plugin goes through one of these functions. */
#ifndef FERRY_ABI_SINK_H
#define FERRY_ABI_SINK_H

#include "account.h"
#include "http.h"
#include "records.h"

FERRY_EXTERN_C_BEGIN

/* Valid until the hook that got it returns. Every function copies before it returns, and answers
 * FERRY_OK, or
 *   FERRY_ERROR_INVALID    this output does not belong to the hook, or came too often or too late
 *   FERRY_ERROR_MALFORMED  a field breaks its documentation (not UTF-8, missing, out of range)
 *   FERRY_ERROR_LIMIT      too many or too large
 * After a failure of a sink the hook returns that code. No slot is NULL. APPENDABLE. */
typedef struct ferry_sink ferry_sink;
struct ferry_sink {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    void* ctx;         /* the host's */

    /* Operations: exactly once before FERRY_NEED_HTTP is returned. */
    ferry_status (*http_request)(
        const ferry_sink* sink, const ferry_http_request* request
    ) FERRY_NOEXCEPT;
    /* ferry_auth_1.authorize_url: the URL. */
    ferry_status (*text)(const ferry_sink* sink, ferry_str text) FERRY_NOEXCEPT;
    /* ferry_auth_1.exchange, refresh: exactly once. */
    ferry_status (*token_set)(const ferry_sink* sink, const ferry_token_set* tokens) FERRY_NOEXCEPT;
    /* ferry_auth_1.verify: exactly once. */
    ferry_status (*identity)(const ferry_sink* sink, const ferry_identity* identity) FERRY_NOEXCEPT;
    /* ferry_changes_1.fetch: at most 10,000, in the provider's order, before the page. */
    ferry_status (*change)(const ferry_sink* sink, const ferry_change* change) FERRY_NOEXCEPT;
    /* ferry_changes_1.fetch and initial_cursor: exactly once, last. */
    ferry_status (*page)(const ferry_sink* sink, const ferry_page* page) FERRY_NOEXCEPT;
    /* ferry_webhook_1.parse_notification: any number up to 10,000. */
    ferry_status (*notice)(const ferry_sink* sink, const ferry_notice* notice) FERRY_NOEXCEPT;
    /* ferry_webhook_1.verify_challenge: exactly once before FERRY_YES is returned. */
    ferry_status (*reply)(const ferry_sink* sink, const ferry_webhook_reply* reply) FERRY_NOEXCEPT;
    /* ferry_normalize_1.normalize: one of these three for every change. */
    ferry_status (*index_op)(const ferry_sink* sink, const ferry_index_op* op) FERRY_NOEXCEPT;
    ferry_status (*event)(const ferry_sink* sink, const ferry_event* event) FERRY_NOEXCEPT;
    ferry_status (*reject)(const ferry_sink* sink, const ferry_reject* reject) FERRY_NOEXCEPT;

    /* Since 1.1; there wherever a hook of ferry_documents_1 is called. */

    /* ferry_documents_1.metadata, download: exactly once; list, search, revisions: at most 10,000,
     * in the provider's order, before the end. */
    ferry_status (*object)(const ferry_sink* sink, const ferry_object* object) FERRY_NOEXCEPT;
    /* ferry_documents_1.list, search, revisions: exactly once, last. `next_cursor` gives the next page; empty:
     * that was all. */
    ferry_status (*objects_end)(const ferry_sink* sink, ferry_str next_cursor) FERRY_NOEXCEPT;
    /* ferry_documents_1.storage: exactly once. */
    ferry_status (*storage)(const ferry_sink* sink, const ferry_storage* storage) FERRY_NOEXCEPT;
    /* ferry_documents_1.link: exactly once. */
    ferry_status (*link)(const ferry_sink* sink, const ferry_link* link) FERRY_NOEXCEPT;

    /* Since 1.1; there wherever a hook of ferry_subscription_1 is called. */

    /* ferry_subscription_1.subscribe: exactly once. */
    ferry_status (*subscription)(
        const ferry_sink* sink, const ferry_subscription* subscription
    ) FERRY_NOEXCEPT;
};

FERRY_EXTERN_C_END

#endif
