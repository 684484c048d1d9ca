#include "demo/demo_receiver.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/secret.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <charconv>

namespace ferry::demo {

namespace {

/// Standard Webhooks receivers refuse time stamps further from now than this.
constexpr std::int64_t kToleranceSeconds = 300;

std::string textOf(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    if (member == object.MemberEnd() || !member->value.IsString()) return {};
    return {member->value.GetString(), member->value.GetStringLength()};
}

const rapidjson::Value* memberOf(const rapidjson::Value& object, const char* name) {
    if (!object.IsObject()) return nullptr;
    const auto member = object.FindMember(name);
    return member == object.MemberEnd() ? nullptr : &member->value;
}

}  // namespace

DemoReceiver::DemoReceiver(std::string signature_key, const Clock& clock, Random& random)
    : signature_key_(std::move(signature_key)), clock_(clock) {
    http::ServerOptions options;
    options.threads = 8;
    server_ = std::make_unique<http::Server>(
        options,
        [this](const http::Request& request) { return receive(request); },
        [](const http::Request&, std::string_view) {},
        random
    );
}

DemoReceiver::~DemoReceiver() {
    stop();
}

Status DemoReceiver::start() {
    return server_->start();
}

void DemoReceiver::stop() {
    server_->stop(Milliseconds(1000));
}

std::string DemoReceiver::url() const {
    return fmt::format("http://127.0.0.1:{}/events", server_->port());
}

std::size_t DemoReceiver::badSignatures() const {
    const std::lock_guard lock(mutex_);
    return bad_signatures_;
}

std::vector<ReceivedEvent> DemoReceiver::waitForMore(std::size_t seen, Milliseconds timeout) {
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, timeout, [&] { return events_.size() > seen; });
    return events_;
}

bool DemoReceiver::verify(const http::Request& request) const {
    const auto elements = request.headers.get("Elements-Webhook-Signature");
    const std::string elements_wanted =
        "sha256=" + base64Encode(asText(hmacSha256(signature_key_, request.body)));
    if (!elements || !equalConstantTime(*elements, elements_wanted)) return false;

    const auto id = request.headers.get("webhook-id");
    const auto timestamp = request.headers.get("webhook-timestamp");
    const auto signature = request.headers.get("webhook-signature");
    if (!id || !timestamp || !signature) return false;
    std::int64_t seconds = 0;
    std::from_chars(timestamp->data(), timestamp->data() + timestamp->size(), seconds);
    const std::int64_t now = toEpochMilliseconds(clock_.wallNow()) / 1000;
    if (std::abs(now - seconds) > kToleranceSeconds) return false;
    const std::string text = fmt::format("{}.{}.{}", *id, *timestamp, request.body);
    return *signature == "v1," + base64Encode(asText(hmacSha256(signature_key_, text)));
}

http::Response DemoReceiver::receive(const http::Request& request) {
    http::Response response;
    response.body = "{}";
    const bool is_verified = verify(request);
    const std::lock_guard lock(mutex_);
    if (!is_verified) {
        ++bad_signatures_;
        response.status = 401;
        return response;
    }
    rapidjson::Document body;
    body.Parse(request.body.data(), request.body.size());
    const rapidjson::Value* message = body.HasParseError() ? nullptr : memberOf(body, "message");
    const rapidjson::Value* events = message == nullptr ? nullptr : memberOf(*message, "events");
    if (events == nullptr || !events->IsArray()) {
        response.status = 400;
        return response;
    }
    for (const rapidjson::Value& item : events->GetArray()) {
        ReceivedEvent event;
        event.id = textOf(item, "id");
        event.type = textOf(item, "eventType");
        event.object_type = textOf(item, "objectType");
        if (const rapidjson::Value* object = memberOf(item, "object")) {
            event.path = textOf(*object, "path");
            event.previous_path = textOf(*object, "previousPath");
        }
        if (ids_.insert(event.id).second) events_.push_back(std::move(event));
    }
    condition_.notify_all();
    return response;
}

}  // namespace ferry::demo
