/* Resumable operations: how a hook talks to the provider without doing I/O.
 *
 *   <hook>_start(self, call, ..., &op)      FERRY_OK: the host owns `op`, until it drops it
 *   advance(self, op, call, NULL, sink)     FERRY_NEED_HTTP: one request went to sink->http_request
 *   advance(self, op, call, response, sink) FERRY_NEED_HTTP again, or
 *                                           FERRY_OK: ended, the result went to the sink, or
 *                                           an error: ended, call->fail explains it
 *   drop(self, op)                          always, exactly once, at any point after start
 *
 * The first advance has no response; each later one has the answer to the request before, even if
 * that is only a transport failure. After the end there is no further advance. The calls of one
 * operation never overlap, but may come from different threads. */
#ifndef FERRY_ABI_OPERATION_H
#define FERRY_ABI_OPERATION_H

#include "call.h"
#include "sink.h"

FERRY_EXTERN_C_BEGIN

/* The plugin's; opaque to the host. */
typedef struct ferry_operation ferry_operation;

/* [worker] */
typedef ferry_status (*ferry_advance_fn)(
    void* self, ferry_operation* op, const ferry_call* call, const ferry_http_response* response,
    const ferry_sink* sink
) FERRY_NOEXCEPT;

/* [worker] */
typedef void (*ferry_drop_fn)(void* self, ferry_operation* op) FERRY_NOEXCEPT;

FERRY_EXTERN_C_END

#endif
