#include "api/subscription_body.h"

#include "api/json_body.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace ferry::api {
namespace {

constexpr std::size_t kShownBytesMax = 128;

/// The text member; says what is wrong if there is none.
std::string_view readText(
    const rapidjson::Value& object,
    std::string_view name,
    std::string_view label,
    std::vector<std::string>& problems
) {
    const rapidjson::Value* value = findMember(object, name);
    if (value != nullptr && value->IsString() && value->GetStringLength() > 0) {
        return textOf(*value);
    }
    problems.push_back(fmt::format("'{}' is missing, or is no text", label));
    return {};
}

void readTopics(
    const rapidjson::Value& root, SubscriptionBody& body, std::vector<std::string>& problems
) {
    const rapidjson::Value* topics = findMember(root, "topics");
    const bool is_one = topics != nullptr && topics->IsArray() && topics->Size() == 1;
    if (!is_one || !(*topics)[0].IsString()) {
        problems.emplace_back(
            "'topics' must be a list of one topic: a subscription is of one instance"
        );
        return;
    }
    const std::string_view text = textOf((*topics)[0]);
    auto topic = parseTopic(text);
    if (topic) {
        body.topic = std::move(*topic);
        return;
    }
    problems.push_back(fmt::format(
        "'{}' is no topic of this hub, which has those of instances: instance-1-dropbox-events",
        text.substr(0, kShownBytesMax)
    ));
}

}  // namespace

Result<SubscriptionBody> readSubscriptionBody(std::string_view text) {
    FERRY_TRY_ASSIGN(const rapidjson::Document root, readJsonObject(text));
    SubscriptionBody body;
    std::vector<std::string> problems;
    const std::string_view channel = readText(root, "channel", "channel", problems);
    if (!channel.empty() && channel != "webhook") {
        problems.emplace_back("'channel' must be webhook: this hub has no other");
    }
    readTopics(root, body, problems);
    const rapidjson::Value* config = findMember(root, "config");
    if (config != nullptr && config->IsObject()) {
        body.url = readText(*config, "url", "config.url", problems);
    } else {
        problems.emplace_back("'config' must be an object with a 'url'");
    }
    if (problems.empty()) return body;
    return fail(ErrorCode::InvalidArgument, fmt::format("{}", fmt::join(problems, "; ")));
}

}  // namespace ferry::api
