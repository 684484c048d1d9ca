#include "model/topic.h"

#include "base/number_text.h"

#include <fmt/format.h>

namespace ferry {
namespace {

constexpr std::string_view kBegin = "instance-";
constexpr std::string_view kEnd = "-events";

}  // namespace

std::string topicText(InstanceId instance, std::string_view connector_key) {
    return fmt::format("{}{}-{}{}", kBegin, instance.value, connector_key, kEnd);
}

std::optional<Topic> parseTopic(std::string_view text) {
    if (!text.starts_with(kBegin) || !text.ends_with(kEnd)) return std::nullopt;
    if (text.size() < kBegin.size() + kEnd.size()) return std::nullopt;
    text.remove_prefix(kBegin.size());
    text.remove_suffix(kEnd.size());
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos || dash + 1 == text.size()) return std::nullopt;
    const auto number = parseInteger(text.substr(0, dash));
    if (!number || *number <= 0) return std::nullopt;
    return Topic{InstanceId(*number), std::string(text.substr(dash + 1))};
}

}  // namespace ferry
