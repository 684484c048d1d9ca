/* ferry.log/1: lines in the hub's log, with the plugin, account and trace of the call. */
#ifndef FERRY_ABI_SVC_LOG_H
#define FERRY_ABI_SVC_LOG_H

#include "../call.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_SVC_LOG "ferry.log/1"

/* Open: the host takes unknown values for INFO. */
typedef int32_t ferry_log_level;
enum { FERRY_LOG_DEBUG = 0, FERRY_LOG_INFO = 1, FERRY_LOG_WARNING = 2, FERRY_LOG_ERROR = 3 };

/* APPENDABLE. */
typedef struct ferry_log_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    /* One line; `message` without secrets or line breaks, at most 512 bytes are kept. `call` is
     * the one of the running hook. [pure] */
    void (*log)(
        const ferry_call* call, ferry_log_level level, ferry_str message, ferry_fields fields
    ) FERRY_NOEXCEPT;
} ferry_log_1;

FERRY_EXTERN_C_END

#endif
