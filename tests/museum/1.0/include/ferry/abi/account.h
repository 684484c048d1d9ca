/* What the host keeps of an account and gives to each call: plugins have no state of their own. */
#ifndef FERRY_ABI_ACCOUNT_H
#define FERRY_ABI_ACCOUNT_H

#include "types.h"

FERRY_EXTERN_C_BEGIN

/* One customer's account at the provider, as far as it is known. APPENDABLE. */
typedef struct ferry_account {
    uint32_t struct_size;
    uint32_t reserved;          /* 0 */
    ferry_str account_id;       /* from ferry_identity; empty before the account was verified */
    ferry_str account_state;    /* from ferry_identity; empty before */
    ferry_fields configuration; /* parameters of the connector's manifest, as text; secret ones only
                                 * where the manifest says that the plugin gets them */
    ferry_fields base_urls;     /* the manifest's named base URLs after the operator's overrides,
                                 * without a slash at the end */
} ferry_account;

/* What the provider's token endpoint gave. Empty where unknown. APPENDABLE. */
typedef struct ferry_token_set {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    ferry_str access_token;
    ferry_str refresh_token; /* as result of a refresh: empty = keep the old one */
    ferry_str token_type;
    int64_t expires_at_ms; /* ms since 1970 UTC; 0 = never or unknown */
    ferry_str scope;       /* separated by spaces */
    ferry_str account_id;  /* if the token endpoint names the account */
    ferry_str extra;       /* a JSON object for the plugin's own use, or empty */
} ferry_token_set;

/* Who the tokens belong to. APPENDABLE. */
typedef struct ferry_identity {
    uint32_t struct_size;
    uint32_t reserved;       /* 0 */
    ferry_str account_id;    /* the key that webhooks name this account by; not empty */
    ferry_str label;         /* for people: name or e-mail address */
    ferry_str tenant;        /* team or organisation, if any */
    ferry_str account_state; /* opaque text of the plugin, kept by the host and given back in each
                              * ferry_account; at most 64 KiB */
    ferry_str extra;         /* a JSON object to show to people, or empty */
} ferry_identity;

FERRY_EXTERN_C_END

#endif
