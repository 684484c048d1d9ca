/* What flows from a provider to events: notices, raw changes, pages, index operations, events. */
#ifndef FERRY_ABI_RECORDS_H
#define FERRY_ABI_RECORDS_H

#include "status.h"

FERRY_EXTERN_C_BEGIN

/* "Account X changed", from a webhook. APPENDABLE. */
typedef struct ferry_notice {
    uint32_t struct_size;
    uint32_t reserved;     /* 0 */
    ferry_str account_key; /* equals ferry_identity.account_id of the account; empty only with a
                            * `change`, if the URL alone tells whose it is */
    ferry_str hint;        /* what changed, if the provider says; opaque to the host */

    /* Since 1.1, for webhooks that say themselves what changed. */

    ferry_bytes change;  /* the record, at most 1 MiB: the host keeps it, and gives it to normalize
                          * with the hint; empty: changes are fetched */
    ferry_str change_id; /* what the provider calls the change: the same id is the same change, and
                          * is kept once; may be empty */
} ferry_notice;

/* One raw record of the provider. APPENDABLE. */
typedef struct ferry_change {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    ferry_bytes raw;   /* as the provider sent it (usually JSON); at most 1 MiB */

    /* Since 1.1 */
    ferry_str hint; /* of the notice that brought it; or what fetch says of it, at most 8 KiB:
                     * opaque to the host, which gives it to normalize; may be empty */
} ferry_change;

typedef struct ferry_changes {
    const ferry_change* first;
    size_t stride;
    size_t count;
} ferry_changes;

/* Ends a page of changes. APPENDABLE. */
typedef struct ferry_page {
    uint32_t struct_size;
    ferry_bool has_more;   /* 1: fetch again at once with next_cursor */
    ferry_str next_cursor; /* the position after this page; not empty */

    /* Since 1.1 */

    uint32_t flags;    /* FERRY_PAGE_... */
    uint32_t reserved; /* 0 */
} ferry_page;

enum {
    /* Of a last page in mode CONTINUE: it is time to compare. The host lists everything (mode
     * RESYNC, without a cursor), and what the listing does not show was deleted. */
    FERRY_PAGE_LIST_NEXT = 1
};

/* Open: the host takes unknown values for OTHER. */
typedef int32_t ferry_object_type;
enum { FERRY_OBJECT_OTHER = 0, FERRY_OBJECT_FILE = 1, FERRY_OBJECT_FOLDER = 2 };

/* State of a document or folder. Empty text: unknown. APPENDABLE. */
typedef struct ferry_object {
    uint32_t struct_size;
    ferry_object_type type;
    ferry_str object_id; /* the provider's stable id */
    ferry_str path_key;  /* canonical path to compare by (for example lower case) */
    ferry_str path;      /* path to show */
    ferry_str name;
    ferry_str revision;         /* changes with each change of the content */
    ferry_str content_hash;     /* in the provider's own scheme */
    int64_t size;               /* bytes; -1 unknown */
    int64_t created_ms;         /* the times: ms since 1970 UTC or FERRY_TIME_UNKNOWN */
    int64_t modified_ms;        /* by the provider's clock */
    int64_t client_modified_ms; /* as the client said */
    ferry_str modified_by;
} ferry_object;

/* How a change alters the host's index of the account's objects; the host derives created, updated,
 * moved and deleted from it. Open: an unknown value is refused for that change. */
typedef int32_t ferry_index_action;
enum {
    FERRY_INDEX_IGNORE = 0,        /* nothing to see */
    FERRY_INDEX_UPSERT_FILE = 1,   /* object_id is required; no path_key: it has no path for us */
    FERRY_INDEX_UPSERT_FOLDER = 2, /* likewise */
    FERRY_INDEX_REMOVE = 3, /* what has object_id, or is at path_key (one is required), is gone,
                             * and so is all below it */
    /* Since 1.1: neither file nor folder. object_id is required; it has no path_key. */
    FERRY_INDEX_UPSERT_OTHER = 4
};

enum {
    /* Whatever else was at path_key is gone, and so is all that was below it. */
    FERRY_INDEX_REPLACES_CHILDREN = 1,
    /* Since 1.1: it is older than the index, so what the index does not know was updated, and not
     * created. */
    FERRY_INDEX_EXISTED = 2
};

/* APPENDABLE. */
typedef struct ferry_index_op {
    uint32_t struct_size;
    uint32_t change_index; /* which change of the page */
    ferry_index_action action;
    uint32_t flags;             /* FERRY_INDEX_REPLACES_..., FERRY_INDEX_EXISTED */
    const ferry_object* object; /* NULL only with FERRY_INDEX_IGNORE */

    /* Since 1.1 */

    ferry_str object_type; /* with UPSERT_OTHER, as in ferry_event */
    ferry_str properties;  /* of an upserted object, as in ferry_event; not kept in the index */
} ferry_index_op;

/* Open: an unknown value is refused for that change. */
typedef int32_t ferry_event_type;
enum {
    FERRY_EVENT_CREATED = 1,
    FERRY_EVENT_UPDATED = 2,
    FERRY_EVENT_DELETED = 3,
    FERRY_EVENT_MOVED = 4,
    FERRY_EVENT_RESTORED = 5
};

/* For a provider that says itself what happened. APPENDABLE. */
typedef struct ferry_event {
    uint32_t struct_size;
    uint32_t change_index;
    ferry_event_type type;
    uint32_t flags;              /* 0; reserved */
    const ferry_object* object;  /* not NULL; object_id is required */
    ferry_str previous_path;     /* with MOVED */
    int64_t occurred_ms;         /* or FERRY_TIME_UNKNOWN */
    ferry_str provider_event_id; /* if the provider has one: the same id is the same event */

    /* Since 1.1, for objects of type FERRY_OBJECT_OTHER */

    ferry_str object_type; /* what it is, for example "issue": letters, digits, '-' and '_', at most
                            * 64; empty: "other" */
    ferry_str properties;  /* further members of the object: a JSON object of texts, numbers and
                            * truth values, or empty */
} ferry_event;

/* How much room an account has. Since 1.1. APPENDABLE. */
typedef struct ferry_storage {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    int64_t used;      /* bytes */
    int64_t total;     /* bytes; -1 = unknown, or without a limit */
} ferry_storage;

/* Where the content of a file is for a while. Since 1.1. APPENDABLE. */
typedef struct ferry_link {
    uint32_t struct_size;
    uint32_t reserved;  /* 0 */
    ferry_str url;      /* http or https; whoever has it may read the file */
    int64_t expires_ms; /* since 1970, UTC; FERRY_TIME_UNKNOWN */
} ferry_link;

/* A webhook that is registered at the provider. Since 1.1. APPENDABLE. */
typedef struct ferry_subscription {
    uint32_t struct_size;
    uint32_t reserved;     /* 0 */
    ferry_str state;       /* opaque text of the plugin, kept by the host; not empty, at most 8 KiB */
    int64_t expires_at_ms; /* ms since 1970 UTC; 0 = it stays until it is removed */
    ferry_str secret;      /* that the provider signs with, where its answer says it: verify_signature gets it
                            * from then on, in place of the instance's own; at most 8 KiB. Empty: as before */
} ferry_subscription;

/* A change that can't be understood. APPENDABLE. */
typedef struct ferry_reject {
    uint32_t struct_size;
    uint32_t change_index;
    ferry_status status; /* usually FERRY_ERROR_MALFORMED */
    uint32_t reserved;   /* 0 */
    ferry_str message;
} ferry_reject;

FERRY_EXTERN_C_END

#endif
