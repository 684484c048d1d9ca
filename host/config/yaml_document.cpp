#include "config/yaml_document.h"

#include "config/yaml_builder.h"
#include "config/yaml_syntax_help.h"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <string_view>
#include <utility>

namespace ferry::config {

namespace {

/// A stream over memory that is not copied.
class MemoryBuffer : public std::streambuf {
  public:
    explicit MemoryBuffer(const std::string& text) {
        // The get area is only read; the type wants it writable.
        char* start = const_cast<char*>(text.data());
        setg(start, start, start + text.size());
    }
};

/// Nothing if the parser came to the end, or `builder` stopped it after a finding (see `hasRoot`).
std::optional<SyntaxFault> runParser(const std::string& text, YamlBuilder& builder) {
    MemoryBuffer buffer(text);
    std::istream stream(&buffer);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& fault) {
        const auto line = static_cast<std::uint32_t>(std::max(fault.mark.line, 0)) + 1;
        const auto column = static_cast<std::uint32_t>(std::max(fault.mark.column, 0)) + 1;
        return SyntaxFault{{line, column}, fault.msg, builder.openBracket(), builder.longQuote()};
    } catch (const StopParsing&) {
        builder.dropRoot();
    } catch (const std::exception& fault) {
        return SyntaxFault{{}, fmt::format("the YAML parser gave up: {}", fault.what()), {}, {}};
    }
    return std::nullopt;
}

SyntaxFinding explain(const SourceText& source, const SyntaxFault& fault) {
    if (fault.at.line == 0) return {{.file = source.name(), .message = fault.message}};
    return explainSyntaxFault(source, fault);
}

/// Puts a text of the same length in place of the alias that has no anchor, so that the parser goes
/// on behind it. False if the fault is another one, or the alias is a key.
bool fillGap(const SourceText& source, const SyntaxFault& fault, std::string& text) {
    if (fault.message.find("anchor is not defined") == std::string::npos) return false;
    const std::string_view rest = source.from(fault.at.line, fault.at.column);
    const std::size_t length = std::min(rest.find_first_of(" \t\r\n[]{},"), rest.size());
    if (length < 2 || rest[0] != '*' || rest[length - 1] == ':') return false;
    const auto at = static_cast<std::size_t>(rest.data() - source.text().data());
    text.replace(at, length, '"' + std::string(length - 2, '-') + '"');
    return true;
}

/// Mends in `text` a slip that says nothing about other lines, so that the parser goes on behind it
/// and finds the next one. No character moves.
bool mendSlip(const SourceText& source, const SyntaxFinding& found, std::string& text) {
    if (found.slip == SyntaxSlip::Other) return false;
    const std::string_view rest = source.from(found.told.line, found.told.column);
    const auto at = static_cast<std::size_t>(rest.data() - source.text().data());
    if (found.slip == SyntaxSlip::FirstCharacter) {
        text[at] = 'x';
        return true;
    }
    const std::size_t colon = rest.substr(0, rest.find('\n')).find(':');
    if (colon == std::string_view::npos || colon + 1 >= rest.size()) return false;
    text[at + colon + 1] = ' ';
    return true;
}

/// Builds `document` from its source. False if there is no tree; then `out` says why.
bool buildTree(YamlDocument& document, Diagnostics& out) {
    const SourceText& source = *document.source;
    YamlGaps gaps;
    std::string text = source.text();
    std::size_t mended = 0;
    for (;;) {
        Diagnostics found;
        YamlBuilder builder(source, gaps, found);
        const auto fault = runParser(text, builder);
        if (fault && gaps.size() < kYamlGapsMax && fillGap(source, *fault, text)) {
            out.add(explain(source, *fault).told);
            gaps.emplace(fault->at.line, fault->at.column);
            continue;
        }
        if (fault) {
            SyntaxFinding finding = explain(source, *fault);
            const bool goes_on = mended < kYamlSlipsMax && mendSlip(source, finding, text);
            out.add(std::move(finding.told));
            if (goes_on) {
                ++mended;
                continue;
            }
        }
        const bool is_stopped = fault.has_value() || found.hasErrors();
        out.addAll(std::move(found));
        if (fault || mended > 0) return false;
        if (!builder.hasRoot()) {
            if (!is_stopped) out.add({.file = source.name(), .message = "the file is empty"});
            return false;
        }
        document.root = builder.takeRoot();
        document.has_gaps = builder.hasGaps();
        return true;
    }
}

}  // namespace

bool parseYaml(std::string name, std::string text, YamlDocument& document, Diagnostics& out) {
    document.source = std::make_shared<const SourceText>(std::move(name), std::move(text));
    const SourceText& source = *document.source;
    if (!source.check(out) || !buildTree(document, out)) return false;
    const YamlNode& root = document.root;
    if (root.isMapping()) return true;
    const bool is_glued = root.isScalar() && root.text.find(':') != std::string::npos;
    out.add(
        {.file = source.name(),
         .line = root.line,
         .column = root.column,
         .message =
             fmt::format("the file must hold 'key: value' lines, not {}", yamlKindName(root.kind)),
         .suggestion = is_glued ? "put a space after each ':'" : "",
         .source_line = source.maskedLine(root.line)}
    );
    return false;
}

bool parseYamlFile(const std::filesystem::path& path, YamlDocument& document, Diagnostics& out) {
    Result<std::string> text = readFileBounded(path, kFileBytesMax);
    if (!text) {
        out.add({.file = path.string(), .message = std::move(text.error().message)});
        return false;
    }
    return parseYaml(path.string(), std::move(*text), document, out);
}

}  // namespace ferry::config
