// A well-behaved plugin with every hook, for tests of the host. What it does is steered by the
// configuration value "mode".
#include <ferry/sdk.hpp>

#include <cstdlib>
#include <stdexcept>

using namespace ferry::sdk;

namespace {

Task<HttpResponse> call(Context& context, const AccountView& account, std::string path) {
    auto response =
        co_await context.send(Request::post(std::string(account.baseUrl("api")) + path)
                                  .body("application/json", "{}")
                                  .header("X-Trace", std::string(context.call().traceId()))
                                  .timeout(std::chrono::seconds(9)));
    if (response.status() == 0)
        throw Error::unavailable(path + ": " + std::string(response.transportErrorName()));
    if (response.status() == 429) throw Error::rateLimited(path, std::chrono::seconds(3));
    co_return response;
}

class Sample : public Plugin {
  public:
    explicit Sample(const SetupView& setup) {
        if (setup.settings().get("create") == "fails") throw Error::invalid("no such setting");
    }

    std::string authorizeUrl(
        const Call& call, const AccountView& account, const AuthorizeRequestView& request
    ) const {
        call.info("building the url");
        std::string url = std::string(account.baseUrl("www")) +
                          "/authorize?state=" + std::string(request.state());
        for (std::size_t i = 0; i < request.scopeCount(); ++i)
            url += "&scope=" + std::string(request.scope(i));
        return url + "&challenge=" + std::string(request.codeChallenge());
    }

    Task<TokenSet> exchangeCode(
        Context& context, const AccountView& account, const CodeExchange& exchange
    ) const {
        const auto response = co_await call(context, account, "/token?code=" + exchange.code);
        TokenSet tokens;
        tokens.access_token = response.body();
        tokens.refresh_token = exchange.code_verifier;
        tokens.expires_at_ms = context.call().nowMs() + 1000;
        co_return tokens;
    }

    Task<TokenSet> refresh(Context& context, const AccountView& account, const TokenSet& tokens)
        const {
        const std::string_view mode = account.config("mode");
        if (mode == "stream") {
            // Only a download may.
            Request request = Request::get(std::string(account.baseUrl("api")) + "/token");
            request.streamAnswer();
            co_await context.send(request);
        }
        if (mode == "throw") throw std::runtime_error("a bug\nwith two lines");
        if (mode == "forever")
            for (;;)
                co_await call(context, account, "/again");
        const auto first = co_await call(context, account, "/one");
        const auto second =
            co_await call(context, account, "/two?after=" + std::string(first.body()));
        if (second.status() == 400) co_return Error::authRevoked("invalid_grant");
        TokenSet result;
        result.access_token = tokens.refresh_token + ":" + std::string(second.body());
        co_return result;
    }

    Task<void> revoke(Context& context, const AccountView& account, const TokenSet&) const {
        co_await call(context, account, "/revoke");
    }

    Task<Identity> verify(Context& context, const AccountView& account, const TokenSet&) const {
        const auto response = co_await call(context, account, "/me");
        Identity identity{std::string(response.body())};
        identity.label = account.state();
        identity.account_state = "state of " + std::string(response.header("X-Name"));
        co_return identity;
    }

    std::optional<Reply>
    verifyChallenge(const Call&, const WebhookRequestView& request, const FieldsView&) const {
        constexpr std::string_view kKey = "challenge=";
        if (!request.query().starts_with(kKey)) return std::nullopt;
        return Reply(200, "text/plain", std::string(request.query().substr(kKey.size())))
            .header("X-Content-Type-Options", "nosniff");
    }

    bool verifySignature(
        const Call& call, const WebhookRequestView& request, const FieldsView& secrets
    ) const {
        if (request.header("x-signature") == "throw") throw std::runtime_error("parser");
        for (std::size_t i = 0; i < secrets.size(); ++i) {
            const Digest mac = call.crypto().hmacSha256(secrets.value(i), request.body());
            if (call.crypto().equalConstantTime(
                    call.crypto().hex(asText(mac)), request.header("x-signature")
                ))
                return true;
        }
        return false;
    }

    std::vector<Notice> parseNotification(const Call&, const WebhookRequestView& request) const {
        if (request.body() == "throw") throw std::runtime_error("parser");
        std::vector<Notice> notices;
        for (auto rest = request.body(); !rest.empty();) {
            const auto end = std::min(rest.find(','), rest.size() - 1);
            notices.emplace_back(std::string(rest.substr(0, rest[end] == ',' ? end : end + 1)));
            rest.remove_prefix(end + 1);
        }
        return notices;
    }

    Task<Page> fetch(
        Context& context,
        const AccountView& account,
        const TokenSet& tokens,
        const FetchRequest& request
    ) const {
        const auto response = co_await call(context, account, "/list?cursor=" + request.cursor);
        if (response.status() == 409) co_return Error::cursorInvalid("reset");
        if (response.status() == 401) co_return Error::authExpired(tokens.token_type);
        Page page;
        const long count = std::strtol(std::string(response.body()).c_str(), nullptr, 10);
        for (long i = 0; i < count; ++i)
            page.add("F id:" + std::to_string(i));
        page.next_cursor = request.cursor + "+";
        page.has_more = request.mode == FetchMode::Baseline;
        co_return page;
    }

