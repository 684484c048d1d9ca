/* HTTP messages: requests a plugin wants sent, their answers, webhooks received, replies to them.
 * The host does all I/O: TLS, proxies, pooling, egress policy and limits are its business. */
#ifndef FERRY_ABI_HTTP_H
#define FERRY_ABI_HTTP_H

#include "types.h"

FERRY_EXTERN_C_BEGIN

/* Why there is no answer. Open: treat unknown values as FERRY_TRANSPORT_RESET. */
typedef int32_t ferry_transport_error;
enum {
    FERRY_TRANSPORT_NONE = 0,
    FERRY_TRANSPORT_DNS = 1,
    FERRY_TRANSPORT_CONNECT = 2,
    FERRY_TRANSPORT_TLS = 3,
    FERRY_TRANSPORT_TIMEOUT = 4,
    FERRY_TRANSPORT_RESET = 5,
    FERRY_TRANSPORT_TOO_LARGE = 6,        /* the answer passed response_bytes_max */
    FERRY_TRANSPORT_REFUSED_BY_POLICY = 7 /* the host may not or will not connect there */
};

/* A request to the provider. Redirects are not followed. APPENDABLE. */
typedef struct ferry_http_request {
    uint32_t struct_size;
    uint32_t flags;       /* 0; reserved */
    ferry_str method;     /* "GET", "POST", ... */
    ferry_str url;        /* absolute, http or https, with query */
    ferry_fields headers; /* at most 100; the host adds Host, Content-Length and User-Agent */
    ferry_bytes body;
    int64_t timeout_ms;         /* of the whole exchange; 0 = the host's default */
    int64_t response_bytes_max; /* 0 = the host's default */
} ferry_http_request;

/* The answer, or the reason why there is none. APPENDABLE. */
typedef struct ferry_http_response {
    uint32_t struct_size;
    uint32_t flags;                        /* 0; reserved */
    int32_t status;                        /* 100..599; 0 = transport failure */
    ferry_transport_error transport_error; /* set when status is 0 */
    ferry_fields headers;                  /* names in lower case; values may not be UTF-8 */
    ferry_bytes body;
} ferry_http_response;

/* A webhook as it came in, not parsed or changed in any way: path, query and header values may hold
 * bytes that are not UTF-8. APPENDABLE. */
typedef struct ferry_webhook_request {
    uint32_t struct_size;
    uint32_t flags; /* 0; reserved */
    ferry_str method;
    ferry_str path;
    ferry_str query;      /* without '?', still percent-encoded */
    ferry_fields headers; /* names in lower case */
    ferry_bytes body;
} ferry_webhook_request;

/* What the host answers to a webhook. APPENDABLE. */
typedef struct ferry_webhook_reply {
    uint32_t struct_size;
    int32_t status; /* 200..599 */
    ferry_fields headers;
    ferry_bytes body;
} ferry_webhook_reply;

FERRY_EXTERN_C_END

#endif
