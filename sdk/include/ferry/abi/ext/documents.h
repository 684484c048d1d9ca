/* ferry.documents/1: reading the files and folders of an account, for callers of the hub's API. */
#ifndef FERRY_ABI_EXT_DOCUMENTS_H
#define FERRY_ABI_EXT_DOCUMENTS_H

#include "../operation.h"

FERRY_EXTERN_C_BEGIN

#define FERRY_EXT_DOCUMENTS "ferry.documents/1"

/* Which file or folder is meant: by id or by path, never both. Neither: the top folder. APPENDABLE. */
typedef struct ferry_document_ref {
    uint32_t struct_size;
    uint32_t reserved;   /* 0 */
    ferry_str object_id; /* as in ferry_object.object_id; from a caller, so it may be anything */
    ferry_str path;      /* begins with '/', has none at its end; from a caller likewise */
} ferry_document_ref;

/* APPENDABLE. */
typedef struct ferry_document_list {
    uint32_t struct_size;
    uint32_t limit;                   /* wanted objects a page; a hint. 0 = the provider's default */
    const ferry_document_ref* folder; /* not NULL */
    ferry_str cursor;                 /* of sink->objects_end; empty: the first page */
} ferry_document_list;

/* APPENDABLE. */
typedef struct ferry_document_search {
    uint32_t struct_size;
    uint32_t limit;                   /* as in ferry_document_list */
    const ferry_document_ref* folder; /* search below it; not NULL */
    ferry_str text;                   /* what to look for; not empty */
    ferry_str cursor;                 /* of sink->objects_end; empty: the first page */
} ferry_document_search;

/* APPENDABLE. */
typedef struct ferry_document_download {
    uint32_t struct_size;
    uint32_t reserved;              /* 0 */
    const ferry_document_ref* file; /* not NULL */
    ferry_str range; /* value of the caller's Range header, for the provider; empty: all */
} ferry_document_download;

/* APPENDABLE. */
typedef struct ferry_document_revisions {
    uint32_t struct_size;
    uint32_t limit;                 /* as in ferry_document_list */
    const ferry_document_ref* file; /* not NULL */
    ferry_str cursor;               /* of sink->objects_end; empty: the first page */
} ferry_document_revisions;

/* Every slot may be NULL: the hook does not exist. FERRY_ERROR_NOT_FOUND: there is no such file or
 * folder; FERRY_ERROR_CONFLICT: there is, but not one that this can be done with (a file is no
 * folder, a document can't be downloaded). APPENDABLE. */
typedef struct ferry_documents_1 {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* One file or folder: one sink->object. Not for the top folder. [worker] */
    ferry_status (*metadata_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_document_ref* ref, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* What is in a folder, one page: sink->object for each, then sink->objects_end. [worker] */
    ferry_status (*list_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_document_list* list, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* As list_start, for what a search finds. [worker] */
    ferry_status (*search_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_document_search* search, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* The content of a file. The plugin hands over the request for it with
     * FERRY_HTTP_STREAM_ANSWER, and gets an answer of status 2xx as soon as its head is there, with
     * FERRY_HTTP_BODY_STREAMED; it then ends with one sink->object (at least the name), and the host
     * hands the body on. Any other answer comes whole and is explained by an error. [worker] */
    ferry_status (*download_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_document_download* download,
        ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* The contents that a file has had, the newest first: as list_start, with one sink->object for
     * each, whose `revision` names it (required). [worker] */
    ferry_status (*revisions_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_document_revisions* revisions,
        ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* How much room the account has: one sink->storage. [worker] */
    ferry_status (*storage_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, ferry_operation** op
    ) FERRY_NOEXCEPT;
    /* An address that gives the content of a file to whoever has it, without a token, for a while:
     * one sink->link. Makes nothing that stays at the provider. [worker] */
    ferry_status (*link_start)(
        void* self, const ferry_call* call, const ferry_account* account,
        const ferry_token_set* tokens, const ferry_document_ref* file, ferry_operation** op
    ) FERRY_NOEXCEPT;
} ferry_documents_1;

FERRY_EXTERN_C_END

#endif
