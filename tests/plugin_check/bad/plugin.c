/* A plugin that keeps every rule of ferry-plugin-check, in plain C; with one FAULT_... defined it
 * breaks the rule that the fault is for (CMakeLists.txt). What each does stands where it does it. */
#include "hooks.h"

struct object {
    const ferry_crypto_1* crypto;
    const ferry_log_1* log;
};

static ferry_status create(
    const ferry_host* host, const ferry_call* call, const ferry_setup* setup, void** self
) {
    struct object* object = malloc(sizeof *object);
#ifdef FAULT_SAME_OBJECT
    static struct object only;
    free(object);
    object = &only;
#endif
    (void)setup;
#ifdef FAULT_NO_OBJECT
    free(object);
    return FERRY_OK; /* and no object */
#endif
    object->crypto = host->get_service(host, FERRY_SVC_CRYPTO);
    object->log = host->get_service(host, FERRY_SVC_LOG);
#ifdef FAULT_NEEDS_LOG
    object->log->log(call, FERRY_LOG_INFO, str("made"), (ferry_fields){NULL, sizeof(ferry_field), 0});
#endif
    (void)call;
    *self = object;
    disturbProcess();
    return FERRY_OK;
}

static void destroy(void* self) {
#if defined(FAULT_LEAKS_OBJECT) || defined(FAULT_SAME_OBJECT)
    (void)self;
#else
    free(self);
#endif
}

static ferry_status verifySignature(
    void* self, const ferry_call* call, const ferry_webhook_request* request, ferry_fields secrets
) {
    return isSigned(((struct object*)self)->crypto, call, request, secrets)
               ? FERRY_OK
               : FERRY_ERROR_BAD_SIGNATURE;
}

static const ferry_webhook_1 kWebhook = {
    sizeof(ferry_webhook_1), 0, verifyChallenge, verifySignature, parseNotification};
static const ferry_normalize_1 kNormalize = {sizeof(ferry_normalize_1), 0, normalize};
static const ferry_auth_1 kAuth = {sizeof(ferry_auth_1), 0, authorizeUrl, NULL, refreshStart, NULL, NULL};
#ifdef FAULT_TABLE_SIZE
static const ferry_changes_1 kChanges = {12, 0, fetchStart, NULL};
#else
static const ferry_changes_1 kChanges = {sizeof(ferry_changes_1), 0, fetchStart, NULL};
#endif

#ifdef FAULT_SUBSCRIBES_ALONE
static ferry_status subscribeStart(
    void* self, const ferry_call* call, const ferry_account* account, const ferry_token_set* tokens,
    const ferry_subscribe* subscribe, ferry_operation** op
) {
    return FERRY_ERROR_UNSUPPORTED;
}
static const ferry_subscription_1 kSubscription = {sizeof(ferry_subscription_1), 0, subscribeStart, NULL};
#endif

static const void* getExtension(const char* id) {
    if (strcmp(id, FERRY_EXT_WEBHOOK) == 0) return &kWebhook;
    if (strcmp(id, FERRY_EXT_NORMALIZE) == 0) return &kNormalize;
    if (strcmp(id, FERRY_EXT_AUTH) == 0) return &kAuth;
#ifdef FAULT_SUBSCRIBES_ALONE
    if (strcmp(id, FERRY_EXT_SUBSCRIPTION) == 0) return &kSubscription;
#endif
#ifdef FAULT_ANY_EXTENSION
    if (strncmp(id, "com.", 4) == 0) return &kChanges;
#endif
    return strcmp(id, FERRY_EXT_CHANGES) == 0 ? &kChanges : NULL;
}

#ifdef FAULT_MODULE_SHORT
#define MODULE_SIZE 16
#else
#define MODULE_SIZE sizeof(ferry_module)
#endif
static const ferry_module kModule = {
    MODULE_SIZE, 1, 0, 0, STR("checked"), STR("1.0.0"), create, destroy, getExtension, advance, drop, NULL};

#ifndef FAULT_NO_NOTE
#ifdef FAULT_NOTE_VERSION
#define NOTE_VERSION "1.0.1"
#else
#define NOTE_VERSION "1.0.0"
#endif
__attribute__((section(FERRY_NOTE_SECTION), used)) static const ferry_plugin_note kNote = {
    {'F', 'E', 'R', 'R', 'Y', 'P', 'L', 'G'}, sizeof(ferry_plugin_note), 1, 0, 0, "checked", NOTE_VERSION, "C"};
#endif

#ifdef FAULT_EXPORTS
FERRY_EXPORT int helperOfThePlugin(void);
int helperOfThePlugin(void) { return 1; }
#endif
#ifdef FAULT_TEXT_RELOCATION
__asm__(".text\n.quad kAddressInCode\n.data\nkAddressInCode: .quad 0\n.text\n");
#endif
#ifdef FAULT_UNDEFINED
void ofTheHub(void);
#endif
#ifdef FAULT_NEWER_GLIBC
int getpid(void);
#endif
#ifdef FAULT_CONSTRUCTOR
static volatile int loaded;
__attribute__((constructor)) static void onLoad(void) { loaded = 1; }
#endif
#ifdef FAULT_CRASH_AT_EXIT
static void atEnd(void) { abort(); }
#endif

#ifdef FAULT_ENTRY_NO_FUNCTION
FERRY_EXPORT const ferry_module* ferry_plugin_entry_v1 = &kModule;
#else
FERRY_EXPORT const ferry_module* ferry_plugin_entry_v1(const ferry_host* host);
const ferry_module* ferry_plugin_entry_v1(const ferry_host* host) {
#ifdef FAULT_ENTRY_CRASHES
    abort();
#endif
#ifdef FAULT_ENTRY_HANGS
    for (;;) (void)*(volatile const uint32_t*)&host->abi_major;
#endif
#ifdef FAULT_UNDEFINED
    ofTheHub();
#endif
#ifdef FAULT_NEWER_GLIBC
    (void)getpid();
#endif
#ifdef FAULT_CRASH_AT_EXIT
    atexit(atEnd);
#endif
#ifdef FAULT_REFUSES_OLDER
    if (host->abi_minor < 1) return NULL;
#endif
#ifdef FAULT_REFUSES_NEWER
    if (host->abi_minor > 1) return NULL;
#endif
#ifdef FAULT_OTHER_RECORD
    if (host->abi_major != 1) return NULL;
    static ferry_module records[2];
    static int calls;
    ferry_module* record = &records[calls++ % 2];
    *record = kModule;
    return record;
#endif
#ifdef FAULT_ANY_MAJOR
    return &kModule;
#endif
    return host->abi_major == 1 ? &kModule : NULL;
}
#endif
