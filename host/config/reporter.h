#pragma once
// Makes findings about the nodes of one document, with the source line shown only as far as it
// can't hold a secret.

#include "config/diagnostic.h"
#include "config/source_text.h"
#include "config/yaml_node.h"

#include <string>
#include <string_view>

namespace ferry::config {

/// May the value be shown in a finding?
enum class Visibility : std::uint8_t { Shown, Hidden };

class Reporter {
  public:
    /// Both outlive the reporter.
    Reporter(const SourceText& source, Diagnostics& out) : source_(source), out_(out) {}

    /// A finding about a key, or about a mapping as a whole: the line is shown up to the colon of
    /// the key, or of the mapping's first one.
    void atKey(const YamlNode& key, std::string message, std::string suggestion = {});
    /// A finding about a value: the line is shown up to its end. In place of a value that is
    /// hidden, or may hold a secret all the same, stands `***`, and in place of one that came from
    /// a reference the reference. Of a mapping or list the start is shown.
    void atValue(
        const YamlNode& value,
        Visibility visibility,
        std::string message,
        std::string suggestion = {}
    );
    void warnAtValue(
        const YamlNode& value,
        Visibility visibility,
        std::string message,
        std::string suggestion = {}
    );
    void warnAtKey(const YamlNode& key, std::string message, std::string suggestion = {});
    /// A finding about the whole file.
    void atFile(std::string message, std::string suggestion = {});

    const SourceText& source() const noexcept { return source_; }
    std::size_t errorCount() const noexcept { return out_.errorCount(); }

  private:
    void add(Diagnostic found, Severity severity, std::string message, std::string suggestion);
    Diagnostic keyFinding(const YamlNode& key) const;
    Diagnostic valueFinding(const YamlNode& value, Visibility visibility) const;
    std::string_view lineFrom(const YamlNode& node) const;
    std::string before(const YamlNode& node) const;
    std::string_view written(const YamlNode& scalar) const;
    std::string mappingStart(const YamlNode& mapping) const;
    std::string hiddenValue(const YamlNode& value, Visibility visibility) const;
    bool mayBeShown(const YamlNode& value, Visibility visibility) const;

    const SourceText& source_;
    Diagnostics& out_;
};

}  // namespace ferry::config
