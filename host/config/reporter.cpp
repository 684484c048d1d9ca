#include "config/reporter.h"

namespace ferry::config {

namespace {

constexpr std::size_t kOffendingBytesMax = 80;

/// In `{a: 1, b: 2}` another value stands on the same line, and may be anything.
bool mayHoldOtherValues(std::string_view line) {
    for (std::size_t at = line.find('{'); at != line.npos; at = line.find('{', at + 1)) {
        if (at == 0 || line[at - 1] != '$') return true;
    }
    return false;
}

}  // namespace

Diagnostic Reporter::keyFinding(const YamlNode& key) const {
    Diagnostic found{.file = source_.name(), .line = key.line, .column = key.column};
    const std::string_view line = source_.line(key.line);
    if (!key.isScalar()) {
        // The start of a mapping or list item; the line's first key tells enough.
        const std::size_t colon = line.find(':');
        if (!mayHoldOtherValues(line.substr(0, colon))) found.source_line = line.substr(0, colon);
        return found;
    }
    if (key.text.size() <= kOffendingBytesMax) found.offending = key.text;
    const std::size_t end = key.column - 1 + key.text.size() + (key.is_quoted ? 2 : 0);
    if (!mayHoldOtherValues(line.substr(0, key.column - 1)) && end <= line.size()) {
        found.source_line = line.substr(0, end);
        if (end < line.size() && line[end] == ':') found.source_line += ':';
    }
    return found;
}

void Reporter::atKey(const YamlNode& key, std::string message, std::string suggestion) {
    Diagnostic found = keyFinding(key);
    found.message = std::move(message);
    found.suggestion = std::move(suggestion);
    out_.add(std::move(found));
}

void Reporter::warnAtKey(const YamlNode& key, std::string message, std::string suggestion) {
    Diagnostic found = keyFinding(key);
    found.severity = Severity::Warning;
    found.message = std::move(message);
    found.suggestion = std::move(suggestion);
    out_.add(std::move(found));
}

void Reporter::atValue(
    const YamlNode& value, Visibility visibility, std::string message, std::string suggestion
) {
    Diagnostic found{.file = source_.name(), .line = value.line, .column = value.column};
    found.message = std::move(message);
    found.suggestion = std::move(suggestion);
    const std::string_view line = source_.line(value.line);
    if (!value.reference.empty()) {
        found.offending = value.reference.substr(0, kOffendingBytesMax);
        if (!mayHoldOtherValues(line)) found.source_line = source_.maskedLine(value.line);
    } else if (visibility == Visibility::Shown && !mayHoldOtherValues(line)) {
        if (value.text.size() <= kOffendingBytesMax) found.offending = value.text;
        found.source_line = source_.maskedLine(value.line);
    } else if (visibility == Visibility::Hidden && !mayHoldOtherValues(line)) {
        found.source_line = std::string(line.substr(0, value.column - 1));
        if (found.source_line.find(':') != std::string::npos) found.source_line += "***";
    }
    out_.add(std::move(found));
}

void Reporter::atFile(std::string message, std::string suggestion) {
    out_.add(
        {.file = source_.name(), .message = std::move(message), .suggestion = std::move(suggestion)}
    );
}

}  // namespace ferry::config
