#include "app/plugin_watch.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::app {
namespace {

constexpr std::string_view kComponent = "plugins";
constexpr Milliseconds kInterval{1'000};

}  // namespace

TimePoint PluginWatch::step() {
    std::set<std::string> stuck;
    const auto look = [&](const plugin::LoadedPlugin& library) {
        if (library.health().longest_call >= kTooLong) stuck.insert(library.note().id);
    };
    const auto snapshot = catalog_.snapshot();
    for (const auto& [key, library] : snapshot->libraries)
        look(*library);
    // One that was replaced or removed may be in a call still.
    for (const FormerLibrary& former : snapshot->former) {
        if (const auto library = former.library.lock()) look(*library);
    }
    const std::lock_guard lock(mutex_);
    for (const std::string& id : stuck) {
        if (stuck_.contains(id)) continue;
        log_.error(
            kComponent,
            "a call into a plugin does not come back, and work of other connectors may wait behind "
            "it: restart the hub, with the plugin removed or in 'plugin_isolation' of ferry.yaml",
            {{"plugin", id}}
        );
    }
    for (const std::string& id : stuck_) {
        if (stuck.contains(id)) continue;
        log_.info(kComponent, "the call into the plugin has come back", {{"plugin", id}});
    }
    stuck_ = std::move(stuck);
    return clock_.now() + kInterval;
}

std::vector<std::string> PluginWatch::stuck() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> reasons;
    for (const std::string& id : stuck_)
        reasons.push_back(fmt::format("a call into the plugin {} does not come back", id));
    return reasons;
}

}  // namespace ferry::app
