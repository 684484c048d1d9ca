#pragma once
// Builds the tree from the YAML library's events, with the limits and the checks that need the
// structure. Included by yaml_document.cpp alone.

#include "config/diagnostic.h"
#include "config/source_text.h"
#include "config/yaml_node.h"
#include "config/yaml_syntax_help.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ferry::config {

/// Thrown through the parser to end it at once; the finding is already reported.
struct StopParsing {};

/// Line and column of what is reported already and can't be known; a text stands in for it.
using YamlGaps = std::set<std::pair<std::uint32_t, std::uint32_t>>;

class YamlBuilder final : public YAML::EventHandler {
  public:
    /// All outlive the builder.
    YamlBuilder(const SourceText& source, const YamlGaps& gaps, Diagnostics& out)
        : source_(source), gaps_(gaps), out_(out), has_gaps_(!gaps.empty()) {}

    bool hasRoot() const noexcept { return has_root_; }
    bool hasGaps() const noexcept { return has_gaps_; }
    /// After a finding that makes the tree useless.
    void dropRoot() noexcept { has_root_ = false; }
    YamlNode takeRoot() { return std::move(root_); }
    /// For what a fault of the syntax is about (yaml_syntax_help.h).
    SourcePlace openBracket() const {
        const YamlNode* const flow = openFlow();
        return flow == nullptr ? SourcePlace{} : SourcePlace{flow->line, flow->column};
    }
    SourcePlace longQuote() const noexcept { return long_quote_; }

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& value
    ) override;
    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value style
    ) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value style
    ) override;
    void OnMapEnd() override;

  private:
    /// The innermost '[' or '{' that is not closed yet; nullptr if there is none.
    const YamlNode* openFlow() const;
    void reportOpenBracket(const YamlNode& last);

    struct Open {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        std::size_t height = 1;  ///< levels in it so far
    };
    struct Anchor {
        YamlNode node;
        std::size_t node_count = 0;
        std::size_t height = 0;
    };

    void open(YamlKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void attach(YamlNode node, YAML::anchor_t anchor, std::size_t height);
    void checkKey(const YamlNode& key);
    void checkTag(YamlNode& node, const std::string& tag);
    void checkQuote(const YamlNode& node);
    void checkDuplicates(YamlNode& mapping);
    void applyMergeKeys(YamlNode& mapping);
    bool isAtValue() const noexcept;
    void countAliasNodes(const YamlNode& at, std::size_t count);
    void report(const YamlNode& at, std::string message, std::string suggestion);

    const SourceText& source_;
    const YamlGaps& gaps_;
    Diagnostics& out_;
    bool has_gaps_;
    std::vector<Open> open_;
    std::unordered_map<YAML::anchor_t, Anchor> anchors_;
    YamlNode root_;
    bool has_root_ = false;
    std::size_t node_count_ = 0;
    std::size_t alias_node_count_ = 0;
    std::uint32_t last_line_ = 1;
    SourcePlace long_quote_;
};

}  // namespace ferry::config
