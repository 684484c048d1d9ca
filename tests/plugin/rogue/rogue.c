/* A plugin in plain C that breaks the contract in the way that the account's id names. It passes
 * every check of the loader. */
#include <ferry/ferry.h>
#include <stdlib.h>
#include <string.h>

#define STR(text) { text, sizeof(text) - 1 }

static int is(ferry_str mode, const char* wanted) {
    return mode.size == strlen(wanted) && memcmp(mode.data, wanted, mode.size) == 0;
}
static ferry_str str(const char* text) {
    ferry_str result = {text, 0};
    result.size = strlen(text);
    return result;
}

struct ferry_operation {
    char mode[64];
    int step;
};

static ferry_status create(
    const ferry_host* host, const ferry_call* call, const ferry_setup* setup, void** self
) {
    (void)host, (void)call, (void)setup;
    *self = malloc(1);
    return FERRY_OK;
}
static void destroy(void* self) { free(self); }

static ferry_status fetchStart(
    void* self, const ferry_call* call, const ferry_account* account, const ferry_token_set* tokens,
    const ferry_fetch* fetch, ferry_operation** op
) {
    (void)self, (void)call, (void)tokens, (void)fetch;
    if (is(account->account_id, "start-fails")) return -3000;
    if (is(account->account_id, "start-gives-nothing")) return FERRY_OK;
    *op = calloc(1, sizeof **op);
    memcpy((*op)->mode, account->account_id.data, account->account_id.size);
    return FERRY_OK;
}
static void drop(void* self, ferry_operation* op) {
    (void)self;
    free(op);
}

static ferry_status request(const ferry_sink* sink, const char* url, const char* header_value) {
    ferry_field header = {sizeof(ferry_field), 0, STR("X-A"), {NULL, 0}};
    ferry_http_request request;
    header.value = str(header_value);
    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.method = str("GET");
    request.url = str(url);
    request.headers.first = &header;
    request.headers.stride = sizeof header;
    request.headers.count = 1;
    return sink->http_request(sink, &request);
}
static ferry_status change(const ferry_sink* sink, size_t size) {
    static const uint8_t kBytes[(1 << 20) + 1] = {0};
    ferry_change change = {sizeof(ferry_change), 0, {NULL, 0}, {NULL, 0}};
    change.raw.data = kBytes;
    change.raw.size = size;
    return sink->change(sink, &change);
}
static ferry_status page(const ferry_sink* sink, const char* cursor) {
    ferry_page page = {sizeof(ferry_page), 0, {NULL, 0}, 0, 0};
    page.next_cursor = str(cursor);
    return sink->page(sink, &page);
}

static ferry_status many(const ferry_sink* sink, int count) {
    int i;
    for (i = 0; i < count; ++i) {
        const ferry_status status = change(sink, 1);
        if (status < 0) return status;
    }
    return page(sink, "c");
}

/* Each mode is one breach; the status of the sink is handed on only where the name says so. */
static ferry_status advance(
    void* self, ferry_operation* op, const ferry_call* call, const ferry_http_response* response,
    const ferry_sink* sink
) {
    const ferry_str mode = str(op->mode);
    (void)self, (void)response;
    ++op->step;
    if (is(mode, "good")) return page(sink, "c");
    if (is(mode, "unknown-status")) return -77;
    if (is(mode, "positive-status")) return 55;
    if (is(mode, "internal")) return FERRY_ERROR_INTERNAL;
    if (is(mode, "no-result")) return FERRY_OK;
    if (is(mode, "need-without-request")) return FERRY_NEED_HTTP;
    if (is(mode, "ok-with-request")) return request(sink, "https://a.example/", "v"), page(sink, "c");
    if (is(mode, "file-url")) return request(sink, "file:///etc/passwd", "v");
    if (is(mode, "header-injection")) return request(sink, "https://a.example/", "v\r\nHost: b");
    if (is(mode, "two-requests")) {
        (void)request(sink, "https://a.example/", "v");
        return request(sink, "https://b.example/", "v");
    }
    if (is(mode, "page-twice")) return page(sink, "c"), page(sink, "d");
    if (is(mode, "page-twice-ignored")) return page(sink, "c"), (void)page(sink, "d"), FERRY_OK;
    if (is(mode, "change-after-page")) return page(sink, "c"), change(sink, 3);
    if (is(mode, "empty-cursor")) return page(sink, "");
    if (is(mode, "cursor-not-utf8")) return page(sink, "\xff\xfe");
    if (is(mode, "largest-change")) return change(sink, 1 << 20), page(sink, "c");
    if (is(mode, "change-too-large")) return change(sink, (1 << 20) + 1);
    if (is(mode, "most-changes")) return many(sink, 10000);
    if (is(mode, "too-many-changes")) return many(sink, 10001);
    if (is(mode, "foreign-output")) return sink->text(sink, str("x"));
    if (is(mode, "null-record")) return sink->page(sink, NULL);
    if (is(mode, "short-record")) {
        ferry_page short_page = {8, 0, STR("c"), 0, 0};
        return sink->page(sink, &short_page);
    }
    if (is(mode, "long-message")) {
        char text[2000];
        size_t i;
        for (i = 0; i + 1 < sizeof text; i += 2) memcpy(text + i, "\xc3\xa4", 2);
        text[0] = 'a';
        text[1] = '\n';
        call->fail(call, FERRY_ERROR_REJECTED, 5, (ferry_str){text, sizeof text});
        return FERRY_ERROR_REJECTED;
    }
    if (is(mode, "bad-message")) {
        call->fail(call, FERRY_ERROR_UNAVAILABLE, 1500, str("a\xff" "b"));
        return FERRY_ERROR_UNAVAILABLE;
    }
    return FERRY_ERROR_INTERNAL;
}

static const ferry_changes_1 kChanges = {sizeof(ferry_changes_1), 0, fetchStart, NULL};

static const void* getExtension(const char* id) {
    return strcmp(id, FERRY_EXT_CHANGES) == 0 ? &kChanges : NULL;
}

static const ferry_module kModule = {
    sizeof(ferry_module), 1, 0, 0, STR("rogue"), STR("1.0.0"), create, destroy, getExtension, advance, drop, NULL};

__attribute__((section(FERRY_NOTE_SECTION), used)) static const ferry_plugin_note kNote = {
    {'F', 'E', 'R', 'R', 'Y', 'P', 'L', 'G'}, sizeof(ferry_plugin_note), 1, 0, 0, "rogue", "1.0.0", "C"};

FERRY_EXPORT const ferry_module* ferry_plugin_entry_v1(const ferry_host* host);
const ferry_module* ferry_plugin_entry_v1(const ferry_host* host) {
    return host->abi_major == 1 ? &kModule : NULL;
}
