#include "support/abi_host.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/utf8.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ferry::test {
namespace {

std::string copy(ferry_str text) {
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
}
std::string copy(ferry_bytes bytes) {
    return bytes.size == 0 ? std::string()
                           : std::string(reinterpret_cast<const char*>(bytes.data), bytes.size);
}

/// Owns what the plugin borrows: each text is an allocation of its own, so that a read past its end
/// or after its time is seen. The element of an array is longer than the plugin knows.
class Loan {
  public:
    ferry_str text(const std::string& from) {
        if (from.empty()) return {nullptr, 0};
        texts_.push_back(std::make_unique<char[]>(from.size()));
        std::memcpy(texts_.back().get(), from.data(), from.size());
        return {texts_.back().get(), from.size()};
    }
    ferry_bytes bytes(const std::string& from) {
        const ferry_str lent = text(from);
        return {reinterpret_cast<const std::uint8_t*>(lent.data), lent.size};
    }
    ferry_fields fields(const Pairs& pairs) {
        if (pairs.empty()) return {nullptr, sizeof(LongField), 0};
        auto& stored = fields_.emplace_back(std::make_unique<LongField[]>(pairs.size()));
        for (std::size_t i = 0; i < pairs.size(); ++i)
            stored[i].field = {sizeof(LongField), 0, text(pairs[i].first), text(pairs[i].second)};
        return {&stored[0].field, sizeof(LongField), pairs.size()};
    }
    ferry_strings strings(const std::vector<std::string>& from) {
        auto& stored = strings_.emplace_back(std::make_unique<ferry_str[]>(from.size()));
        for (std::size_t i = 0; i < from.size(); ++i)
            stored[i] = text(from[i]);
        return {stored.get(), sizeof(ferry_str), from.size()};
    }
    ferry_changes changes(const std::vector<std::string>& from) {
        auto& stored = changes_.emplace_back(std::make_unique<ferry_change[]>(from.size()));
        for (std::size_t i = 0; i < from.size(); ++i)
            stored[i] = {sizeof(ferry_change), 0, bytes(from[i]), {}};
        return {stored.get(), sizeof(ferry_change), from.size()};
    }
    ferry_account account(const AbiAccount& from) {
        ferry_account lent{};
        lent.struct_size = sizeof lent;
        lent.account_id = text(from.id);
        lent.account_state = text(from.state);
        lent.configuration = fields(from.configuration);
        lent.base_urls = fields(from.base_urls);
        return lent;
    }
    ferry_token_set tokens(const AbiTokens& from) {
        ferry_token_set lent{};
        lent.struct_size = sizeof lent;
        lent.access_token = text(from.access_token);
        lent.refresh_token = text(from.refresh_token);
        lent.token_type = text(from.token_type);
        lent.expires_at_ms = from.expires_at_ms;
        lent.scope = text(from.scope);
        lent.account_id = text(from.account_id);
        return lent;
    }

  private:
    struct LongField {
        ferry_field field;
        std::uint64_t later_addition = 0xdeadbeef;
    };
    std::vector<std::unique_ptr<char[]>> texts_;
    std::vector<std::unique_ptr<LongField[]>> fields_;
    std::vector<std::unique_ptr<ferry_str[]>> strings_;
    std::vector<std::unique_ptr<ferry_change[]>> changes_;
};

Pairs copy(ferry_fields fields) {
    Pairs pairs;
    for (std::size_t i = 0; i < fields.count; ++i) {
        const auto& field = *reinterpret_cast<const ferry_field*>(
            reinterpret_cast<const char*>(fields.first) + i * fields.stride
        );
        pairs.emplace_back(copy(field.name), copy(field.value));
    }
    return pairs;
}

// ---- the call

/// One call into the plugin, and the outcome that its sinks fill.
struct CallScope {
    CallScope(const AbiPlugin& plugin, AbiOutcome& to);
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;

