/* Basic types of the plugin ABI, and the rules that let it grow. Everything else builds on these.
 *
 * COMPATIBILITY RULES
 *  1. A released entity never changes: name, signature, layout, numbering, or documented meaning
 *     (ownership, lifetime, thread tag, nullability).
 *  2. What is not released yet may change freely.
 *  3. Growth is a slot or field appended at the end, or a new id ".../2" served beside ".../1".
 *  4. Every struct is marked FROZEN (never grows) or APPENDABLE (begins with struct_size and grows
 *     at the end). A reader looks at a field only if FERRY_HAS says that it is there.
 *  5. New plugin hooks are optional for ever; new host services are optional unless the plugin's
 *     manifest asks for them.
 *  6. Enumerators may be appended only where the receiver must tolerate unknown values.
 *  7. Removed slots stay, as reserved.
 *  8. The major version is in the name of the entry symbol. Within a major, an old plugin works on
 *     every newer host; a new plugin works on an old host if its abi_minor is met.
 *
 * MEMORY RULES
 *  1. Arguments are borrowed until the call returns.
 *  2. What is given to a sink is borrowed until the sink returns; the host copies.
 *  3. Tables, ids and the module record live until deinit.
 *  4. Nobody frees the other side's memory; no pointer survives a call, except `self` (create to
 *     destroy) and an operation (its start to its drop).
 *  5. Out parameters are written only on success.
 *
 * THREAD TAGS (at the end of the comment of each function pointer)
 *  [control]  no two control calls of a module run at the same time; calls of other tags may run
 *             beside them, for objects that were created and not destroyed
 *  [worker]   any thread of the host, at the same time as calls for other operations; the calls of
 *             one operation never overlap, but may come from different threads
 *  [pure]     any thread, any number at once; the result depends on the arguments alone
 *  No function of a plugin may block, sleep, start a thread or do I/O.
 */
#ifndef FERRY_ABI_TYPES_H
#define FERRY_ABI_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* Written after every function pointer type: to let an exception cross is a compile error. */
#ifdef __cplusplus
#define FERRY_NOEXCEPT noexcept
#define FERRY_EXTERN_C_BEGIN extern "C" {
#define FERRY_EXTERN_C_END }
#else
#define FERRY_NOEXCEPT
#define FERRY_EXTERN_C_BEGIN
#define FERRY_EXTERN_C_END
#endif

/* True if `record`, whose struct_size its writer set, reaches to the end of `field` of `type`. */
#define FERRY_HAS(record, type, field) \
    ((record)->struct_size >= offsetof(type, field) + sizeof(((type*)0)->field))

FERRY_EXTERN_C_BEGIN

/* UTF-8 text, NOT terminated by NUL; may be {NULL, 0}. FROZEN. */
typedef struct ferry_str {
    const char* data;
    size_t size; /* bytes */
} ferry_str;

/* Any bytes; may be {NULL, 0}. FROZEN. */
typedef struct ferry_bytes {
    const uint8_t* data;
    size_t size;
} ferry_bytes;

/* Arrays are first + stride + count, so that an appendable record can grow inside an array: the
 * element i is at (char*)first + i * stride. FROZEN, as are all array types. */
typedef struct ferry_strings {
    const ferry_str* first;
    size_t stride; /* bytes from one element to the next */
    size_t count;
} ferry_strings;

/* A name and its value: a header, a configuration value, a base URL. APPENDABLE. */
typedef struct ferry_field {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    ferry_str name;
    ferry_str value;
} ferry_field;

typedef struct ferry_fields {
    const ferry_field* first;
    size_t stride;
    size_t count;
} ferry_fields;

/* 0 or 1. */
typedef int32_t ferry_bool;

/* A time in milliseconds since 1970-01-01 UTC that is not known. */
#define FERRY_TIME_UNKNOWN INT64_MIN

FERRY_EXTERN_C_END

#endif
