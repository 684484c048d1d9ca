#include "support/callback_receiver.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "support/eventually.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>

namespace ferry::test {
namespace {

std::string textOf(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    if (member == object.MemberEnd() || !member->value.IsString()) return {};
    return {member->value.GetString(), member->value.GetStringLength()};
}

std::vector<ReceivedEvent> eventsOf(const http::Request& request) {
    std::vector<ReceivedEvent> events;
    rapidjson::Document body;
    body.Parse(request.body.data(), request.body.size());
    if (body.HasParseError() || !body.IsObject() || !body.HasMember("message")) return events;
    const auto& message = body["message"];
    if (!message.IsObject()) return events;  // what a caller sent to a topic
    for (const auto& item : message["events"].GetArray()) {
        ReceivedEvent event;
        event.id = textOf(item, "id");
        event.type = textOf(item, "eventType");
        event.object_type = textOf(item, "objectType");
        event.path = textOf(item["object"], "path");
        event.previous_path = textOf(item["object"], "previousPath");
        event.instance = textOf(message, "instanceName");
        event.url_path = request.path;
        events.push_back(std::move(event));
    }
    return events;
}

}  // namespace

std::string told(const ReceivedEvent& event) {
    if (event.previous_path.empty()) return event.type + " " + event.path;
    return event.type + " " + event.previous_path + " -> " + event.path;
}

CallbackReceiver::CallbackReceiver() {
    http::ServerOptions options;
    options.threads = 8;
    server_ = std::make_unique<http::Server>(
        options,
        [this](const http::Request& request) { return receive(request); },
        [](const http::Request&, std::string_view) {},
        random_
    );
    FERRY_CHECK(server_->start().has_value(), "the callback receiver listens");
}

CallbackReceiver::~CallbackReceiver() {
    server_->stop(Milliseconds(1000));
}

std::string CallbackReceiver::url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", server_->port(), path);
}

void CallbackReceiver::answerNext(http::Response response, int times) {
    const std::lock_guard lock(mutex_);
    script_.insert(script_.end(), static_cast<std::size_t>(times), response);
}

void CallbackReceiver::refuseEventsOf(std::string path, int times) {
    const std::lock_guard lock(mutex_);
    refused_path_ = std::move(path);
    refusals_ = times;
}

std::vector<http::Request> CallbackReceiver::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::vector<ReceivedEvent> CallbackReceiver::events() const {
    const std::lock_guard lock(mutex_);
    return events_;
}

std::vector<std::string> CallbackReceiver::toldEvents() const {
    std::vector<std::string> lines;
    for (const ReceivedEvent& event : events())
        lines.push_back(told(event));
    std::sort(lines.begin(), lines.end());
    return lines;
}

bool CallbackReceiver::waitForEvents(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return events_.size() >= count; });
}

bool CallbackReceiver::waitForRequests(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
}

http::Response CallbackReceiver::receive(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    http::Response response;
    response.body = "{}";
    if (!script_.empty()) {
        response = std::move(script_.front());
        script_.pop_front();
    } else {
        std::vector<ReceivedEvent> events = eventsOf(request);
        if (refusals_ > 0 && std::any_of(events.begin(), events.end(), [&](const auto& event) {
                return event.path == refused_path_;
            })) {
            --refusals_;
            response.status = 500;
            events.clear();
        }
        for (ReceivedEvent& event : events) {
            const bool is_known = std::any_of(events_.begin(), events_.end(), [&](const auto& one) {
                return one.id == event.id && one.url_path == event.url_path;
            });
            if (!is_known) events_.push_back(std::move(event));
        }
    }
    changed_.notify_all();
    return response;
}

bool isSigned(const http::Request& request, const std::string& key) {
    const auto value = [&](std::string_view name) {
        return std::string(request.headers.get(name).value_or(""));
    };
    const std::string signed_text =
        fmt::format("{}.{}.{}", value("webhook-id"), value("webhook-timestamp"), request.body);
    return value("Elements-Webhook-Signature") ==
               "sha256=" + base64Encode(asText(hmacSha256(key, request.body))) &&
           value("webhook-signature") == "v1," + base64Encode(asText(hmacSha256(key, signed_text)));
}

}  // namespace ferry::test
