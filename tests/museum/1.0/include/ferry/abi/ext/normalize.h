/* ferry.normalize/1: from the provider's raw records to index operations or events. */
#ifndef FERRY_ABI_EXT_NORMALIZE_H
#define FERRY_ABI_EXT_NORMALIZE_H

#include "../operation.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_EXT_NORMALIZE "ferry.normalize/1"

/* APPENDABLE. */
typedef struct ferry_normalize_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* For every change, in order, at least one of sink->index_op, sink->event, sink->reject with
     * its index. Same input, same output. [pure] */
    ferry_status (*normalize)(
        void* self, const ferry_call* call, const ferry_account* account, ferry_changes changes,
        const ferry_sink* sink
    ) FERRY_NOEXCEPT;
} ferry_normalize_1;

FERRY_EXTERN_C_END

#endif
