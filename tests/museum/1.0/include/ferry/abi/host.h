/* What the host tells a plugin about itself. */
#ifndef FERRY_ABI_HOST_H
#define FERRY_ABI_HOST_H

#include "call.h"

FERRY_EXTERN_C_BEGIN

/* The version these headers describe. The major is also in the name of the entry symbol. */
#define FERRY_ABI_MAJOR 1
#define FERRY_ABI_MINOR 0

/* The lowest minor version the plugin needs from the host: what it uses, not what it was built
 * with. A plugin that needs a later addition defines it before it includes these headers. */
#ifndef FERRY_ABI_TARGET
#define FERRY_ABI_TARGET 0
#endif

/* Lives as long as the process. The version both sides speak is the same major and the lower of
 * the two minors. APPENDABLE. */
typedef struct ferry_host ferry_host;
struct ferry_host {
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved; /* 0 */
    void* ctx;         /* the host's */
    ferry_str name;    /* "ferry"; for messages only, never decide by it */
    ferry_str version;

    /* The table of a service, or NULL. `id` ends with NUL: FERRY_SVC_LOG, FERRY_SVC_CRYPTO, ...
     * The table lives as long as the process. [control] */
    const void* (*get_service)(const ferry_host* host, const char* id) FERRY_NOEXCEPT;
};

FERRY_EXTERN_C_END

#endif
