#include "support/callback_log.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>

namespace ferry::test {
namespace {

constexpr std::size_t kProblemsMax = 20;

std::string hmacBase64(const std::string& key, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(text.data()),
        text.size(),
        digest.data(),
        &size
    );
    std::array<unsigned char, 64> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

std::string render(const rapidjson::Value& value) {
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer> writer(out);
    value.Accept(writer);
    return {out.GetString(), out.GetSize()};
}

std::string renderAgain(const std::string& json) {
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    return document.HasParseError() ? "not JSON" : render(document);
}

}  // namespace

int CallbackLog::take(const http::Headers& headers, const std::string& body) {
    const auto header = [&](const char* name) {
        return std::string(headers.get(name).value_or(""));
    };
    const std::string id = header("webhook-id");
    const std::string signed_text = id + "." + header("webhook-timestamp") + "." + body;
    const bool is_signed =
        !id.empty() && header("webhook-signature") == "v1," + hmacBase64(key_, signed_text) &&
        header("Elements-Webhook-Signature") == "sha256=" + hmacBase64(key_, body);

    const std::lock_guard lock(mutex_);
    ++callbacks_;
    if (!is_signed) {
        problem("callback '" + id + "': a signature is wrong");
        return 401;
    }
    keep(id, body);
    return 200;
}

void CallbackLog::keep(const std::string& message_id, const std::string& body) {
    const auto [known, is_new] = bodies_.emplace(message_id, body);
    if (!is_new) {
        repeated_.insert(message_id);
        if (known->second != body) problem("callback " + message_id + " came with other bytes");
        return;
    }
    rapidjson::Document document;
    document.Parse(body.data(), body.size());
    const rapidjson::Value* events = nullptr;
    if (!document.HasParseError() && document.IsObject() && document.HasMember("message") &&
        document["message"].IsObject() && document["message"].HasMember("events")) {
        events = &document["message"]["events"];
    }
    if (events == nullptr || !events->IsArray() || events->Empty() || events->Size() > 20) {
        problem("callback " + message_id + " has no readable page of events");
        return;
    }
    for (const rapidjson::Value& event : events->GetArray()) {
        const std::string id = event.HasMember("id") ? event["id"].GetString() : "";
        const auto [first, is_first] = events_.emplace(id, render(event));
        if (is_first) places_.emplace(id, places_.size());
        if (is_first) continue;
        problem("event " + id + " came in two different callbacks");
    }
}

void CallbackLog::problem(std::string text) {
    if (problems_.size() < kProblemsMax) problems_.push_back("receiver: " + std::move(text));
}

std::vector<std::string> CallbackLog::missing(const std::vector<RecordedEvent>& log) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> missing;
    for (const RecordedEvent& event : log) {
        if (missing.size() >= kProblemsMax) break;
        const auto received = events_.find(event.id);
        if (received == events_.end()) {
            missing.push_back(
                "receiver: event " + std::to_string(event.number.value) + " never came"
            );
        } else if (received->second != renderAgain(event.body)) {
            missing.push_back(
                "receiver: event " + std::to_string(event.number.value) + " came with another body"
            );
        }
    }
    return missing;
}

std::vector<std::string> CallbackLog::outOfOrder(
    const std::vector<RecordedEvent>& log, bool is_by_object
) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    std::map<std::string, const RecordedEvent*> latest;  // by object: what came last so far
    for (const RecordedEvent& event : log) {
        const auto place = places_.find(event.id);
        if (place == places_.end() || found.size() >= kProblemsMax) continue;
        std::string object;
        if (is_by_object) {
            rapidjson::Document body;
            body.Parse(event.body.data(), event.body.size());
            if (body.IsObject() && body.HasMember("objectId"))
                object = body["objectId"].GetString();
        }
        const RecordedEvent*& before = latest[object];
        if (before != nullptr && places_.at(before->id) > place->second) {
            found.push_back(
                "receiver: event " + std::to_string(event.number.value) + " came before event " +
                std::to_string(before->number.value) + " " + object
            );
        } else {
            before = &event;
        }
    }
    return found;
}

std::vector<std::string> CallbackLog::problems() const {
    const std::lock_guard lock(mutex_);
    return problems_;
}

std::size_t CallbackLog::eventCount() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
}

std::uint64_t CallbackLog::callbackCount() const {
    const std::lock_guard lock(mutex_);
    return callbacks_;
}

std::size_t CallbackLog::deliveryCount() const {
    const std::lock_guard lock(mutex_);
    return bodies_.size();
}

std::size_t CallbackLog::repeatedCount() const {
    const std::lock_guard lock(mutex_);
    return repeated_.size();
}

std::uint64_t CallbackLog::duplicateCount() const {
    const std::lock_guard lock(mutex_);
    return callbacks_ - bodies_.size();
}

}  // namespace ferry::test
