#include "app/connector_changes.h"

#include <filesystem>

namespace ferry::app {
namespace {

constexpr std::size_t kPage = 1'000;

/// Makes drains due. Gives how many instances of the connector there are, whatever their state.
Result<std::int64_t> drainNow(const std::string& connector, store::Store& store, TimePoint now) {
    std::int64_t count = 0;
    store::InstanceSearch search;
    search.connector_key = connector;
    search.limit = kPage;
    for (;;) {
        FERRY_TRY_ASSIGN(const auto page, store.instances().search(search));
        std::vector<InstanceId> running;
        for (const Instance& instance : page) {
            if (instance.state == InstanceState::Running) running.push_back(instance.id);
            search.after = instance.id;
        }
        if (!running.empty()) FERRY_TRY(store.notices().mark(running, now));
        count += static_cast<std::int64_t>(page.size());
        if (page.size() < kPage) return count;
    }
}

std::string folderOf(const config::ConnectorManifest& manifest) {
    return std::filesystem::path(manifest.source).parent_path().string();
}

}  // namespace

Status followConnectors(
    const CatalogSnapshot& before,
    const CatalogSnapshot& after,
    store::Store& store,
    TimePoint now,
    observe::Log& log
) {
    for (const auto& [key, manifest] : after.manifests) {
        const auto former = before.providers.find(key);
        const bool was_there = former != before.providers.end();
        if (was_there && former->second == after.providers.at(key)) continue;
        FERRY_TRY_ASSIGN(const std::int64_t instances, drainNow(key, store, now));
        const auto former_manifest = before.manifests.find(key);
        if (former_manifest == before.manifests.end()) continue;
        const std::string folder = folderOf(manifest);
        const std::string former_folder = folderOf(former_manifest->second);
        if (folder == former_folder) continue;
        log.warning(
            "plugins",
            "another plugin serves this connector now: the folder of the former one is gone",
            {{"connector", key},
             {"folder", folder},
             {"former", former_folder},
             {"instances", instances}}
        );
    }
    return {};
}

}  // namespace ferry::app
