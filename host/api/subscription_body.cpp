#include "api/subscription_body.h"

#include "api/callback_request.h"
#include "api/json_body.h"
#include "api/topic_message.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace ferry::api {
namespace {

constexpr std::size_t kTopicsMax = 100;

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
    const bool is_list =
        topics != nullptr && topics->IsArray() && !topics->Empty() && topics->Size() <= kTopicsMax;
    const auto is_text = [](const rapidjson::Value& topic) { return topic.IsString(); };
    if (!is_list || !std::all_of(topics->Begin(), topics->End(), is_text)) {
        problems.push_back(fmt::format("'topics' must be a list of 1 to {} texts", kTopicsMax));
        return;
    }
    if (topics->Size() == 1) body.instance = parseTopic(textOf((*topics)[0]));
    if (body.instance) return;
    for (const rapidjson::Value& topic : topics->GetArray()) {
        if (std::string problem = topicProblem(textOf(topic)); !problem.empty())
            problems.push_back(std::move(problem));
        else
            body.topics.emplace_back(textOf(topic));
    }
}

/// Of an instance it is checked with the rest of its configuration.
void checkTopicUrl(const SubscriptionBody& body, std::vector<std::string>& problems) {
    const std::string_view problem = callbackUrlProblem(body.url);
    if (!problem.empty()) problems.push_back(fmt::format("'config.url' is no URL: {}", problem));
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
    if (problems.empty() && !body.instance) checkTopicUrl(body, problems);
    if (problems.empty()) return body;
    return fail(ErrorCode::InvalidArgument, fmt::format("{}", fmt::join(problems, "; ")));
}

}  // namespace ferry::api
