/* ferry.crypto/1: so that no plugin brings a crypto library of its own. */
#ifndef FERRY_ABI_SVC_CRYPTO_H
#define FERRY_ABI_SVC_CRYPTO_H

#include "../call.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_SVC_CRYPTO "ferry.crypto/1"

typedef int32_t ferry_encoding;
enum {
    FERRY_ENCODING_HEX = 0,      /* lower case; decodes either case */
    FERRY_ENCODING_BASE64 = 1,   /* RFC 4648, 4, with padding */
    FERRY_ENCODING_BASE64URL = 2 /* RFC 4648, 5, without padding */
};

/* APPENDABLE. */
typedef struct ferry_crypto_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    /* 32 bytes to `digest` (FIPS 180-4). [pure] */
    ferry_status (*sha256)(
        const ferry_call* call, ferry_bytes data, uint8_t* digest
    ) FERRY_NOEXCEPT;
    /* 32 bytes to `mac` (RFC 2104). [pure] */
    ferry_status (*hmac_sha256)(
        const ferry_call* call, ferry_bytes key, ferry_bytes data, uint8_t* mac
    ) FERRY_NOEXCEPT;
    /* 1 if equal, in a time that depends on the sizes only. [pure] */
    ferry_bool (*equal_constant_time)(
        const ferry_call* call, ferry_bytes a, ferry_bytes b
    ) FERRY_NOEXCEPT;
    /* Text of `data` to `out`. *size is in: room in `out`; out: bytes written, or with
     * FERRY_ERROR_LIMIT the room needed. [pure] */
    ferry_status (*encode)(
        const ferry_call* call, ferry_encoding encoding, ferry_bytes data, char* out, size_t* size
    ) FERRY_NOEXCEPT;
    /* The inverse; FERRY_ERROR_MALFORMED if `text` is not of that encoding. [pure] */
    ferry_status (*decode)(
        const ferry_call* call, ferry_encoding encoding, ferry_str text, uint8_t* out, size_t* size
    ) FERRY_NOEXCEPT;
} ferry_crypto_1;

FERRY_EXTERN_C_END

#endif
