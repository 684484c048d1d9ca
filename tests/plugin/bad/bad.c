/* Plugins that the loader must refuse, one for each BAD_... that the build defines. */
#include <ferry/ferry.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STR(text) { text, sizeof(text) - 1 }

/* The defaults are those of a good plugin; each variant changes one. */
#ifndef NOTE_MAJOR
#define NOTE_MAJOR 1
#endif
#ifndef NOTE_MINOR
#define NOTE_MINOR 0
#endif
#ifndef NOTE_MAGIC
#define NOTE_MAGIC 'F'
#endif
#ifndef NOTE_SIZE
#define NOTE_SIZE sizeof(ferry_plugin_note)
#endif
#ifndef NOTE_ID
#define NOTE_ID "bad"
#endif
#ifndef NOTE_VERSION
#define NOTE_VERSION "1.0.0"
#endif
#ifndef MODULE_SIZE
#define MODULE_SIZE sizeof(ferry_module)
#endif
#ifndef MODULE_MAJOR
#define MODULE_MAJOR 1
#endif
#ifndef MODULE_MINOR
#define MODULE_MINOR 0
#endif
#ifndef MODULE_ID
#define MODULE_ID "bad"
#endif
#ifndef MODULE_CREATE
#define MODULE_CREATE create
#endif
#ifndef MODULE_DROP
#define MODULE_DROP NULL
#endif

static ferry_status create(
    const ferry_host* host, const ferry_call* call, const ferry_setup* setup, void** self
) {
    (void)host, (void)call, (void)setup;
    *self = malloc(1);
    return FERRY_OK;
}
static void destroy(void* self) { free(self); }
static const void* getExtension(const char* id) {
    (void)id;
    return NULL;
}
static void drop(void* self, ferry_operation* op) { (void)self, (void)op; }

static const ferry_module kModule = {
    MODULE_SIZE, MODULE_MAJOR, MODULE_MINOR, 0, STR(MODULE_ID), STR("1.0.0"), MODULE_CREATE, destroy, getExtension, NULL, MODULE_DROP,
    NULL};

#ifndef BAD_NO_NOTE
__attribute__((section(FERRY_NOTE_SECTION), used)) static const ferry_plugin_note kNote = {
    {NOTE_MAGIC, 'E', 'R', 'R', 'Y', 'P', 'L', 'G'}, NOTE_SIZE, NOTE_MAJOR, NOTE_MINOR, 0, NOTE_ID, NOTE_VERSION, "C"};
#endif

#ifdef BAD_CRASH_AT_LOAD
__attribute__((constructor)) static void atLoad(void) { abort(); }
#endif

#ifdef BAD_UNDEFINED
void nowhereDefined(void);
#endif

#ifndef BAD_NO_ENTRY
FERRY_EXPORT const ferry_module* ferry_plugin_entry_v1(const ferry_host* host);
const ferry_module* ferry_plugin_entry_v1(const ferry_host* host) {
    (void)host, (void)create, (void)drop;
#ifdef BAD_CRASH
    /* Not by a wild pointer: a sanitizer would catch that and end the process in another way. */
    abort();
#endif
#ifdef BAD_HANG
    for (;;) pause();
#endif
#ifdef BAD_EXIT
    exit(0);
#endif
#ifdef BAD_ENTRY_NULL
    return NULL;
#endif
#ifdef BAD_UNDEFINED
    nowhereDefined();
#endif
    return &kModule;
}
#endif
