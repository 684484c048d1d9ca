#pragma once
// Which instances stay though no file declares them: what can't be read, or is not there, may
// declare any of them.

#include "app/connector_places.h"
#include "config/instance_file.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::app {

/// True if a state's reason was written for an instance that was kept: it is taken back once the
/// instance is declared again.
bool isAboutKept(std::string_view reason);

/// `places` is where connectors were. Threads: one at a time. Lifetime: `load` outlives it.
class KeptInstances {
  public:
    explicit KeptInstances(const config::InstanceLoad& load, ConnectorPlaces places = {});

    /// Why a stored instance stays that is not among those that `load` declares well; empty if it
    /// is to be removed. `source` is where it was declared, as "file:line".
    std::string whyKept(const std::string& name, const std::string& source) const;

    /// True if the instance has a new version of its own with an error, which is told at its place.
    bool isRejected(const std::string& name) const { return rejected_.contains(name); }

  private:
    /// Places of files and folders, however they are spelled, and how they are.
    using Places = std::map<std::filesystem::path, std::string>;

    static Places placesOf(const std::vector<std::string>& paths);
    std::string whyRejected(const config::RejectedInstance& instance) const;
    std::string whyNotThere(const std::filesystem::path& place) const;
    std::string whyUnsure() const;

    const config::InstanceLoad& load_;
    const ConnectorPlaces places_;
    std::map<std::string, const config::RejectedInstance*> rejected_;  ///< by name
    std::set<std::filesystem::path> faulty_files_;                     ///< with rejected ones
    Places unreadable_;
    Places missing_;
    Places empty_folders_;
    Places empty_files_;
    std::string unsure_;  ///< why one of another file stays; empty: all was read
};

}  // namespace ferry::app
