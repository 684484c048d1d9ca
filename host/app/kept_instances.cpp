#include "app/kept_instances.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace ferry::app {
namespace {

// Reasons that begin so were written here, and are taken back.
constexpr std::string_view kNewVersion = "its new version in ";
constexpr std::string_view kUndeclared = "no file declares it now";
constexpr std::string_view kConnector = "its connector ";

/// The same for each way to spell a path, of a file that is not there too.
std::filesystem::path placeOf(const std::filesystem::path& path) {
    std::error_code fault;
    const auto absolute = std::filesystem::absolute(path, fault).lexically_normal();
    auto place = std::filesystem::weakly_canonical(absolute, fault);
    if (fault) place = absolute;
    return place.has_filename() ? place : place.parent_path();
}

}  // namespace

bool isAboutKept(std::string_view reason) {
    return reason.starts_with(kNewVersion) || reason.starts_with(kUndeclared) ||
           reason.starts_with(kConnector);
}

KeptInstances::Places KeptInstances::placesOf(const std::vector<std::string>& paths) {
    Places places;
    for (const std::string& path : paths)
        places.emplace(placeOf(path), path);
    return places;
}

KeptInstances::KeptInstances(const config::InstanceLoad& load, ConnectorPlaces places)
    : load_(load),
      places_(std::move(places)),
      unreadable_(placesOf(load.unreadable_files)),
      missing_(placesOf(load.missing_paths)),
      empty_folders_(placesOf(load.empty_folders)),
      empty_files_(placesOf(load.empty_files)) {
    for (const config::RejectedInstance& instance : load.rejected) {
        rejected_.emplace(instance.name, &instance);
        faulty_files_.insert(placeOf(instance.file));
    }
    unsure_ = whyUnsure();
}

std::string KeptInstances::whyKept(const std::string& name, const std::string& source) const {
    const auto rejected = rejected_.find(name);
    if (rejected != rejected_.end()) return whyRejected(*rejected->second);
    const std::string file = config::fileOfSource(source);
    const std::filesystem::path place = placeOf(file);
    if (const std::string why = whyNotThere(place); !why.empty()) {
        return fmt::format("{}{} {}", kNewVersion, file, why);
    }
    // A file that is cut off, or written again just now, has an error where it ends so far.
    if (faulty_files_.contains(place)) {
        return fmt::format(
            "{}: it is removed once {} has no error any more; see 'ferry lint'", kUndeclared, file
        );
    }
    return unsure_.empty() ? "" : fmt::format("{}: {}", kUndeclared, unsure_);
}

std::string KeptInstances::whyRejected(const config::RejectedInstance& instance) const {
    const auto place = places_.find(instance.missing_connector);
    if (place != places_.end()) {
        return fmt::format(
            "{}'{}' is gone, which was at {}: put it back, or remove the instance at {}:{}; until "
            "then nothing is asked of its provider",
            kConnector,
            place->first,
            place->second,
            instance.file,
            instance.line
        );
    }
    return fmt::format(
        "{}{}:{} has an error, so it runs on with the previous one; see 'ferry lint'",
        kNewVersion,
        instance.file,
        instance.line
    );
}

/// About the file that declared it last.
std::string KeptInstances::whyNotThere(const std::filesystem::path& place) const {
    if (unreadable_.contains(place)) {
        return "can't be read, so it runs on with the previous one; see 'ferry lint'";
    }
    const auto originIn = [&place](const Places& places) {
        const auto found = places.find(place);
        return found == places.end() ? places.find(place.parent_path()) : found;
    };
    if (const auto path = originIn(missing_); path != missing_.end()) {
        return fmt::format("is missing: nothing can be read at {}", path->second);
    }
    if (const auto folder = originIn(empty_folders_); folder != empty_folders_.end()) {
        return fmt::format(
            "is missing: the folder {} has no file; write 'instances: []' into one to have it "
            "removed",
            folder->second
        );
    }
    if (empty_files_.contains(place)) {
        return "is missing: nothing stands there behind 'instances:'; write 'instances: []' to "
               "have it removed";
    }
    return {};
}

/// What can't be read may declare any of them, whatever file they came from: files are renamed, and
/// folders.
std::string KeptInstances::whyUnsure() const {
    for (const auto* paths : {&load_.unreadable_files, &load_.missing_paths}) {
        if (paths->empty()) continue;
        return fmt::format(
            "it is removed once {} can be read and does not either; see 'ferry lint'",
            paths->front()
        );
    }
    if (const auto nameless = rejected_.find(""); nameless != rejected_.end()) {
        const config::RejectedInstance& instance = *nameless->second;
        return fmt::format(
            "it is removed once the instance at {}:{} has a name; see 'ferry lint'",
            instance.file,
            instance.line
        );
    }
    if (load_.file_count == 0) {
        return "there is no instance file at all; write 'instances: []' into one to have it "
               "removed";
    }
    return {};
}

}  // namespace ferry::app
