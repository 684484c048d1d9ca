#include "demo/fake_dropbox/webhook_http.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/URI.h>

#include <array>
#include <memory>

namespace ferry::demo {
namespace {

using Poco::Net::HTTPClientSession;

constexpr std::size_t kAnswerBytesMax = 64U * 1024U;
constexpr long kPollMicroseconds = 50'000;

std::unique_ptr<HTTPClientSession> sessionFor(const Poco::URI& uri, const std::string& ca_file) {
    if (uri.getScheme() != "https") {
        return std::make_unique<HTTPClientSession>(uri.getHost(), uri.getPort());
    }
    const Poco::Net::Context::Ptr context = new Poco::Net::Context(
        Poco::Net::Context::TLS_CLIENT_USE,
        "",
        "",
        ca_file,
        Poco::Net::Context::VERIFY_STRICT,
        9,
        ca_file.empty()
    );
    return std::make_unique<Poco::Net::HTTPSClientSession>(uri.getHost(), uri.getPort(), context);
}

std::string readLimited(std::istream& in) {
    std::string body;
    std::array<char, 4096> buffer{};
    while (body.size() < kAnswerBytesMax && in.read(buffer.data(), buffer.size()).gcount() > 0) {
        body.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    }
    return body;
}

Result<WebhookAnswer> exchange(
    const Poco::URI& uri,
    const Request& request,
    Milliseconds timeout,
    const std::string& ca_file,
    const std::atomic<bool>& is_stopping
) {
    const auto session = sessionFor(uri, ca_file);
    session->setTimeout(Poco::Timespan(timeout.count() * 1000));
    const std::string path = uri.getPathAndQuery();
    Poco::Net::HTTPRequest out(request.method, path.empty() ? "/" : path, "HTTP/1.1");
    for (const auto& [name, value] : request.headers)
        out.set(name, value);
    out.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
    out.setKeepAlive(false);
    session->sendRequest(out) << request.body << std::flush;
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (
        !session->socket().poll(Poco::Timespan(kPollMicroseconds), Poco::Net::Socket::SELECT_READ)
    ) {
        if (is_stopping) return fail(ErrorCode::Cancelled, "stopping");
        if (std::chrono::steady_clock::now() >= deadline) {
            return fail(ErrorCode::DeadlineExceeded, "the webhook did not answer in time");
        }
    }
    Poco::Net::HTTPResponse in;
    std::istream& stream = session->receiveResponse(in);
    WebhookAnswer answer;
    answer.status = in.getStatus();
    answer.body = readLimited(stream);
    for (const auto& [name, value] : in)
        answer.headers[name] = value;
    return answer;
}

}  // namespace

Result<WebhookAnswer> exchangeWithWebhook(
    const std::string& url,
    const Request& request,
    Milliseconds timeout,
    const std::string& ca_file,
    const std::atomic<bool>& is_stopping
) {
    try {
        const Poco::URI uri(url);
        if ((uri.getScheme() != "http" && uri.getScheme() != "https") || uri.getHost().empty()) {
            return fail(ErrorCode::InvalidArgument, "not an http or https url: " + url);
        }
        return exchange(uri, request, timeout, ca_file, is_stopping);
    } catch (const Poco::SyntaxException&) {
        return fail(ErrorCode::InvalidArgument, "not a url: " + url);
    } catch (const Poco::Exception& error) {
        return fail(ErrorCode::Unavailable, "no answer from " + url + ": " + error.displayText());
    }
}

}  // namespace ferry::demo
