/* ferry.changes/1: what changed since a cursor. Webhooks and polling share it. */
#ifndef FERRY_ABI_EXT_CHANGES_H
#define FERRY_ABI_EXT_CHANGES_H

#include "../operation.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_EXT_CHANGES "ferry.changes/1"

/* Open: treat unknown values as CONTINUE. */
typedef int32_t ferry_fetch_mode;
enum {
    FERRY_FETCH_BASELINE = 0, /* first listing: all objects that exist now */
    FERRY_FETCH_CONTINUE = 1, /* from the cursor on */
    FERRY_FETCH_RESYNC = 2    /* list all again, after FERRY_ERROR_CURSOR_INVALID */
};

/* APPENDABLE. */
typedef struct ferry_fetch {
    uint32_t struct_size;
    ferry_fetch_mode mode;
    ferry_str cursor;  /* empty only at the start of a baseline or resync */
    uint32_t limit;    /* wanted changes a page; a hint. 0 = the provider's default */
    uint32_t reserved; /* 0 */
} ferry_fetch;

/* Every slot may be NULL: the hook does not exist. APPENDABLE. */
typedef struct ferry_changes_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* One page: sink->change for each record, then sink->page once. The same cursor gives the same
     * or later changes again. [worker] */
    ferry_status (*fetch_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_fetch* fetch, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* The position "now", without what exists: one sink->page with has_more 0. [worker] */
    ferry_status (*initial_cursor_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, ferry_operation** op
    ) FERRY_NOEXCEPT;
} ferry_changes_1;

FERRY_EXTERN_C_END

#endif
