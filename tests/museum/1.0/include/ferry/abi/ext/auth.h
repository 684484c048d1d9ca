/* ferry.auth/1: how an account is authorized and its tokens are kept fresh. */
#ifndef FERRY_ABI_EXT_AUTH_H
#define FERRY_ABI_EXT_AUTH_H

#include "../operation.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_EXT_AUTH "ferry.auth/1"

/* APPENDABLE. */
typedef struct ferry_authorize_request {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    ferry_str redirect_uri;
    ferry_str state;          /* opaque, comes back with the code */
    ferry_strings scopes;     /* empty: the plugin's or the application's own */
    ferry_str code_challenge; /* PKCE S256; empty: without PKCE */
    ferry_fields extras;      /* further parameters for the URL */
} ferry_authorize_request;

/* APPENDABLE. */
typedef struct ferry_code_exchange {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    ferry_str code;
    ferry_str redirect_uri;  /* as in the authorize URL */
    ferry_str code_verifier; /* PKCE; may be empty */
} ferry_code_exchange;

/* Every slot may be NULL: the hook does not exist. APPENDABLE. */
typedef struct ferry_auth_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* Where to send the user's browser: one sink->text. [pure] */
    ferry_status (*authorize_url)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_authorize_request* request, const ferry_sink* sink
    ) FERRY_NOEXCEPT;
    /* Code to tokens: one sink->token_set. FERRY_ERROR_REJECTED: code used, expired, or not ours.
     * [worker] */
    ferry_status (*exchange_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_code_exchange* exchange, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* One sink->token_set. FERRY_ERROR_AUTH_REVOKED only if the provider says that the consent is
     * gone; an outage is FERRY_ERROR_UNAVAILABLE. [worker] */
    ferry_status (*refresh_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* Gives the tokens back; no output. [worker] */
    ferry_status (*revoke_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* Tries the tokens and tells whose they are: one sink->identity. [worker] */
    ferry_status (*verify_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, ferry_operation** op
    ) FERRY_NOEXCEPT;
} ferry_auth_1;

FERRY_EXTERN_C_END

#endif
