/* fetch and refresh, each of one request, with their faults. */
#ifndef CHECKED_OPERATIONS_H
#define CHECKED_OPERATIONS_H

struct ferry_operation {
    int is_refresh;
    int step;
    ferry_str borrowed; /* FAULT_KEEPS_POINTER */
    char token[64];
    char* buffer;
};

static ferry_status start(
    int is_refresh, const ferry_account* account, const ferry_token_set* tokens, ferry_operation** op
) {
    ferry_operation* made = calloc(1, sizeof *made);
    const size_t size = tokens->access_token.size;
    made->is_refresh = is_refresh;
    made->borrowed = account->account_id;
    if (size > 0 && size < sizeof made->token) memcpy(made->token, tokens->access_token.data, size);
    made->buffer = malloc(16);
    *op = made;
    return FERRY_OK;
}
static ferry_status fetchStart(
    void* self, const ferry_call* call, const ferry_account* account, const ferry_token_set* tokens,
    const ferry_fetch* fetch, ferry_operation** op
) {
    (void)self, (void)call, (void)fetch;
    return start(0, account, tokens, op);
}
static ferry_status refreshStart(
    void* self, const ferry_call* call, const ferry_account* account, const ferry_token_set* tokens, ferry_operation** op
) {
    (void)self, (void)call;
    return start(1, account, tokens, op);
}
static void drop(void* self, ferry_operation* op) {
    (void)self;
#ifdef FAULT_LEAKS_DROPPED
    if (op->step < 2) op->buffer = NULL;
#endif
    free(op->buffer);
    free(op);
}

static ferry_status ask(ferry_operation* op, const ferry_sink* sink) {
    char url[128] = "https://api.example.com/list";
    ferry_http_request request;
#ifdef FAULT_LEAVES_EGRESS
    strcpy(url, "https://elsewhere.example.net/list");
#endif
#ifdef FAULT_ASKS_CLOCK
    {
        static struct timespec first;
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (first.tv_sec == 0) first = now;
        if ((now.tv_sec - first.tv_sec) * 1000 + (now.tv_nsec - first.tv_nsec) / 1000000 > 1050)
            strcpy(url + strlen(url), "?later");
    }
#endif
    (void)op;
    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.method = str("GET");
    request.url = str(url);
    request.headers.stride = sizeof(ferry_field);
#ifdef FAULT_OTHER_REQUEST
    request.method = str("POST");
#endif
    return sink->http_request(sink, &request) < 0 ? FERRY_ERROR_INVALID : FERRY_NEED_HTTP;
}

static ferry_status failed(const ferry_operation* op, const ferry_call* call, int status) {
    char text[128] = "list: no good answer";
    (void)op;
#ifdef FAULT_TELLS_TOKEN
    snprintf(text, sizeof text, "list: refused token %s", op->token);
#endif
    call->fail(call, FERRY_ERROR_UNAVAILABLE, -1, str(text));
    (void)status;
    return FERRY_ERROR_UNAVAILABLE;
}

static ferry_status finish(ferry_operation* op, const ferry_http_response* response, const ferry_sink* sink) {
    if (op->is_refresh) {
        ferry_token_set tokens;
        memset(&tokens, 0, sizeof tokens);
        tokens.struct_size = sizeof tokens;
        tokens.access_token = str("fresh");
        return sink->token_set(sink, &tokens) < 0 ? FERRY_ERROR_MALFORMED : FERRY_OK;
    }
    {
        const ferry_change change = {sizeof(ferry_change), 0, response->body, {NULL, 0}};
        ferry_page page = {sizeof(ferry_page), 0, STR("next"), 0, 0};
        if (response->body.size > 0 && sink->change(sink, &change) < 0) return FERRY_ERROR_MALFORMED;
#ifdef FAULT_NO_PAGE
        return FERRY_OK;
#endif
        return sink->page(sink, &page) < 0 ? FERRY_ERROR_MALFORMED : FERRY_OK;
    }
}

static ferry_status advance(
    void* self, ferry_operation* op, const ferry_call* call, const ferry_http_response* response, const ferry_sink* sink
) {
    (void)self;
    ++op->step;
#ifdef FAULT_KEEPS_POINTER
    if (op->borrowed.size > 0 && *(volatile const char*)op->borrowed.data == '#') return FERRY_ERROR_REJECTED;
#endif
#ifdef FAULT_THREAD_LOCAL
    {
        static __thread int steps;
        if (response == NULL) steps = 0;
        if (++steps != op->step) return FERRY_ERROR_REJECTED;
    }
#endif
    if (response == NULL) {
#ifdef FAULT_NO_REQUEST
        return FERRY_NEED_HTTP;
#endif
        return ask(op, sink);
    }
#ifdef FAULT_ASKS_FOR_EVER
    if (response->status != 200) return ask(op, sink);
#endif
#ifdef FAULT_BAD_ANSWER
    if (response->status == 200 && response->body.size > 0 && response->body.data[0] == '\\') abort();
    if (response->body.size > 1 && response->body.data[0] == response->body.data[1]) abort();
#endif
#ifdef FAULT_OTHER_RESULT
    if (!op->is_refresh) return failed(op, call, response->status);
#endif
    if (response->status != 200) return failed(op, call, response->status);
    return finish(op, response, sink);
}

#endif