    const AbiPlugin& host;
    AbiOutcome& outcome;
    std::size_t changes_in = 0;
    std::uint32_t last_change = 0;
    ferry_call call{};
    ferry_sink sink{};
};

CallScope& of(const ferry_sink* sink) {
    return *static_cast<CallScope*>(sink->ctx);
}
CallScope& of(const ferry_call* call) {
    return *static_cast<CallScope*>(call->ctx);
}

ferry_status breach(CallScope& scope, const char* what, ferry_status status) {
    if (scope.outcome.violation.empty()) scope.outcome.violation = what;
    return status;
}

/// The checks of the hub on texts (host/plugin/limits.h).
bool isGood(const std::string& text, std::size_t bytes_max) {
    return text.size() <= bytes_max && isValidUtf8(text) && text.find('\0') == std::string::npos;
}

ferry_status takeRequest(const ferry_sink* sink, const ferry_http_request* request) noexcept {
    CallScope& scope = of(sink);
    AbiRequest taken{
        copy(request->method),
        copy(request->url),
        copy(request->headers),
        copy(request->body),
        request->timeout_ms,
        request->response_bytes_max,
        (request->flags & FERRY_HTTP_STREAM_ANSWER) != 0};
    for (const auto& [name, value] : taken.headers)
        for (const char c : name + value)
            if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e)
                return breach(scope, "a header has control characters", FERRY_ERROR_MALFORMED);
    scope.outcome.requests.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeText(const ferry_sink* sink, ferry_str text) noexcept {
    of(sink).outcome.texts.push_back(copy(text));
    return FERRY_OK;
}

ferry_status takeTokens(const ferry_sink* sink, const ferry_token_set* tokens) noexcept {
    CallScope& scope = of(sink);
    if (!scope.outcome.tokens.empty())
        return breach(scope, "a second token set", FERRY_ERROR_INVALID);
    scope.outcome.tokens.push_back(
        {copy(tokens->access_token),
         copy(tokens->refresh_token),
         copy(tokens->token_type),
         tokens->expires_at_ms,
         copy(tokens->scope),
         copy(tokens->account_id)}
    );
    return FERRY_OK;
}

ferry_status takeIdentity(const ferry_sink* sink, const ferry_identity* identity) noexcept {
    AbiIdentity taken{
        copy(identity->account_id),
        copy(identity->label),
        copy(identity->tenant),
        copy(identity->account_state),
        copy(identity->extra)};
    if (!isGood(taken.account_id, 1024) || taken.account_id.empty() || !isGood(taken.label, 8192))
        return breach(of(sink), "an identity out of bounds", FERRY_ERROR_MALFORMED);
    of(sink).outcome.identities.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeChange(const ferry_sink* sink, const ferry_change* change) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_page)
        return breach(scope, "a change after the page", FERRY_ERROR_INVALID);
    scope.outcome.changes.push_back(copy(change->raw));
    return FERRY_OK;
}

ferry_status takePage(const ferry_sink* sink, const ferry_page* page) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_page) return breach(scope, "a second page", FERRY_ERROR_INVALID);
    scope.outcome.has_page = true;
    scope.outcome.has_more = page->has_more != 0;
    scope.outcome.next_cursor = copy(page->next_cursor);
    if (scope.outcome.next_cursor.empty() || !isGood(scope.outcome.next_cursor, 64u << 10))
        return breach(scope, "a page without a good cursor", FERRY_ERROR_MALFORMED);
    return FERRY_OK;
}

ferry_status takeNotice(const ferry_sink* sink, const ferry_notice* notice) noexcept {
    CallScope& scope = of(sink);
    std::string key = copy(notice->account_key);
    if (key.empty() || !isGood(key, 1024))
        return breach(scope, "a notice without a good key", FERRY_ERROR_MALFORMED);
    scope.outcome.notices.push_back(std::move(key));
    return FERRY_OK;
}

ferry_status takeReply(const ferry_sink* sink, const ferry_webhook_reply* reply) noexcept {
    of(sink).outcome.replies.push_back({reply->status, copy(reply->body), copy(reply->headers)});
    return FERRY_OK;
}

