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

    /// A finding about a key: the line is shown up to its colon.
    void atKey(const YamlNode& key, std::string message, std::string suggestion = {});
    /// A finding about a value. A value that came from a reference is never shown.
    void atValue(
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
    Diagnostic keyFinding(const YamlNode& key) const;

    const SourceText& source_;
    Diagnostics& out_;
};

}  // namespace ferry::config
