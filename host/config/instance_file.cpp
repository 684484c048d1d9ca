#include "config/instance_file.h"

#include "base/ascii.h"
#include "config/instance_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <unordered_map>

namespace ferry::config {

std::string InstanceDefinition::source() const {
    return fmt::format("{}:{}", file, line);
}

void readInstances(
    YamlDocument& document,
    const ManifestSet& connectors,
    const ReferenceOptions& references,
    InstanceLoad& load,
    Diagnostics& out
) {
    Reporter reporter(*document.source, out);
    resolveReferences(document.root, references, reporter);
    InstanceReader reader(document, connectors, reporter, load);
    const YamlNode* list = document.root.find("instances");
    if (list == nullptr) {
        reader.read(document.root);
        return;
    }
    for (std::size_t entry = 0; entry < document.root.entryCount(); ++entry) {
        const YamlNode& key = document.root.key(entry);
        if (key.text == "instances") continue;
        // Anchors need a place to stand before they are used.
        if (key.text.rfind("x-", 0) == 0) continue;
        reporter.atKey(
            key,
            fmt::format("unknown key '{}' beside 'instances'", key.text.substr(0, 128)),
            "indent it below an instance, or begin its name with 'x-' to have it ignored"
        );
    }
    if (list->isNull()) {
        load.empty_files.push_back(document.source->name());
        return;
    }
    if (list->isScalar() && list->isGap()) {
        load.rejected.push_back({"", document.source->name(), list->line});
        return;
    }
    if (!list->isSequence()) {
        reporter.atValue(
            *list,
            list->isMapping() ? Visibility::Shown : Visibility::Hidden,
            fmt::format("'instances' takes a list, not {}", yamlKindName(list->kind)),
            "begin each instance with '- name: ...'"
        );
        return;
    }
    for (const YamlNode& item : list->children)
        reader.read(item);
}

std::string fileOfSource(std::string_view source) {
    return std::string(source.substr(0, source.rfind(':')));
}

namespace {

std::string placeText(const std::string& file, const NamePlace& place) {
    return fmt::format("{}:{}:{}", file, place.line, place.column);
}

void tellName(
    const RejectedInstance& instance, std::string message, std::string suggestion, Diagnostics& out
) {
    YamlNode name;
    name.kind = YamlKind::Scalar;
    name.text = instance.name;
    name.line = instance.name_place.line;
    name.column = instance.name_place.column;
    Reporter(*instance.name_place.source, out)
        .atValue(name, Visibility::Shown, std::move(message), std::move(suggestion));
}

void tellRepeated(const RejectedInstance& instance, const std::string& other, Diagnostics& out) {
    tellName(
        instance,
        fmt::format("the instance name '{}' is used twice", instance.name),
        fmt::format("rename one; the other is at {}", other),
        out
    );
}

}  // namespace

void rejectRepeatedNames(InstanceLoad& load, Diagnostics& out, const RunningSource& running) {
    std::unordered_map<std::string, std::string> first_places;
    std::unordered_map<std::string, std::size_t> kept_at;
    std::vector<InstanceDefinition> kept;
    std::vector<RejectedInstance> repeated;
    kept.reserve(load.instances.size());
    for (InstanceDefinition& instance : load.instances) {
        const std::string place = placeText(instance.file, instance.name_place);
        if (first_places.emplace(instance.name, place).second) {
            kept_at.emplace(instance.name, kept.size());
            kept.push_back(std::move(instance));
            continue;
        }
        InstanceDefinition& first = kept[kept_at.at(instance.name)];
        if (running && first.file != instance.file &&
            fileOfSource(running(instance.name)) == instance.file) {
            std::swap(first, instance);
            first_places[first.name] = place;
        }
        repeated.push_back(
            {std::move(instance.name),
             std::move(instance.file),
             instance.line,
             std::move(instance.name_place)}
        );
    }
    load.instances = std::move(kept);
    // One with another error has its name all the same, and is to be told of both at once.
    for (const RejectedInstance& instance : load.rejected) {
        if (instance.name.empty()) continue;
        const std::string place = placeText(instance.file, instance.name_place);
        const auto [first, is_new] = first_places.emplace(instance.name, place);
        if (!is_new) tellRepeated(instance, first->second, out);
    }
    for (const RejectedInstance& instance : repeated)
        tellRepeated(instance, first_places.at(instance.name), out);
    load.rejected.insert(load.rejected.end(), repeated.begin(), repeated.end());
}

void rejectTakenNames(InstanceLoad& load, const std::vector<std::string>& taken, Diagnostics& out) {
    for (const std::string& name : taken) {
        const auto found = std::find_if(
            load.instances.begin(),
            load.instances.end(),
            [&](const InstanceDefinition& instance) { return instance.name == name; }
        );
        if (found == load.instances.end()) continue;
        RejectedInstance rejected{name, found->file, found->line, found->name_place, found->key};
        tellName(
            rejected,
            fmt::format("an instance that was made over REST has the name '{}'", name),
            "rename this one, or delete that one and let the files be read again, by SIGHUP",
            out
        );
        load.instances.erase(found);
        load.rejected.push_back(std::move(rejected));
    }
}

namespace {

/// "a.YAML", "a.yaml.txt", "a.yml~": somebody may believe that it is read.
bool looksLikeYaml(std::string_view file_name) {
    const std::string lower = lowerAscii(file_name);
    return lower.find(".yaml") != std::string::npos || lower.find(".yml") != std::string::npos;
}

}  // namespace

namespace {

/// Of what can't be opened by this name.
std::string whyMissing(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_symlink(path, ignored)) return "there is no such file or folder";
    const auto target = std::filesystem::read_symlink(path, ignored);
    return fmt::format("this is a symbolic link to '{}', where nothing is", target.string());
}

}  // namespace