void copy(const ferry_object& object, AbiIndexOp& taken) {
    taken.has_object = true;
    taken.type = object.type;
    const std::pair<const char*, ferry_str> texts[] = {
        {"object_id", object.object_id},
        {"path_key", object.path_key},
        {"path", object.path},
        {"name", object.name},
        {"revision", object.revision},
        {"content_hash", object.content_hash},
        {"modified_by", object.modified_by}};
    for (const auto& [name, text] : texts)
        if (text.size > 0) taken.texts.emplace_back(name, copy(text));
    taken.size = object.size;
    taken.created_ms = object.created_ms;
    taken.modified_ms = object.modified_ms;
    taken.client_modified_ms = object.client_modified_ms;
}

AbiIndexOp copy(const ferry_index_op& op) {
    AbiIndexOp taken;
    taken.change = op.change_index;
    taken.action = op.action;
    taken.flags = op.flags;
    if (op.object != nullptr) copy(*op.object, taken);
    return taken;
}

ferry_status takeObject(const ferry_sink* sink, const ferry_object* object) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_objects_end)
        return breach(scope, "an object after the end", FERRY_ERROR_INVALID);
    AbiIndexOp taken;
    copy(*object, taken);
    for (const auto& [field, value] : taken.texts)
        if (!isGood(value, field.starts_with("path") ? 32u << 10 : field == "name" ? 8192 : 1024))
            return breach(scope, "a text out of bounds", FERRY_ERROR_MALFORMED);
    scope.outcome.objects.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeObjectsEnd(const ferry_sink* sink, ferry_str next_cursor) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_objects_end)
        return breach(scope, "a second end of the objects", FERRY_ERROR_INVALID);
    scope.outcome.has_objects_end = true;
    scope.outcome.next_cursor = copy(next_cursor);
    return FERRY_OK;
}

ferry_status takeStorage(const ferry_sink* sink, const ferry_storage* storage) noexcept {
    CallScope& scope = of(sink);
    if (!scope.outcome.storages.empty())
        return breach(scope, "a second storage", FERRY_ERROR_INVALID);
    if (storage->used < 0 || storage->total < -1)
        return breach(scope, "a negative storage", FERRY_ERROR_MALFORMED);
    scope.outcome.storages.emplace_back(storage->used, storage->total);
    return FERRY_OK;
}

