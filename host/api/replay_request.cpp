#include "api/replay_request.h"

#include "api/event_query.h"
#include "api/json_body.h"
#include "api/time_range.h"
#include "base/utf8.h"
#include "pipeline/replay_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ferry::api {
namespace {

constexpr std::array<std::string_view, 8> kMembers{
    "from", "to", "sinceFailure", "eventTypes", "objectTypes", "instanceIds", "rate", "dryRun"};

tl::unexpected<Error> wrong(std::string_view member, std::string_view expected) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{} is {}", member, expected));
}

Status checkMembers(const rapidjson::Document& body) {
    for (const auto& member : body.GetObject()) {
        if (std::find(kMembers.begin(), kMembers.end(), textOf(member.name)) != kMembers.end()) {
            continue;
        }
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "the body has a member '{}', and there are only from, to, sinceFailure, "
                "eventTypes, objectTypes, instanceIds, rate, dryRun",
                truncateUtf8(textOf(member.name), 64)
            )
        );
    }
    return {};
}

Result<TimePoint> readTime(const rapidjson::Value& value, std::string_view name) {
    if (value.IsString()) return parseTime(name, textOf(value));
    if (value.IsInt64() && value.GetInt64() >= 0) {
        return parseTime(name, std::to_string(value.GetInt64()));
    }
    return parseTime(name, {});
}

Status readFrom(const rapidjson::Document& body, Replay& replay) {
    const rapidjson::Value* since = findMember(body, "sinceFailure");
    if (since != nullptr && !booleanOf(*since)) return wrong("sinceFailure", "true or false");
    const rapidjson::Value* from = findMember(body, "from");
    if (asksSinceFailure(body)) {
        if (from != nullptr) return wrong("from", "left out with sinceFailure, which says it");
        return {};
    }
    if (from == nullptr) return wrong("from", "required: where the replay begins");
    FERRY_TRY_ASSIGN(replay.from, readTime(*from, "from"));
    return {};
}

using AddWord = Status (*)(EventSelection& selection, std::string_view word);

Status readWords(
    const rapidjson::Document& body, std::string_view name, EventSelection& selection, AddWord add
) {
    const rapidjson::Value* list = findMember(body, name);
    if (list == nullptr) return {};
    if (!list->IsArray()) return wrong(name, "a list of texts");
    for (const auto& word : list->GetArray()) {
        if (!word.IsString()) return wrong(name, "a list of texts");
        FERRY_TRY(add(selection, textOf(word)));
    }
    return {};
}

Result<std::vector<InstanceId>> readInstances(const rapidjson::Document& body) {
    std::vector<InstanceId> ids;
    const rapidjson::Value* list = findMember(body, "instanceIds");
    if (list == nullptr) return ids;
    if (!list->IsArray()) return wrong("instanceIds", "a list of numbers");
    if (list->Size() > kReplayInstancesMax) {
        return wrong("instanceIds", fmt::format("a list of at most {}", kReplayInstancesMax));
    }
    // A program that found none must not replay the events of all.
    if (list->Empty()) return wrong("instanceIds", "a list of at least one number, or left out");
    for (const auto& id : list->GetArray()) {
        const auto number = integerOf(id);
        if (!number || *number <= 0) return wrong("instanceIds", "a list of numbers");
        ids.emplace_back(*number);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace

bool asksSinceFailure(const rapidjson::Document& body) {
    const rapidjson::Value* since = findMember(body, "sinceFailure");
    return since != nullptr && booleanOf(*since) == true;
}

Result<Replay> readReplayRequest(const rapidjson::Document& body, TimePoint now) {
    FERRY_TRY(checkMembers(body));
    Replay replay;
    FERRY_TRY(readFrom(body, replay));
    replay.to = now;
    if (const rapidjson::Value* to = findMember(body, "to")) {
        FERRY_TRY_ASSIGN(replay.to, readTime(*to, "to"));
    }
    if (replay.from >= replay.to) return wrong("from", "not before to");
    FERRY_TRY(readWords(body, "eventTypes", replay.selection, addType));
    FERRY_TRY(readWords(body, "objectTypes", replay.selection, addObjectType));
    FERRY_TRY_ASSIGN(replay.instances, readInstances(body));
    replay.rate = pipeline::kReplayRateDefault;
    if (const rapidjson::Value* rate = findMember(body, "rate")) {
        const auto number = integerOf(*rate);
        if (!number || *number < 1 || *number > pipeline::kReplayRateMax) {
            return wrong("rate", fmt::format("a number from 1 to {}", pipeline::kReplayRateMax));
        }
        replay.rate = *number;
    }
    if (const rapidjson::Value* dry_run = findMember(body, "dryRun")) {
        const auto is_dry_run = booleanOf(*dry_run);
        if (!is_dry_run) return wrong("dryRun", "true or false");
        replay.is_dry_run = *is_dry_run;
    }
    return replay;
}

}  // namespace ferry::api
