/* Entry point, module record and the note in the file: where a plugin begins. */
#ifndef FERRY_ABI_ENTRY_H
#define FERRY_ABI_ENTRY_H

#include "host.h"
#include "operation.h"

FERRY_EXTERN_C_BEGIN

/* What a plugin object is made for. APPENDABLE. */
typedef struct ferry_setup {
    uint32_t struct_size;
    uint32_t reserved;   /* 0 */
    ferry_str connector; /* key of the connector, eg: "dropbox" */
    ferry_fields
        settings; /* from the connector's manifest; what they mean is the plugin's to say */
} ferry_setup;

/* The plugin itself. Lives until deinit. APPENDABLE. */
typedef struct ferry_module {
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor; /* the lowest the plugin needs: FERRY_ABI_TARGET */
    uint32_t flags;     /* 0; reserved */
    ferry_str id;       /* eg: "dropbox"; equals the note and the manifest */
    ferry_str version;  /* of the plugin, eg: "1.4.0" */

    /* Makes the object for one connector; `host` outlives it. [control] */
    ferry_status (*create)(
        const ferry_host* host, const ferry_call* call, const ferry_setup* setup, void** self
    ) FERRY_NOEXCEPT;
    /* All operations were dropped before. [control] */
    void (*destroy)(void* self) FERRY_NOEXCEPT;
    /* The table of an extension, or NULL; the same for every object. `id` ends with NUL:
     * FERRY_EXT_AUTH, ... The table lives until deinit. [pure] */
    const void* (*get_extension)(const char* id) FERRY_NOEXCEPT;
    /* See operation.h. NULL if no extension has an operation. [worker] */
    ferry_advance_fn advance;
    ferry_drop_fn drop;
    /* Last call into the module, after every object was destroyed; may be NULL. [control] */
    void (*deinit)(void) FERRY_NOEXCEPT;
} ferry_module;

/* The one symbol a plugin exports: ferry_plugin_entry_v1. Does no I/O and calls no service; may be
 * called more than once and gives the same record each time, or NULL if the host does not suit.
 * `host` lives as long as the process. [control] */
typedef const ferry_module* (*ferry_plugin_entry_v1_fn)(const ferry_host* host) FERRY_NOEXCEPT;
#define FERRY_PLUGIN_ENTRY_V1 "ferry_plugin_entry_v1"

/* Before the definition of the entry symbol: everything else of a plugin is hidden. */
#if defined(__GNUC__)
#define FERRY_EXPORT __attribute__((visibility("default")))
#else
#define FERRY_EXPORT
#endif

/* The note in the ELF section ".ferry_plugin", read from the file before any code is loaded. Fixed
 * arrays, so that it needs no relocation; texts end with NUL. APPENDABLE by note_size. */
#define FERRY_NOTE_SECTION ".ferry_plugin"
#define FERRY_NOTE_MAGIC "FERRYPLG"
typedef struct ferry_plugin_note {
    char magic[8]; /* FERRY_NOTE_MAGIC without its NUL */
    uint32_t note_size;
    uint32_t abi_major;
    uint32_t abi_minor; /* the lowest the plugin needs */
    uint32_t reserved;  /* 0 */
    char id[64];
    char version[32];
    char toolchain[64]; /* for people, eg: "gcc 12.2.0" */
} ferry_plugin_note;

FERRY_EXTERN_C_END

#endif
