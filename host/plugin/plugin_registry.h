#pragma once
// Which plugin id is served by which loaded library.

#include "plugin/plugin_library.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ferry::plugin {

/// Threads: all functions from any thread.
class PluginRegistry {
  public:
    /// Refusal: id-duplicate if another library already serves this id.
    Loaded<void> add(std::shared_ptr<PluginLibrary> library);
    /// For a reload: new objects come from `library`; the one before lives on as long as objects
    /// and operations of it do.
    void replace(std::shared_ptr<PluginLibrary> library);
    void remove(const std::string& id);

    /// NULL if there is none.
    std::shared_ptr<PluginLibrary> find(const std::string& id) const;
    /// Sorted by id.
    std::vector<std::shared_ptr<PluginLibrary>> list() const;

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<PluginLibrary>> libraries_;
};

}  // namespace ferry::plugin
