#include "isolation/child_server.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/ed25519.h"
#include "isolation/sandbox.h"
#include "pipeline/documents.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ferry::isolation {
namespace {

/// All of `size` bytes; false if the hub is gone.
bool readAll(char* into, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::read(kSocketDescriptor, into, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool readFrame(std::string& content) {
    std::string length(kLengthBytes, '\0');
    if (!readAll(length.data(), length.size())) return false;
    content.resize(frameLength(length));
    return readAll(content.data(), content.size());
}

/// Ends the process if the hub is gone.
void send(FrameWriter& frame) {
    for (std::string_view rest = frame.framed(); !rest.empty();) {
        const ssize_t sent = ::write(kSocketDescriptor, rest.data(), rest.size());
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) ::_exit(0);
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// The library of ciphers reads its files at the first use, and later there are none.
void warmUp() {
    for (const Hash hash : {Hash::Sha1, Hash::Sha256, Hash::Sha512})
        (void)hmac(hash, "key", "data");
    (void)sha256("data");
    (void)hmacSha256("key", "data");
    (void)verifyEd25519(std::string(32, 'k'), "data", std::string(64, 's'));
}

}  // namespace

void FrameLog::write(const plugin::LogLine& line) {
    FrameWriter frame;
    frame(Report::Log, line);
    send(frame);
}

void ChildServer::run() {
    std::string content;
    while (readFrame(content)) {
        FrameReader frame(content, Sender::Hub);
        FERRY_CHECK(frame(head_), "the hub and this program are of one build");
        clock_.set(head_.now);
        for (const std::uint64_t number : head_.dropped)
            operations_.erase(number);
        serve(frame);
        wipe(content);
    }
}

template <typename T>
void ChildServer::answer(const Result<T>& result) {
    AnswerHead head;
    if (plugin_) {
        const plugin::PluginHealth health = plugin_->health();
        head = {health.misbehaviours, health.is_quarantined};
    }
    FrameWriter frame;
    frame(Report::Answer, head);
    writeResult(frame, result);
    if (frame.content().size() <= kFrameBytesMax) return send(frame);
    FrameWriter refused;
    refused(Report::Answer, head);
    writeResult<void>(refused, fail(ErrorCode::Corrupt, "the plugin's answer is too large"));
    send(refused);
}

void ChildServer::serve(FrameReader& frame) {
    switch (head_.call) {
        case Call::Load:
            return load(frame);
        case Call::Connect:
            return connect(frame);
        case Call::Start:
            return startOperation(frame);
        case Call::Advance:
            return advance(frame);
        default:
            return serveProvider(frame);
    }
}

void ChildServer::load(FrameReader& frame) {
    StartOptions options;
    frame(options);
    const LoadAnswer loaded = loadPlugin(options);
    FrameWriter answer;
    answer(Report::Answer, AnswerHead(), loaded);
    send(answer);
}

LoadAnswer ChildServer::loadPlugin(const StartOptions& options) {
    if (const Status entered = enterLoading(); !entered)
        return {"isolation-failed", entered.error().message};
    auto image = plugin::PluginImage::adopt(kImageDescriptor);
    if (!image) return {image.error().rule, image.error().message};
    auto note = plugin::readElfNote(image->bytes());
    if (!note) return {note.error().rule, note.error().message};
    warmUp();
    plugin::PluginCandidate candidate{
        {options.path, options.id, options.version, options.abi_major},
        std::move(*image),
        std::move(*note),
        {}};
    auto loaded = plugin::PluginLibrary::load(
        std::move(candidate), std::make_shared<plugin::HostServices>(), log_
    );
    if (!loaded) {
        // The hub puts the path before it, too.
        const std::string path = options.path + ": ";
        std::string& text = loaded.error().message;
        if (text.starts_with(path)) text.erase(0, path.size());
        return {loaded.error().rule, text};
    }
    plugin_ = std::move(*loaded);
    if (const Status entered = enterServing(options.memory_bytes); !entered)
        return {"isolation-failed", entered.error().message};
    return {};
}

void ChildServer::connect(FrameReader& frame) {
    plugin::ProviderDescription description;
    plugin::Setup setup;
    frame(description, setup);
    auto served = plugin_->serve(description, setup, clock_);
    if (!served) return answer<ConnectAnswer>(fail(std::move(served.error())));
    providers_[head_.connector] = *served;
    pipeline::Provider& provider = **served;
    answer<ConnectAnswer>(ConnectAnswer{
        provider.options().feed, provider.subscriptions() != nullptr});
}

void ChildServer::serveProvider(FrameReader& frame) {
    http::Request request;
    pipeline::ProviderAccount account;
    switch (head_.call) {
        case Call::AnswerChallenge: {
            std::optional<Secret> secret;
            frame(request, secret);
            return answer(provider().answerChallenge(request, secret ? &*secret : nullptr));
        }
        case Call::VerifySignature: {
            Secret secret;
            frame(request, secret);
            return answer(provider().verifySignature(request, secret));
        }
        case Call::ParseNotification:
            frame(request);
            return answer(provider().parseNotification(request));
        case Call::AuthorizeUrl: {
            pipeline::AuthorizeUrlRequest wanted;
            frame(account, wanted);
            return answer(provider().authorizeUrl(account, wanted));
        }
        case Call::Normalize: {
            std::vector<std::string> changes;
            std::vector<std::string> hints;
            frame(account, BytesList(changes), BytesList(hints));
            return answer(provider().normalize(account, std::move(changes), hints));
        }
        default:
            checkFailed("call", "the hub sends no such call here", __FILE__, __LINE__);
    }
}

void ChildServer::startOperation(FrameReader& frame) {
    OperationKind kind = OperationKind::Fetch;
    std::uint64_t number = 0;
    frame(kind, number);
    Result<pipeline::OperationPtr> begun = beginOperation(kind, frame);
    if (!begun) return answer<void>(fail(std::move(begun.error())));
    operations_[number] = std::move(*begun);
    answer<void>({});
}

Result<pipeline::OperationPtr> ChildServer::beginOperation(OperationKind kind, FrameReader& frame) {
    pipeline::ProviderAccount account;
    TokenSet tokens;
    if (kind == OperationKind::Exchange) {
        pipeline::CodeExchangeRequest request;
        frame(account, request);
        return provider().startExchange(account, request);
    }
    if (kind >= OperationKind::Subscribe) return beginSubscriptions(kind, frame);
    if (kind >= OperationKind::Metadata) return beginDocuments(kind, frame);
    frame(account, tokens);
    if (kind == OperationKind::Refresh) return provider().startRefresh(account, tokens);
    if (kind == OperationKind::Revoke) return provider().startRevoke(account, tokens);
    if (kind == OperationKind::Verify) return provider().startVerify(account, tokens);
    pipeline::FetchRequest request;
    frame(request);
    return provider().startFetch(account, tokens, request);
}

Result<pipeline::OperationPtr> ChildServer::beginDocuments(OperationKind kind, FrameReader& frame) {
    pipeline::Documents& documents = *provider().documents();
    pipeline::ProviderAccount account;
    TokenSet tokens;
    frame(account, tokens);
    const auto with = [&](auto method, auto request) {
        frame(request);
        return (documents.*method)(account, tokens, request);
    };
    using pipeline::Documents;
    switch (kind) {
        case OperationKind::Metadata:
            return with(&Documents::startMetadata, pipeline::DocumentRef());
        case OperationKind::List:
            return with(&Documents::startList, pipeline::DocumentListRequest());
        case OperationKind::Search:
            return with(&Documents::startSearch, pipeline::DocumentSearchRequest());
        case OperationKind::Download:
            return with(&Documents::startDownload, pipeline::DocumentDownloadRequest());
        case OperationKind::Revisions:
            return with(&Documents::startRevisions, pipeline::DocumentRevisionsRequest());
        case OperationKind::Link:
            return with(&Documents::startLink, pipeline::DocumentRef());
        default:
            return documents.startStorage(account, tokens);
    }
}

Result<pipeline::OperationPtr> ChildServer::beginSubscriptions(
    OperationKind kind, FrameReader& frame
) {
    pipeline::Subscriptions& subscriptions = *provider().subscriptions();
    pipeline::ProviderAccount account;
    TokenSet tokens;
    pipeline::SubscriptionRequest request;
    frame(account, tokens, request);
    return kind == OperationKind::Subscribe
               ? subscriptions.startSubscribe(account, tokens, request)
               : subscriptions.startUnsubscribe(account, tokens, request);
}

void ChildServer::advance(FrameReader& frame) {
    std::uint64_t number = 0;
    std::optional<http::OutboundResponse> response;
    frame(number, response);
    const auto found = operations_.find(number);
    FERRY_CHECK(found != operations_.end(), "the hub advances operations that have not ended");
    auto step = found->second->advance(response ? &*response : nullptr);
    const bool goes_on = step && std::holds_alternative<http::OutboundRequest>(*step);
    if (!goes_on) operations_.erase(found);
    answer(step);
}

}  // namespace ferry::isolation