ferry_status takeIndexOp(const ferry_sink* sink, const ferry_index_op* op) noexcept {
    CallScope& scope = of(sink);
    AbiIndexOp taken = copy(*op);
    if (taken.change >= scope.changes_in)
        return breach(scope, "an operation for no change", FERRY_ERROR_INVALID);
    const auto has = [&](const char* name) {
        for (const auto& [field, value] : taken.texts)
            if (field == name) return true;
        return false;
    };
    const bool is_upsert =
        taken.action == FERRY_INDEX_UPSERT_FILE || taken.action == FERRY_INDEX_UPSERT_FOLDER;
    if (taken.action < FERRY_INDEX_IGNORE || taken.action > FERRY_INDEX_REMOVE ||
        (is_upsert && !has("object_id")) ||
        (taken.action == FERRY_INDEX_REMOVE && !has("object_id") && !has("path_key")))
        return breach(scope, "an operation that means nothing", FERRY_ERROR_MALFORMED);
    for (const auto& [field, value] : taken.texts)
        if (!isGood(value, field.starts_with("path") ? 32u << 10 : field == "name" ? 8192 : 1024))
            return breach(scope, "a text out of bounds", FERRY_ERROR_MALFORMED);
    scope.outcome.index_ops.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeEvent(const ferry_sink* sink, const ferry_event*) noexcept {
    return breach(of(sink), "an event", FERRY_ERROR_INVALID);
}

ferry_status takeReject(const ferry_sink* sink, const ferry_reject* reject) noexcept {
    CallScope& scope = of(sink);
    if (reject->change_index >= scope.changes_in || reject->status >= 0)
        return breach(scope, "a rejection of nothing", FERRY_ERROR_INVALID);
    if (reject->change_index < scope.last_change)
        return breach(scope, "changes out of order", FERRY_ERROR_INVALID);
    scope.last_change = reject->change_index;
    scope.outcome.rejects.push_back({reject->change_index, reject->status, copy(reject->message)});
    return FERRY_OK;
}

ferry_bool isCancelled(const ferry_call* call) noexcept {
    return of(call).host.is_cancelled ? 1 : 0;
}

void fail(
    const ferry_call* call, ferry_status status, std::int64_t retry_after_ms, ferry_str message
) noexcept {
    AbiOutcome& outcome = of(call).outcome;
    outcome.failed_as = status;
    outcome.retry_after_ms = retry_after_ms;
    outcome.message = copy(message);
}

CallScope::CallScope(const AbiPlugin& plugin, AbiOutcome& to) : host(plugin), outcome(to) {
    call = {sizeof call, 0, this, plugin.now_ms, 0, {"test", 4}, {"trace", 5}, isCancelled, fail};
    sink = {
        sizeof sink,
        0,
        this,
        takeRequest,
        takeText,
        takeTokens,
        takeIdentity,
        takeChange,
        takePage,
        takeNotice,
        takeReply,
        takeIndexOp,
        takeEvent,
        takeReject,
        takeObject,
        takeObjectsEnd,
        takeStorage};
}

// ---- services

std::string_view view(ferry_bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

ferry_status cryptoSha256(const ferry_call*, ferry_bytes data, std::uint8_t* digest) noexcept {
    const Digest256 value = sha256(view(data));
    std::memcpy(digest, value.data(), value.size());
    return FERRY_OK;
}
ferry_status cryptoHmac(
    const ferry_call*, ferry_bytes key, ferry_bytes data, std::uint8_t* mac
) noexcept {
    const Digest256 value = hmacSha256(view(key), view(data));
    std::memcpy(mac, value.data(), value.size());
    return FERRY_OK;
}
ferry_bool cryptoEqual(const ferry_call*, ferry_bytes a, ferry_bytes b) noexcept {
    return view(a) == view(b) ? 1 : 0;
}
ferry_status cryptoEncode(
    const ferry_call*, ferry_encoding encoding, ferry_bytes data, char* out, std::size_t* size
) noexcept {
    const std::string text =
        encoding == FERRY_ENCODING_HEX ? hexEncode(view(data)) : base64Encode(view(data));
    const std::size_t room = std::exchange(*size, text.size());
    if (text.size() > room) return FERRY_ERROR_LIMIT;
    std::memcpy(out, text.data(), text.size());
    return FERRY_OK;
}
ferry_status
cryptoDecode(const ferry_call*, ferry_encoding, ferry_str, std::uint8_t*, std::size_t*) noexcept {
    return FERRY_ERROR_UNSUPPORTED;
}
void logLine(const ferry_call* call, ferry_log_level, ferry_str message, ferry_fields) noexcept {
    of(call).outcome.log.push_back(copy(message));
}

/// That of a host of 1.0.
constexpr ferry_crypto_1 kCrypto{
    offsetof(ferry_crypto_1, hmac),
    0,
    cryptoSha256,
    cryptoHmac,
    cryptoEqual,
    cryptoEncode,
    cryptoDecode,
    nullptr,
    nullptr};
constexpr ferry_log_1 kLog{sizeof(ferry_log_1), 0, logLine};

const void* getService(const ferry_host* host, const char* id) noexcept {
    const std::string_view wanted(id);
    if (wanted == FERRY_SVC_LOG) return &kLog;
    const bool has_crypto = static_cast<const AbiPlugin*>(host->ctx)->has_crypto;
    return wanted == FERRY_SVC_CRYPTO && has_crypto ? &kCrypto : nullptr;
}

[[noreturn]] void die(const std::string& message) {
    std::fprintf(stderr, "abi_host: %s\n", message.c_str());
    std::abort();
}

template <typename Table>
const Table& extension(const ferry_module& module, const char* id) {
    const void* table = module.get_extension(id);
    if (table == nullptr) die(std::string("no extension ") + id);
    return *static_cast<const Table*>(table);
}

const ferry_auth_1& auth(const ferry_module& module) {
    return extension<ferry_auth_1>(module, FERRY_EXT_AUTH);
}
const ferry_changes_1& changesOf(const ferry_module& module) {
    return extension<ferry_changes_1>(module, FERRY_EXT_CHANGES);
}
const ferry_documents_1& documentsOf(const ferry_module& module) {
    return extension<ferry_documents_1>(module, FERRY_EXT_DOCUMENTS);
}
ferry_document_ref refOf(Loan& loan, const std::string& ref) {
    ferry_document_ref lent{};
    lent.struct_size = sizeof lent;
    (ref.starts_with('/') ? lent.path : lent.object_id) = loan.text(ref);
    return lent;
}
const ferry_webhook_1& webhook(const ferry_module& module) {
    return extension<ferry_webhook_1>(module, FERRY_EXT_WEBHOOK);
}

}  // namespace

std::string AbiRequest::text() const {
    std::string text = method + " " + url + "\n";
    for (const auto& [name, value] : headers)
        text += name + ": " + value + "\n";
    return text + "\n" + body;
}

AbiPlugin::AbiPlugin(const std::string& file, const std::string& connector)
    : connector_(connector) {
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) die(dlerror());
    const auto entry =
        reinterpret_cast<ferry_plugin_entry_v1_fn>(dlsym(library, FERRY_PLUGIN_ENTRY_V1));
    if (entry == nullptr) die(file + " has no entry");
    host_ = {
        sizeof host_, FERRY_ABI_MAJOR, FERRY_ABI_MINOR, 0, this, {"test", 4}, {"0", 1}, getService};
    module_ = entry(&host_);
    if (module_ == nullptr) die(file + " does not want this host");
    remake();
}

