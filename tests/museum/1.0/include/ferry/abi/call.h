/* The call context: who the call is for, how long it may take, and where an error is told. */
#ifndef FERRY_ABI_CALL_H
#define FERRY_ABI_CALL_H

#include "status.h"

FERRY_EXTERN_C_BEGIN

/* Given to every hook and passed on to every host service. Valid only until the hook returns, and
 * only on the thread that entered it: an operation gets a new one at each advance. APPENDABLE. */
typedef struct ferry_call ferry_call;
struct ferry_call {
    uint32_t struct_size;
    uint32_t reserved;   /* 0 */
    void* ctx;           /* the host's */
    int64_t now_ms;      /* wall clock at the start of the call, ms since 1970 UTC. Plugins read no
                          * clock of their own, so that a recorded operation can be replayed. */
    int64_t deadline_ns; /* CLOCK_MONOTONIC, ns; 0 = none */
    ferry_str account;   /* the hub's name of the instance, for messages; may be empty */
    ferry_str trace_id;  /* follows a change from the webhook to the callback; may be empty */

    /* 1 if the result is no longer wanted; long loops ask now and then. */
    ferry_bool (*is_cancelled)(const ferry_call* call) FERRY_NOEXCEPT;

    /* Explains the failure that the hook is about to return. `message` says what failed where, in
     * lower case, without secrets; the host keeps 512 bytes of it. `retry_after_ms`: how long the
     * provider asked to wait, or -1. The last call counts. */
    void (*fail)(
        const ferry_call* call, ferry_status status, int64_t retry_after_ms, ferry_str message
    ) FERRY_NOEXCEPT;
};

FERRY_EXTERN_C_END

#endif
