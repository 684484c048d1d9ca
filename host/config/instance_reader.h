#pragma once
// Reads one instance from its mapping. Included by instance_file.cpp alone.

#include "config/connector_manifest.h"
#include "config/instance_file.h"
#include "config/parameter_validator.h"
#include "config/reporter.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::config {

class InstanceReader {
  public:
    /// All outlive the reader.
    InstanceReader(
        const YamlDocument& document,
        const ManifestSet& connectors,
        Reporter& reporter,
        InstanceLoad& load
    )
        : source_(document.source), connectors_(connectors), reporter_(reporter), load_(load) {}

    /// Adds the instance to `load.instances`, or, after reporting what is wrong, to
    /// `load.rejected`.
    void read(const YamlNode& node);

  private:
    struct Entry {
        const YamlNode* key;
        const YamlNode* value;
        bool is_flat = false;  ///< beside `configuration`
        bool is_bad = false;   ///< already reported
        std::string joined;    ///< of a list
    };

    void readIdentity(const YamlNode& node, InstanceDefinition& instance);
    std::string readText(const YamlNode& node, std::string_view key, Visibility visibility);
    void readName(const YamlNode& node, InstanceDefinition& instance);
    void readTags(const YamlNode& node, InstanceDefinition& instance);
    const ConnectorManifest* findConnector(const YamlNode& node, const std::string& key);
    void collect(const YamlNode& node);
    void collectEntry(Entry entry);
    static std::string wholeKey(const Entry& entry);
    void checkShape(Entry& entry);
    void checkRepeats();
    void validate(
        const YamlNode& node, const ConnectorManifest& connector, InstanceDefinition& instance
    );
    void report(const YamlNode& node, ParameterProblem& problem);

    const std::shared_ptr<const SourceText> source_;
    const ManifestSet& connectors_;
    Reporter& reporter_;
    InstanceLoad& load_;
    const ConnectorManifest* connector_ = nullptr;
    std::vector<Entry> entries_;  ///< of the instance being read
};

}  // namespace ferry::config
