#include "config/yaml_builder.h"

#include "config/yaml_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace ferry::config {

namespace {

constexpr std::string_view kCoreTagPrefix = "tag:yaml.org,2002:";

YamlNode nodeAt(YamlKind kind, const YAML::Mark& mark) {
    YamlNode node;
    node.kind = kind;
    node.line = static_cast<std::uint32_t>(std::max(mark.line, 0)) + 1;
    node.column = static_cast<std::uint32_t>(std::max(mark.column, 0)) + 1;
    return node;
}

/// Stands for a value that nobody can tell; a finding says why.
YamlNode gapAt(const YAML::Mark& mark) {
    YamlNode node = nodeAt(YamlKind::Scalar, mark);
    node.is_unresolved = true;
    node.is_faulty = true;
    return node;
}

}  // namespace

void YamlBuilder::report(const YamlNode& at, std::string message, std::string suggestion) {
    out_.add(
        {.file = source_.name(),
         .line = at.line,
         .column = at.column,
         .message = std::move(message),
         .suggestion = std::move(suggestion),
         .source_line = source_.maskedLine(at.line)}
    );
}

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
    if (!has_root_) return;
    const YamlNode at = nodeAt(YamlKind::Null, mark);
    for (std::uint32_t line = last_line_; line <= at.line; ++line) {
        if (source_.line(line).substr(0, 3) == "---") {
            report(at, "a second document begins here", "put each document into its own file");
            throw StopParsing{};
        }
    }
    report(
        at,
        "list items and keys are mixed on the same level",
        "indent the list below the key that owns it"
    );
    throw StopParsing{};
}

bool YamlBuilder::isAtValue() const noexcept {
    return !open_.empty() && open_.back().node.isMapping() &&
           open_.back().node.children.size() % 2 == 1;
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    YamlNode node = nodeAt(YamlKind::Null, mark);
    if (isAtValue()) {
        const YamlNode& key = open_.back().node.children.back();
        if (key.line == node.line && key.column == node.column && key.isScalar()) {
            reportOpenBracket(key);
            report(key, missingColonMessage(key.text), "write 'key: value'");
            throw StopParsing{};
        }
        // The library says where the next thing begins; the value is missing behind its key.
        const std::string_view written = source_.from(node.line, node.column);
        if (written.empty() || (written[0] != '~' && written.substr(0, 4) != "null")) {
            node.line = key.line;
            node.column = key.column;
        }
    }
    attach(std::move(node), anchor, 0);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const YamlNode at = nodeAt(YamlKind::Null, mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
        report(at, "this alias stands inside what it stands for", "write the value out");
        has_gaps_ = true;
        attach(gapAt(mark), 0, 0);
        return;
    }
    countAliasNodes(at, found->second.node_count);
    attach(found->second.node, 0, found->second.height);
}

void YamlBuilder::OnScalar(
    const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value
) {
    YamlNode node = nodeAt(YamlKind::Scalar, mark);
    if (gaps_.contains({node.line, node.column})) return attach(gapAt(mark), anchor, 0);
    node.text = value;
    node.is_quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (tag == "!") checkQuote(node);
    checkTag(node, tag);
    attach(std::move(node), anchor, 0);
}

/// Stops if the file ends behind `last`, a text in a list or mapping that nothing closes: the
/// library takes it for a key.
void YamlBuilder::reportOpenBracket(const YamlNode& last) {
    const YamlNode* const flow = openFlow();
    const std::string_view rest = source_.from(last.line, last.column);
    if (flow == nullptr || rest.find_last_not_of(" \n") + 1 != last.text.size()) return;
    const auto texts =
        openBracketTexts(source_.from(flow->line, flow->column)[0], "the end of the file");
    report(*flow, texts.message, texts.suggestion);
    throw StopParsing{};
}

const YamlNode* YamlBuilder::openFlow() const {
    const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& open) {
        const std::string_view written = source_.from(open.node.line, open.node.column);
        return !written.empty() && (written[0] == '[' || written[0] == '{');
    });
    return found == open_.rend() ? nullptr : &found->node;
}

void YamlBuilder::checkQuote(const YamlNode& node) {
    const std::string_view written = source_.from(node.line, node.column);
    if (written.empty() || (written[0] != '"' && written[0] != '\'')) return;
    const std::size_t bytes = quotedBytes(written);
    if (written.substr(0, bytes).find('\n') != written.npos) long_quote_ = {node.line, node.column};
    if (bytes != 0) return;
    report(node, fmt::format("the quote {} is never closed", written[0]), "close it");
    throw StopParsing{};
}

void YamlBuilder::checkTag(YamlNode& node, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    if (std::string_view(tag).substr(0, kCoreTagPrefix.size()) == kCoreTagPrefix) return;
    node.is_faulty = true;
    report(
        node,
        fmt::format("the tag '{}' is not supported", tag.substr(0, 64)),
        "take values from outside with ${env:NAME} or ${file:/path}"
    );
}

void YamlBuilder::OnSequenceStart(
    const YAML::Mark& mark,
    const std::string& tag,
    YAML::anchor_t anchor,
    YAML::EmitterStyle::value /*style*/
) {
    open(YamlKind::Sequence, mark, tag, anchor);
}

