#include "config/cut_values.h"

#include "config/reporter.h"

#include <string_view>

namespace ferry::config {

namespace {

/// True if what stands behind the value in its line is `#` and no space.
bool isCut(const SourceText& source, const YamlNode& value) {
    if (!value.isScalar() || value.is_quoted || value.is_unresolved || !value.reference.empty()) {
        return false;
    }
    std::string_view rest = source.line(value.line);
    if (value.line == 0 || value.column == 0 || rest.size() < value.column) return false;
    rest.remove_prefix(value.column - 1);
    if (!rest.starts_with(value.text)) return false;  // of several lines, or with an anchor
    rest.remove_prefix(value.text.size());
    const std::size_t hash = rest.find_first_not_of(" \t");
    if (hash == 0 || hash == rest.npos || rest[hash] != '#') return false;
    const std::size_t next = hash + 1;
    return next < rest.size() && rest[next] != ' ' && rest[next] != '\t' && rest[next] != '#';
}

void visit(const YamlNode& node, bool is_secret, Reporter& reporter) {
    if (node.isMapping()) {
        for (std::size_t i = 0; i < node.entryCount(); ++i)
            visit(node.value(i), mayNameSecret(node.key(i).text), reporter);
    } else if (node.isSequence()) {
        for (const YamlNode& item : node.children)
            visit(item, is_secret, reporter);
    } else if (is_secret && isCut(reporter.source(), node)) {
        reporter.warnAtValue(
            node,
            Visibility::Hidden,
            "' #' ends the value: what follows it is a comment",
            "put the whole value in quotes if the rest belongs to it"
        );
    }
}

}  // namespace

void warnOfCutValues(const YamlDocument& document, Diagnostics& out) {
    Reporter reporter(*document.source, out);
    visit(document.root, false, reporter);
}

}  // namespace ferry::config
