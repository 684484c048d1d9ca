#include "api/replay_object_types.h"

#include "base/utf8.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace ferry::api {
namespace {

/// Keys of the connectors whose events the replay is about.
Result<std::set<std::string>> connectorsOf(
    const ApiParts& parts, const Replay& replay, const config::ManifestSet& manifests
) {
    std::set<std::string> keys;
    for (const InstanceId id : replay.instances) {
        FERRY_TRY_ASSIGN(const auto instance, parts.store.instances().find(id));
        if (instance) keys.insert(instance->connector_key);
    }
    if (!replay.instances.empty()) return keys;
    for (const auto& [key, manifest] : manifests) {
        store::InstanceSearch search;
        search.connector_key = key;
        search.limit = 1;
        FERRY_TRY_ASSIGN(const auto found, parts.store.instances().search(search));
        if (!found.empty()) keys.insert(key);
    }
    return keys;
}

}  // namespace

Status checkObjectTypes(const ApiParts& parts, const Replay& replay) {
    // What is neither file nor folder, of whatever type.
    const auto is_kind = [](const std::string& type) {
        return type == "file" || type == "folder" || type == "other";
    };
    const auto& types = replay.selection.object_types;
    if (std::all_of(types.begin(), types.end(), is_kind)) return {};
    const auto manifests = parts.connectors();
    FERRY_TRY_ASSIGN(const auto keys, connectorsOf(parts, replay, *manifests));
    std::vector<std::string_view> known;
    for (const std::string& key : keys) {
        const auto manifest = manifests->find(key);
        if (manifest == manifests->end()) return {};
        for (const std::string& type : manifest->second.object_types) {
            if (type == "other") return {};
            if (std::find(known.begin(), known.end(), type) == known.end()) known.push_back(type);
        }
    }
    // Of a hub without instances the log may still have events of any.
    if (known.empty()) return {};
    for (const std::string& type : types) {
        if (is_kind(type) || std::find(known.begin(), known.end(), type) != known.end()) continue;
        std::string suggestion = config::didYouMean(type, known);
        if (suggestion.empty()) suggestion = fmt::format("there is {}", fmt::join(known, ", "));
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "objectTypes has '{}', which no event of these instances is about ({})",
                truncateUtf8(type, 64),
                suggestion
            )
        );
    }
    return {};
}

}  // namespace ferry::api