std::vector<std::filesystem::path> expandPaths(
    const std::vector<std::filesystem::path>& paths, Diagnostics& out, InstanceLoad* load
) {
    std::vector<std::filesystem::path> files;
    std::set<std::filesystem::path> known;
    const auto add = [&](const std::filesystem::path& path) {
        std::error_code fault;
        const auto real = std::filesystem::weakly_canonical(path, fault);
        if (known.insert(fault ? path : real).second) files.push_back(path);
    };
    for (const std::filesystem::path& path : paths) {
        std::error_code fault;
        if (!std::filesystem::is_directory(path, fault)) {
            if (std::filesystem::exists(path, fault)) {
                add(path);
            } else {
                out.add({.file = path.string(), .message = whyMissing(path)});
                if (load != nullptr) load->missing_paths.push_back(path.string());
            }
            continue;
        }
        std::vector<std::filesystem::path> found;
        std::filesystem::directory_iterator entry(path, fault);
        for (; !fault && entry != std::filesystem::directory_iterator(); entry.increment(fault)) {
            const std::filesystem::path name = entry->path().filename();
            const bool is_yaml = name.extension() == ".yaml" || name.extension() == ".yml";
            if (name.string()[0] == '.') continue;
            if (is_yaml) {
                found.push_back(entry->path());
            } else if (looksLikeYaml(name.string())) {
                out.add(
                    {.severity = Severity::Warning,
                     .file = entry->path().string(),
                     .message = "this file is not read: its name does not end in .yaml or .yml",
                     .suggestion = "rename it, or move it elsewhere if it is not meant to be read"}
                );
            }
        }
        if (fault) {
            out.add(
                {.file = path.string(),
                 .message = fmt::format("can't read the folder: {}", fault.message())}
            );
            if (load != nullptr) load->missing_paths.push_back(path.string());
        }
        if (found.empty() && !fault && load != nullptr)
            load->empty_folders.push_back(path.string());
        std::sort(found.begin(), found.end());
        std::for_each(found.begin(), found.end(), add);
    }
    return files;
}

InstanceLoad loadInstances(
    const std::vector<std::filesystem::path>& paths,
    const ManifestSet& connectors,
    const ReferenceOptions& references,
    Diagnostics& out,
    const RunningSource& running
) {
    InstanceLoad load;
    for (const std::filesystem::path& path : expandPaths(paths, out, &load)) {
        ++load.file_count;
        YamlDocument document;
        if (parseYamlFile(path, document, out)) {
            readInstances(document, connectors, references, load, out);
        } else {
            load.unreadable_files.push_back(path.string());
        }
    }
    rejectRepeatedNames(load, out, running);
    return load;
}

}  // namespace ferry::config