void YamlBuilder::OnMapStart(
    const YAML::Mark& mark,
    const std::string& tag,
    YAML::anchor_t anchor,
    YAML::EmitterStyle::value /*style*/
) {
    open(YamlKind::Mapping, mark, tag, anchor);
}

void YamlBuilder::open(
    YamlKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor
) {
    YamlNode node = nodeAt(kind, mark);
    checkTag(node, tag);
    if (open_.size() >= kYamlDepthMax) {
        report(node, fmt::format("the nesting is deeper than {} levels", kYamlDepthMax), "");
        throw StopParsing{};
    }
    open_.push_back({std::move(node), anchor, 1});
}

void YamlBuilder::OnMapEnd() {
    checkDuplicates(open_.back().node);
    applyMergeKeys(open_.back().node);
    close();
}

void YamlBuilder::close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    attach(std::move(done.node), done.anchor, done.height);
}

void YamlBuilder::attach(YamlNode node, YAML::anchor_t anchor, std::size_t height) {
    last_line_ = std::max(last_line_, node.line);
    if (++node_count_ > kYamlNodesMax) {
        report(node, "the file holds too many values", "split it into several files");
        throw StopParsing{};
    }
    if (open_.size() + height > kYamlDepthMax) {
        report(node, fmt::format("the nesting is deeper than {} levels", kYamlDepthMax), "");
        throw StopParsing{};
    }
    if (anchor != 0) {
        const std::size_t count = node.nodeCount();
        countAliasNodes(node, count);
        anchors_[anchor] = {node, count, height};
    }
    if (open_.empty()) {
        root_ = std::move(node);
        has_root_ = true;
        return;
    }
    Open& parent = open_.back();
    parent.node.is_faulty |= node.is_faulty;
    parent.height = std::max(parent.height, height + 1);
    if (parent.node.isMapping() && !isAtValue()) checkKey(node);
    parent.node.children.push_back(std::move(node));
}

void YamlBuilder::checkKey(const YamlNode& key) {
    if (key.isScalar()) return;
    report(
        key,
        fmt::format("a key must be plain text, and this is {}", yamlKindName(key.kind)),
        "put braces, brackets and templates in quotes"
    );
    throw StopParsing{};
}

void YamlBuilder::countAliasNodes(const YamlNode& at, std::size_t count) {
    alias_node_count_ += count;
    if (alias_node_count_ <= kYamlAliasNodesMax) return;
    report(at, "the aliases of this file stand for too much", "write the values out");
    throw StopParsing{};
}

void YamlBuilder::checkDuplicates(YamlNode& mapping) {
    const auto sayDuplicate = [&](const YamlNode& key, std::uint32_t first_line) {
        mapping.is_faulty = true;
        report(
            key,
            fmt::format("the key '{}' stands here twice", key.text.substr(0, 128)),
            fmt::format("remove one; the first is in line {}", first_line)
        );
    };
    constexpr std::size_t kLinearMax = 16;
    const std::size_t count = mapping.entryCount();
    if (count <= kLinearMax) {
        for (std::size_t entry = 1; entry < count; ++entry) {
            const YamlNode* first = mapping.findKey(mapping.key(entry).text);
            if (first != &mapping.key(entry)) sayDuplicate(mapping.key(entry), first->line);
        }
        return;
    }
    std::unordered_map<std::string_view, std::uint32_t> seen;
    for (std::size_t entry = 0; entry < count; ++entry) {
        const YamlNode& key = mapping.key(entry);
        const auto [first, is_new] = seen.emplace(key.text, key.line);
        if (!is_new) sayDuplicate(key, first->second);
    }
}

void YamlBuilder::applyMergeKeys(YamlNode& mapping) {
    const YamlNode* key = mapping.findKey("<<");
    if (key == nullptr || key->is_quoted) return;
    const auto at = static_cast<std::size_t>(key - mapping.children.data());
    const YamlNode value = mapping.children[at + 1];
    const auto first = mapping.children.begin() + static_cast<std::ptrdiff_t>(at);
    mapping.children.erase(first, first + 2);
    std::unordered_set<std::string> names;
    for (std::size_t entry = 0; entry < mapping.entryCount(); ++entry) {
        names.insert(mapping.key(entry).text);
    }
    const auto merge = [&](const YamlNode& other) {
        mapping.is_unresolved |= other.is_unresolved;
        if (other.isScalar() && other.isGap()) return;
        if (!other.isMapping()) {
            mapping.is_faulty = true;
            report(value, "only mappings can be merged with '<<'", "write '<<: *anchor'");
            return;
        }
        for (std::size_t entry = 0; entry < other.entryCount(); ++entry) {
            if (!names.insert(other.key(entry).text).second) continue;
            mapping.children.push_back(other.key(entry));
            mapping.children.push_back(other.value(entry));
        }
    };
    if (value.isSequence()) {
        for (const YamlNode& item : value.children)
            merge(item);
    } else {
        merge(value);
    }
}

}  // namespace ferry::config
