/* A plugin in plain C that attacks whoever runs it, in the way that the account's id names: an
 * account has the id that is its API key, or the query of a webhook. It passes every check of the loader. */
#define _GNU_SOURCE
#include <ferry/ferry.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#define STR(text) { text, sizeof(text) - 1 }

/* Where ferry-plugin-host has its socket and its lifeline. */
enum { SOCKET = 4, LIFELINE = 5 };

struct ferry_operation {
    char mode[64];
    int is_verify;
};

static int is(ferry_str mode, const char* wanted) {
    return mode.size == strlen(wanted) && memcmp(mode.data, wanted, mode.size) == 0;
}
static ferry_str str(const char* text) {
    ferry_str result = {text, 0};
    result.size = strlen(text);
    return result;
}
static void* idle(void* arg) { return arg; }
static void put(const char* bytes, size_t size) {
    if (write(SOCKET, bytes, size) != (ssize_t)size) abort();
}
static ferry_status denied(int result) {
    if (result == 0) return FERRY_ERROR_CONFLICT; /* it could */
    return errno == EPERM ? FERRY_OK : FERRY_ERROR_NOT_FOUND;
}

/* FERRY_OK: the attack was refused, or there was none. */
static ferry_status attack(const ferry_call* call, const ferry_host* host, ferry_str mode) {
    static volatile int zero = 0;
    if (is(mode, "crash")) *(volatile int*)(size_t)zero = 1;
    if (is(mode, "abort")) abort();
    if (is(mode, "exit")) _exit(0);
    while (is(mode, "spin")) zero = 0;
    while (is(mode, "sleep")) sleep(1);
    while (is(mode, "memory")) {
        static void* volatile kept;
        kept = malloc(16 << 20);
        memset(kept, 1, 16 << 20);
    }
    if (is(mode, "socket")) return denied(socket(AF_INET, SOCK_STREAM, 0) < 0);
    if (is(mode, "exec")) return execl("/bin/true", "true", NULL), denied(1);
    if (is(mode, "fork")) {
        const pid_t child = fork();
        if (child == 0) _exit(0);
        return denied(child < 0);
    }
    if (is(mode, "thread")) {
        pthread_t thread;
        return denied(pthread_create(&thread, NULL, &idle, NULL));
    }
    if (is(mode, "kill-hub")) return denied(kill(getppid(), SIGKILL));
    if (is(mode, "read-file")) return denied(open("/etc/passwd", O_RDONLY) < 0);
    if (is(mode, "write-file")) return denied(open("/tmp/hostile", O_WRONLY | O_CREAT, 0600) < 0);
    if (is(mode, "new-code")) {
        const int prot = PROT_READ | PROT_WRITE | PROT_EXEC;
        return denied(mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    }
    if (is(mode, "cut-lifeline")) return denied(close(LIFELINE));
    if (is(mode, "garbage")) put("\x05\0\0\0garbage", 11);
    if (is(mode, "huge-frame")) put("\xff\xff\xff\xff", 4);
    if (is(mode, "wrong-answer")) put("\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0\1\7", 16);
    if (is(mode, "half-frame")) {
        put("\x40\0\0\0\0", 5);
        for (;;) zero = 0;
    }
    if (is(mode, "flood")) {
        const ferry_log_1* log = host->get_service(host, FERRY_SVC_LOG);
        const ferry_fields none = {NULL, 0, 0};
        for (;;) log->log(call, FERRY_LOG_INFO, str("again"), none);
    }
    if (is(mode, "log")) {
        const ferry_log_1* log = host->get_service(host, FERRY_SVC_LOG);
        const ferry_fields none = {NULL, 0, 0};
        log->log(call, FERRY_LOG_WARNING, str("a line"), none);
    }
    return FERRY_OK;
}

static const ferry_host* the_host;

static ferry_status create(
    const ferry_host* host, const ferry_call* call, const ferry_setup* setup, void** self
) {
    (void)call, (void)setup;
    the_host = host;
    *self = malloc(1);
    return FERRY_OK;
}
static void destroy(void* self) { free(self); }

static ferry_status fetchStart(
    void* self, const ferry_call* call, const ferry_account* account, const ferry_token_set* tokens,
    const ferry_fetch* fetch, ferry_operation** op
) {
    (void)self, (void)call, (void)tokens, (void)fetch;
    *op = calloc(1, sizeof **op);
    memcpy((*op)->mode, account->account_id.data, account->account_id.size);
    return FERRY_OK;
}
static ferry_status verifyStart(
    void* self, const ferry_call* call, const ferry_account* account, const ferry_token_set* tokens,
    ferry_operation** op
) {
    const char* at = (const char*)account->configuration.first;
    size_t i;
    (void)self, (void)call, (void)tokens;
    *op = calloc(1, sizeof **op);
    (*op)->is_verify = 1;
    for (i = 0; i < account->configuration.count; ++i, at += account->configuration.stride) {
        const ferry_field* field = (const ferry_field*)(const void*)at;
        if (!is(field->name, "hostile.authorization.apikey")) continue;
        memcpy((*op)->mode, field->value.data, field->value.size);
    }
    return FERRY_OK;
}
static const ferry_auth_1 kAuth = {sizeof(ferry_auth_1), 0, NULL, NULL, NULL, NULL, verifyStart};

static void drop(void* self, ferry_operation* op) {
    (void)self;
    free(op);
}
static ferry_status advance(
    void* self, ferry_operation* op, const ferry_call* call, const ferry_http_response* response,
    const ferry_sink* sink
) {
    const ferry_page page = {sizeof(ferry_page), 0, STR("c")};
    ferry_status status = FERRY_OK;
    if (op->is_verify) {
        ferry_identity identity = {
            sizeof(ferry_identity), 0, {NULL, 0}, STR("hostile"), {NULL, 0}, {NULL, 0}, {NULL, 0}};
        identity.account_id = str(op->mode);
        return sink->identity(sink, &identity);
    }
    if (strcmp(op->mode, "ask") == 0 && response == NULL) {
        ferry_http_request request;
        memset(&request, 0, sizeof request);
        request.struct_size = sizeof request;
        request.method = str("GET");
        request.url = str("https://api.example/");
        status = sink->http_request(sink, &request);
        return status != FERRY_OK ? status : FERRY_NEED_HTTP;
    }
    status = attack(call, the_host, str(op->mode));
    (void)self;
    return status != FERRY_OK ? status : sink->page(sink, &page);
}
static const ferry_changes_1 kChanges = {sizeof(ferry_changes_1), 0, fetchStart, NULL};

static ferry_status normalize(
    void* self, const ferry_call* call, const ferry_account* account, ferry_changes changes,
    const ferry_sink* sink
) {
    ferry_status status = attack(call, the_host, account->account_id);
    uint32_t i;
    (void)self;
    for (i = 0; status == FERRY_OK && i < changes.count; ++i) {
        const ferry_index_op op = {sizeof(ferry_index_op), i, FERRY_INDEX_IGNORE, 0, NULL};
        status = sink->index_op(sink, &op);
    }
    return status;
}
static const ferry_normalize_1 kNormalize = {sizeof(ferry_normalize_1), 0, normalize};

/* The query of the request names the attack. */
static ferry_status verifyChallenge(
    void* self, const ferry_call* call, const ferry_webhook_request* request, ferry_fields secrets,
    const ferry_sink* sink
) {
    (void)self, (void)secrets, (void)sink;
    (void)attack(call, the_host, request->query);
    return FERRY_NO;
}
static const ferry_webhook_1 kWebhook = {
    sizeof(ferry_webhook_1), 0, verifyChallenge, NULL, NULL};

static const void* getExtension(const char* id) {
    if (strcmp(id, FERRY_EXT_AUTH) == 0) return &kAuth;
    if (strcmp(id, FERRY_EXT_NORMALIZE) == 0) return &kNormalize;
    if (strcmp(id, FERRY_EXT_WEBHOOK) == 0) return &kWebhook;
    return strcmp(id, FERRY_EXT_CHANGES) == 0 ? &kChanges : NULL;
}

static const ferry_module kModule = {
    sizeof(ferry_module), 1, 0, 0, STR("hostile"), STR("1.0.0"), create, destroy, getExtension, advance, drop, NULL};

__attribute__((section(FERRY_NOTE_SECTION), used)) static const ferry_plugin_note kNote = {
    {'F', 'E', 'R', 'R', 'Y', 'P', 'L', 'G'}, sizeof(ferry_plugin_note), 1, 0, 0, "hostile", "1.0.0", "C"};

FERRY_EXPORT const ferry_module* ferry_plugin_entry_v1(const ferry_host* host);
const ferry_module* ferry_plugin_entry_v1(const ferry_host* host) {
    return host->abi_major == 1 ? &kModule : NULL;
}
