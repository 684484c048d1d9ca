/* Status codes: the result of every call that can fail, in both directions. A code says what the
 * host does next. */
#ifndef FERRY_ABI_STATUS_H
#define FERRY_ABI_STATUS_H

#include "types.h"

FERRY_EXTERN_C_BEGIN

/* 0 success; positive: success with information; negative: failure. The host takes an unknown
 * negative value for FERRY_ERROR_INTERNAL. Open: values may be appended. */
typedef int32_t ferry_status;

enum {
    FERRY_OK = 0,
    FERRY_YES = 1,       /* handled, and here is the answer */
    FERRY_NO = 2,        /* not mine */
    FERRY_NEED_HTTP = 3, /* an operation handed over one HTTP request and waits for its answer */

    FERRY_ERROR_INTERNAL = -1,        /* a bug of the plugin: counted as misbehaviour */
    FERRY_ERROR_INVALID = -2,         /* the arguments or the configuration make no sense */
    FERRY_ERROR_UNSUPPORTED = -3,     /* the hook or service does not exist here */
    FERRY_ERROR_CANCELLED = -4,       /* is_cancelled said so */
    FERRY_ERROR_DEADLINE = -5,        /* no time left */
    FERRY_ERROR_AUTH_EXPIRED = -6,    /* access token refused: refresh, then try once more */
    FERRY_ERROR_AUTH_REVOKED = -7,    /* consent is gone: the user must authorize again */
    FERRY_ERROR_RATE_LIMITED = -8,    /* wait retry_after_ms */
    FERRY_ERROR_UNAVAILABLE = -9,     /* transient fault of provider or network: back off, retry */
    FERRY_ERROR_REJECTED = -10,       /* a permanent no: tell the operator, ask rarely */
    FERRY_ERROR_MALFORMED = -11,      /* data is not understood: tell the operator, ask rarely */
    FERRY_ERROR_BAD_SIGNATURE = -12,  /* the webhook is not from the provider */
    FERRY_ERROR_CURSOR_INVALID = -13, /* the provider forgot the cursor: resynchronise */
    FERRY_ERROR_LIMIT = -14           /* a limit of the host was passed */
};

FERRY_EXTERN_C_END

#endif
