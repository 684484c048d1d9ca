#include "api/topic_message.h"

#include "api/callback_request.h"
#include "api/json_body.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "model/topic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace ferry::api {
namespace {

constexpr std::size_t kSenderBytesMax = 200;
constexpr std::size_t kMessageBytesMax = 64 * 1024;
constexpr std::array<std::string_view, 3> kSeverities{"low", "medium", "high"};

constexpr std::string_view kUrlContext = "url of a topic subscription";

/// The text member, or empty; says what is wrong with it.
std::string_view readText(
    const rapidjson::Value& root,
    std::string_view name,
    std::size_t bytes_max,
    std::vector<std::string>& problems
) {
    const rapidjson::Value* value = findMember(root, name);
    if (value == nullptr) return {};
    if (!value->IsString()) {
        problems.push_back(fmt::format("'{}' must be a text, not {}", name, jsonKindOf(*value)));
    } else if (value->GetStringLength() > bytes_max) {
        problems.push_back(fmt::format("'{}' has more than {} bytes", name, bytes_max));
    } else {
        return textOf(*value);
    }
    return {};
}

}  // namespace

std::string topicProblem(std::string_view text) {
    if (text.empty()) return "a topic is missing, or empty";
    if (text.size() > kTopicBytesMax)
        return fmt::format("a topic has more than {} bytes", kTopicBytesMax);
    if (std::any_of(text.begin(), text.end(), isControl)) return "a topic has control characters";
    // Receivers may compare names without their case.
    if (parseTopic(lowerAscii(text))) {
        return fmt::format(
            "'{}' is a topic of an instance: those are the hub's to send to, and each is "
            "subscribed to alone. Choose another name",
            text
        );
    }
    return {};
}

store::TopicSubscription makeTopicSubscription(
    std::vector<std::string> topics,
    std::string_view url,
    TimePoint now,
    const SealingKey& key,
    Random& random
) {
    std::sort(topics.begin(), topics.end());
    topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
    store::TopicSubscription subscription;
    // Topics have no control characters, and so no line ends.
    subscription.fingerprint =
        key.fingerprint(fmt::format("topics\n{}\n{}", fmt::join(topics, "\n"), url));
    subscription.topics = std::move(topics);
    subscription.sealed_url = key.seal(url, kUrlContext, random);
    subscription.created_at = now;
    return subscription;
}

Result<std::string> urlOf(const store::TopicSubscription& subscription, const SealingKey& key) {
    FERRY_TRY_ASSIGN(const Secret url, key.open(subscription.sealed_url, kUrlContext));
    return std::string(url.reveal());
}

Result<store::TopicNotification> readTopicNotification(std::string_view body) {
    FERRY_TRY_ASSIGN(const rapidjson::Document root, readJsonObject(body));
    std::vector<std::string> problems;
    store::TopicNotification notification;
    // Its length is topicProblem's.
    notification.topic = readText(root, "topic", body.size(), problems);
    notification.sender = readText(root, "from", kSenderBytesMax, problems);
    notification.severity = readText(root, "severity", body.size(), problems);
    notification.message = readText(root, "message", kMessageBytesMax, problems);
    if (problems.empty()) {
        if (std::string problem = topicProblem(notification.topic); !problem.empty())
            problems.push_back(std::move(problem));
        if (notification.message.empty()) problems.emplace_back("'message' is missing or empty");
        if (notification.severity.empty()) notification.severity = kSeverities.front();
        if (std::find(kSeverities.begin(), kSeverities.end(), notification.severity) ==
            kSeverities.end()) {
            problems.push_back(
                fmt::format("'severity' must be one of {}", fmt::join(kSeverities, ", "))
            );
        }
    }
    if (problems.empty()) return notification;
    return fail(ErrorCode::InvalidArgument, fmt::format("{}", fmt::join(problems, "; ")));
}

void writeTopicNotification(JsonWriter& json, const store::TopicNotification& notification) {
    json.beginObject()
        .field("id", std::to_string(notification.id.value))
        .field("topic", notification.topic)
        .field("from", notification.sender)
        .field("severity", notification.severity)
        .field("message", notification.message)
        .field("createdDate", formatJavaDate(notification.created_at))
        .field("active", true)
        .field("acknowledged", notification.is_acknowledged)
        .endObject();
}

http::OutboundRequest topicCallback(
    const store::TopicNotification& notification, const std::string& url
) {
    JsonWriter json;
    writeTopicNotification(json, notification);
    http::OutboundRequest request = callbackRequest(url, json.take());
    request.headers.add("Elements-Webhook-Id", std::to_string(notification.id.value));
    return request;
}

}  // namespace ferry::api