    Task<std::string> initialCursor(Context& context, const AccountView& account, const TokenSet&)
        const {
        const auto response = co_await call(context, account, "/latest");
        co_return std::string(response.body());
    }

    Task<Document> documentMetadata(
        Context& context, const AccountView& account, const TokenSet&, const DocumentRef& ref
    ) const {
        const auto response =
            co_await call(context, account, "/metadata?id=" + ref.object_id + "&path=" + ref.path);
        if (response.status() == 404) co_return Error::notFound("nothing there");
        if (response.status() == 409) co_return Error::conflict("something else there");
        Document document(ObjectType::File);
        document.object_id = "id:1";
        document.name = response.body();
        document.size = 3;
        co_return document;
    }
    Task<DocumentPage> listDocuments(
        Context& context, const AccountView& account, const TokenSet&, const DocumentList& list
    ) const {
        const auto response = co_await call(
            context, account, "/list?" + list.cursor + "&" + std::to_string(list.limit)
        );
        DocumentPage page;
        for (const char c : response.body()) {
            Document document(ObjectType::Folder);
            document.object_id = document.name = std::string(1, c);
            page.documents.push_back(document);
        }
        page.next_cursor = list.cursor + "+";
        co_return page;
    }
    Task<Document> downloadDocument(
        Context& context,
        const AccountView& account,
        const TokenSet&,
        const DocumentDownload& wanted
    ) const {
        Request request = Request::get(std::string(account.baseUrl("api")) + "/content");
        request.header("Range", wanted.range).streamAnswer();
        const auto response = co_await context.send(request);
        if (!response.ok()) co_return Error::notFound(std::string(response.body()));
        if (!response.isStreamed() || !response.body().empty()) throw std::logic_error("a body");
        Document document(ObjectType::File);
        document.object_id = wanted.file.object_id;
        document.name = response.header("x-name");
        co_return document;
    }

    Task<DocumentPage> listRevisions(
        Context& context,
        const AccountView& account,
        const TokenSet&,
        const DocumentRevisions& wanted
    ) const {
        const auto response = co_await call(
            context,
            account,
            "/revisions?" + wanted.file.path + "&" + wanted.cursor + "&" +
                std::to_string(wanted.limit)
        );
        DocumentPage page;
        Document document(ObjectType::File);
        document.object_id = "id:1";
        document.name = "a.txt";
        document.revision = response.body();
        page.documents.push_back(document);
        co_return page;
    }
    Task<Storage> storageUsage(Context& context, const AccountView& account, const TokenSet&)
        const {
        const auto response = co_await call(context, account, "/storage");
        Storage storage;
        storage.used = static_cast<std::int64_t>(response.body().size());
        if (response.status() == 201) storage.used = -1;
        if (response.status() == 200) storage.total = 100;
        co_return storage;
    }
    Task<Link> documentLink(
        Context& context, const AccountView& account, const TokenSet&, const DocumentRef& file
    ) const {
        const auto response = co_await call(context, account, "/link?" + file.path);
        Link link;
        link.url = response.body();
        if (response.status() == 200) link.expires_ms = 7;
        co_return link;
    }

    Task<Subscription> subscribe(
        Context& context, const AccountView& account, const TokenSet&, const Subscribe& wanted
    ) const {
        const auto response = co_await call(
            context,
            account,
            "/subscribe?" + wanted.callback_url + "&" + wanted.secret + "&" + wanted.nonce + "&" +
                wanted.state
        );
        Subscription made{std::string(response.body())};
        if (response.status() == 200) made.expires_at_ms = 7;
        if (response.status() == 202) made.secret = "given";
        co_return made;
    }
    Task<void> unsubscribe(
        Context& context, const AccountView& account, const TokenSet&, const Subscribe& wanted
    ) const {
        co_await call(context, account, "/unsubscribe?" + wanted.state);
    }

    void normalize(
        const Call&, const AccountView& account, const ChangesView& changes, Normalizer& out
    ) const {
        for (std::size_t i = 0; i < changes.size(); ++i)
            normalizeOne(account, changes[i], i, out);
    }

  private:
    static void normalizeOne(
        const AccountView& account, std::string_view raw, std::size_t i, Normalizer& out
    ) {
        const std::string_view rest = raw.size() > 2 ? raw.substr(2) : std::string_view();
        Object object(raw.starts_with('D') ? ObjectType::Folder : ObjectType::File);
        object.object_id = rest;
        object.path = object.path_key = rest;
        object.size = 12;
        object.modified_ms = 1'700'000'000'000;
        switch (raw.empty() ? '?' : raw.front()) {
            case 'F':
                return out.upsert(i, object, FERRY_INDEX_REPLACES_CHILDREN);
            case 'D':
                return out.upsert(i, object);
            case 'R':
                return out.remove(i, object);
            case 'E':
                return out.event(i, Event(EventType::Moved, object));
            case '-':
                return out.ignore(i);
            case '0':
                return;  // against the contract
            default:
                return out.reject(i, "not understood: " + std::string(account.id()));
        }
    }
};

}  // namespace

FERRY_PLUGIN(Sample, "sample", "1.2.3");
