/* ferry.subscription/1: registering webhooks at the provider, renewing and removing them. Since 1.1. */
#ifndef FERRY_ABI_EXT_SUBSCRIPTION_H
#define FERRY_ABI_EXT_SUBSCRIPTION_H

#include "../operation.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_EXT_SUBSCRIPTION "ferry.subscription/1"

/* APPENDABLE. */
typedef struct ferry_subscribe {
    uint32_t struct_size;
    uint32_t reserved;      /* 0 */
    ferry_str callback_url; /* where webhooks of this account are to be sent */
    ferry_str secret;       /* the instance's own, which verify_signature will get unless ferry_subscription
                             * has another; empty: it has none */
    ferry_str nonce;        /* random text of this call (a UUID), to name the registration by */
    ferry_str state;        /* from ferry_subscription: there is one; empty: there is none */
} ferry_subscribe;

/* Both slots, or none. APPENDABLE. */
typedef struct ferry_subscription_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* Registers the webhook, or renews the one of `state`, or puts another one in its place if the
     * provider does not know it any more: sink->subscription once. The host calls it again after a
     * failure, and in good time before the end. [worker] */
    ferry_status (*subscribe_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_subscribe* subscribe, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* Removes the webhook of `state`; FERRY_OK also if it is gone already. [worker] */
    ferry_status (*unsubscribe_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_subscribe* subscribe, ferry_operation** op
    ) FERRY_NOEXCEPT;
} ferry_subscription_1;

FERRY_EXTERN_C_END

#endif
