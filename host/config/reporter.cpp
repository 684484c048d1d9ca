#include "config/reporter.h"

#include <algorithm>

namespace ferry::config {

namespace {

constexpr std::size_t kOffendingBytesMax = 80;

constexpr std::string_view kMask = "***";

bool isKeyCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

/// Where flow style begins, as in `{a: 1, b: 2}`: from there on other values stand on the line.
std::size_t flowStart(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_reference = text[at] == '{' && at > 0 && text[at - 1] == '$';
        if (!is_reference && std::string_view("{}[],").find(text[at]) != text.npos) return at;
    }
    return text.npos;
}

/// `text`, which stands before a key or value, with blanks in place of what may be another value,
/// so that the columns stay; the key of the value that follows is kept.
std::string withoutOtherValues(std::string_view text) {
    const std::size_t flow = flowStart(text);
    if (flow == text.npos) return std::string(text);
    const bool is_opened = text[flow] == '{' || text[flow] == '[';
    const bool has_quotes = text.substr(0, flow).find_first_of("\"'") != text.npos;
    const std::size_t kept = is_opened && !has_quotes ? flow + 1 : 0;
    std::size_t key = text.size();
    const std::size_t last = text.find_last_not_of(' ');
    if (last != text.npos && text[last] == ':') {
        for (key = last; key > kept && isKeyCharacter(text[key - 1]);)
            --key;
    }
    std::string shown(text.substr(0, kept));
    return shown.append(key - kept, ' ').append(text.substr(key));
}

/// Bytes of the anchor and the tag in front of a value, as in `&one !!str x`.
std::size_t propertyBytes(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
        at = text.find(' ', at);
        at = at == text.npos ? text.size() : std::min(text.find_first_not_of(' ', at), text.size());
    }
    return at;
}

/// A URL may hold a password or token, whatever the field is.
bool isTellingUrl(std::string_view text) {
    return text.find("://") != text.npos && (text.find('@') != text.npos || mayNameSecret(text));
}

}  // namespace

std::string_view Reporter::lineFrom(const YamlNode& node) const {
    const std::string_view line = source_.line(node.line);
    return line.substr(std::min<std::size_t>(node.column == 0 ? 0 : node.column - 1, line.size()));
}

/// What stands before `node` on its line.
std::string Reporter::before(const YamlNode& node) const {
    const std::string_view line = source_.line(node.line);
    return withoutOtherValues(line.substr(0, line.size() - lineFrom(node).size()));
}

/// The text of a scalar as it is written; "" if it is written over several lines or elsewhere.
std::string_view Reporter::written(const YamlNode& scalar) const {
    const std::string_view line = lineFrom(scalar);
    const std::size_t start = propertyBytes(line);
    const std::string_view text = line.substr(start);
    const std::string& plain = scalar.reference.empty() ? scalar.text : scalar.reference;
    if (!plain.empty() && text.starts_with(plain)) return line.substr(0, start + plain.size());
    const std::size_t quoted = quotedBytes(text);
    return quoted == 0 ? std::string_view() : line.substr(0, start + quoted);
}

/// A mapping's line up to its first key; its secrets are in values.
std::string Reporter::mappingStart(const YamlNode& mapping) const {
    std::string shown = before(mapping);
    if (mapping.children.empty() || mapping.children[0].line != mapping.line ||
        mapping.children[0].column < mapping.column) {
        return shown.append(lineFrom(mapping).substr(0, 1));
    }
    const YamlNode& key = mapping.children[0];
    const std::size_t end = key.column - mapping.column + written(key).size();
    return shown.append(lineFrom(mapping).substr(0, end)).append(":");
}

/// What is shown of a value that must not be seen, or that is no scalar.
std::string Reporter::hiddenValue(const YamlNode& value, Visibility visibility) const {
    if (value.isMapping() && visibility == Visibility::Shown) return mappingStart(value);
    std::string shown = before(value);
    if (value.isNull()) return shown;
    if (value.isSequence() && lineFrom(value).starts_with('-')) shown += "- ";
    return shown.append(kMask);
}

bool Reporter::mayBeShown(const YamlNode& value, Visibility visibility) const {
    if (!value.reference.empty()) return true;  // of it, only the reference is shown
    if (visibility == Visibility::Hidden || !value.isScalar()) return false;
    const std::string key = before(value);
    if (isTellingUrl(value.text) || mayNameSecret(key)) return false;
    // Of an item on a line of its own, the key stands above.
    return key.find(':') != key.npos || !source_.maskedLine(value.line).ends_with(kMask);
}

Diagnostic Reporter::keyFinding(const YamlNode& key) const {
    Diagnostic found{.file = source_.name(), .line = key.line, .column = key.column};
    if (!key.isScalar()) {
        found.source_line = mappingStart(key);
        return found;
    }
    if (key.text.size() <= kOffendingBytesMax) found.offending = key.text;
    const std::string_view text = written(key);
    if (text.empty()) return found;
    found.source_line = before(key).append(text);
    if (lineFrom(key).substr(text.size()).starts_with(':')) found.source_line += ':';
    return found;
}

void Reporter::add(
    Diagnostic found, Severity severity, std::string message, std::string suggestion
) {
    found.severity = severity;
    found.message = std::move(message);
    found.suggestion = std::move(suggestion);
    out_.add(std::move(found));
}

void Reporter::atKey(const YamlNode& key, std::string message, std::string suggestion) {
    add(keyFinding(key), Severity::Error, std::move(message), std::move(suggestion));
}

void Reporter::warnAtKey(const YamlNode& key, std::string message, std::string suggestion) {
    add(keyFinding(key), Severity::Warning, std::move(message), std::move(suggestion));
}

Diagnostic Reporter::valueFinding(const YamlNode& value, Visibility visibility) const {
    Diagnostic found{.file = source_.name(), .line = value.line, .column = value.column};
    const std::string_view text = mayBeShown(value, visibility) ? written(value) : "";
    const std::string& shown = value.reference.empty() ? value.text : value.reference;
    if (!text.empty() && shown.size() <= kOffendingBytesMax) found.offending = shown;
    found.source_line = text.empty() ? hiddenValue(value, visibility) : before(value).append(text);
    return found;
}

void Reporter::atValue(
    const YamlNode& value, Visibility visibility, std::string message, std::string suggestion
) {
    add(valueFinding(value, visibility), Severity::Error, std::move(message), std::move(suggestion)
    );
}

void Reporter::warnAtValue(
    const YamlNode& value, Visibility visibility, std::string message, std::string suggestion
) {
    add(valueFinding(value, visibility),
        Severity::Warning,
        std::move(message),
        std::move(suggestion));
}

void Reporter::atFile(std::string message, std::string suggestion) {
    out_.add(
        {.file = source_.name(), .message = std::move(message), .suggestion = std::move(suggestion)}
    );
}

}  // namespace ferry::config