AbiPlugin::~AbiPlugin() {
    module_->destroy(self_);
}

void AbiPlugin::remake() {
    if (self_ != nullptr) module_->destroy(std::exchange(self_, nullptr));
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_setup setup{};
    setup.struct_size = sizeof setup;
    setup.connector = loan.text(connector_);
    if (module_->create(&host_, &scope.call, &setup, &self_) != FERRY_OK) die("create failed");
}

template <typename Start>
AbiOutcome AbiPlugin::run(const Script& script, Start start) {
    AbiOutcome outcome;
    ferry_operation* op = nullptr;
    {
        CallScope scope(*this, outcome);
        Loan loan;  // all that start borrowed is gone when it returns
        outcome.status = start(loan, scope.call, &op);
    }
    if (outcome.status != FERRY_OK) return outcome;
    {
        CallScope scope(*this, outcome);
        outcome.status = module_->advance(self_, op, &scope.call, nullptr, &scope.sink);
    }
    for (const AbiResponse& response : script) {
        if (outcome.status != FERRY_NEED_HTTP) break;
        CallScope scope(*this, outcome);
        Loan loan;
        ferry_http_response lent{};
        lent.struct_size = sizeof lent;
        lent.status = response.status;
        lent.transport_error = response.transport_error;
        lent.headers = loan.fields(response.headers);
        const bool is_streamed = outcome.requests.back().streams_answer && response.status >= 200 &&
                                 response.status < 300;
        if (is_streamed) {
            lent.flags = FERRY_HTTP_BODY_STREAMED;
        } else {
            lent.body = loan.bytes(response.body);
        }
        outcome.status = module_->advance(self_, op, &scope.call, &lent, &scope.sink);
    }
    module_->drop(self_, op);
    return outcome;
}

AbiOutcome AbiPlugin::exchange(
    const AbiAccount& account,
    const std::string& code,
    const std::string& redirect_uri,
    const std::string& verifier,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        ferry_code_exchange exchange{};
        exchange.struct_size = sizeof exchange;
        exchange.code = loan.text(code);
        exchange.redirect_uri = loan.text(redirect_uri);
        exchange.code_verifier = loan.text(verifier);
        return auth(*module_).exchange_start(self_, &call, &lent, &exchange, op);
    });
}

