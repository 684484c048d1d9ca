/* ferry.webhook/1: what a provider sends when something changed. The hooks fail closed: whatever
 * is not clearly right is refused. */
#ifndef FERRY_ABI_EXT_WEBHOOK_H
#define FERRY_ABI_EXT_WEBHOOK_H

#include "../operation.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_EXT_WEBHOOK "ferry.webhook/1"

/* Every slot may be NULL: the hook does not exist. APPENDABLE. */
typedef struct ferry_webhook_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* Is it the provider's question whether this address is ours? FERRY_YES after one sink->reply,
     * or FERRY_NO. `secrets` as below. [pure] */
    ferry_status (*verify_challenge)(
        void* self, const ferry_call* call, const ferry_webhook_request* request,
        ferry_fields secrets, const ferry_sink* sink
    ) FERRY_NOEXCEPT;
    /* FERRY_OK if the request was signed with one of `secrets` (the manifest names the parameters
     * they come from); FERRY_ERROR_BAD_SIGNATURE for everything else. The host treats any other
     * result as a refusal too. Compare in constant time. [pure] */
    ferry_status (*verify_signature)(
        void* self, const ferry_call* call, const ferry_webhook_request* request,
        ferry_fields secrets
    ) FERRY_NOEXCEPT;
    /* Which accounts changed: sink->notice for each. The host may call it before the signature was
     * verified, to find the secrets, so the request is not to be trusted. [pure] */
    ferry_status (*parse_notification)(
        void* self, const ferry_call* call, const ferry_webhook_request* request,
        const ferry_sink* sink
    ) FERRY_NOEXCEPT;
} ferry_webhook_1;

FERRY_EXTERN_C_END

#endif