AbiOutcome AbiPlugin::refresh(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return auth(*module_).refresh_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::revoke(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return auth(*module_).revoke_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::verify(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return auth(*module_).verify_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::initialCursor(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return changesOf(*module_).initial_cursor_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::fetch(
    const AbiAccount& account,
    const AbiTokens& tokens,
    ferry_fetch_mode mode,
    const std::string& cursor,
    const Script& script,
    std::uint32_t limit
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_fetch fetch{sizeof(ferry_fetch), mode, loan.text(cursor), limit, 0};
        return changesOf(*module_).fetch_start(self_, &call, &lent, &lent_tokens, &fetch, op);
    });
}

AbiOutcome AbiPlugin::metadata(
    const AbiAccount& account, const AbiTokens& tokens, const std::string& ref, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        const ferry_document_ref& wanted = lent_ref;
        return documentsOf(*module_).metadata_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::list(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& cursor,
    std::uint32_t limit,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_list wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.limit = limit;
        wanted.folder = &lent_ref;
        wanted.cursor = loan.text(cursor);
        return documentsOf(*module_).list_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::search(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& text,
    const std::string& cursor,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_search wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.folder = &lent_ref;
        wanted.text = loan.text(text);
        wanted.cursor = loan.text(cursor);
        return documentsOf(*module_).search_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::download(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& range,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_download wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.file = &lent_ref;
        wanted.range = loan.text(range);
        return documentsOf(*module_).download_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::revisions(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& cursor,
    std::uint32_t limit,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_revisions wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.limit = limit;
        wanted.file = &lent_ref;
        wanted.cursor = loan.text(cursor);
        return documentsOf(*module_).revisions_start(
            self_, &call, &lent, &lent_tokens, &wanted, op
        );
    });
}

AbiOutcome AbiPlugin::storage(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return documentsOf(*module_).storage_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::authorizeUrl(
    const AbiAccount& account,
    const std::string& redirect_uri,
    const std::string& state,
    const std::vector<std::string>& scopes,
    const std::string& challenge,
    const Pairs& extras
) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    const ferry_account lent = loan.account(account);
    ferry_authorize_request request{};
    request.struct_size = sizeof request;
    request.redirect_uri = loan.text(redirect_uri);
    request.state = loan.text(state);
    request.scopes = loan.strings(scopes);
    request.code_challenge = loan.text(challenge);
    request.extras = loan.fields(extras);
    outcome.status = auth(*module_).authorize_url(self_, &scope.call, &lent, &request, &scope.sink);
    return outcome;
}

AbiOutcome AbiPlugin::verifyChallenge(const std::string& method, const std::string& query) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_webhook_request request{};
    request.struct_size = sizeof request;
    request.method = loan.text(method);
    request.query = loan.text(query);
    outcome.status = webhook(*module_).verify_challenge(
        self_, &scope.call, &request, loan.fields({}), &scope.sink
    );
    return outcome;
}

ferry_status AbiPlugin::verifySignature(
    const std::string& body, const Pairs& headers, const std::vector<std::string>& secrets
) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_webhook_request request{};
    request.struct_size = sizeof request;
    request.method = loan.text("POST");
    request.headers = loan.fields(headers);
    request.body = loan.bytes(body);
    Pairs named;
    for (const std::string& secret : secrets)
        named.emplace_back("oauth.api.secret", secret);
    return webhook(*module_).verify_signature(self_, &scope.call, &request, loan.fields(named));
}

AbiOutcome AbiPlugin::parseNotification(const std::string& body) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_webhook_request request{};
    request.struct_size = sizeof request;
    request.method = loan.text("POST");
    request.body = loan.bytes(body);
    outcome.status =
        webhook(*module_).parse_notification(self_, &scope.call, &request, &scope.sink);
    return outcome;
}

AbiOutcome AbiPlugin::normalize(const std::vector<std::string>& changes) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    scope.changes_in = changes.size();
    Loan loan;
    const ferry_account account = loan.account({});
    outcome.status =
        extension<ferry_normalize_1>(*module_, FERRY_EXT_NORMALIZE)
            .normalize(self_, &scope.call, &account, loan.changes(changes), &scope.sink);
    return outcome;
}

}  // namespace ferry::test
