#include "config/yaml_document.h"

#include "config/yaml_builder.h"
#include "config/yaml_syntax_help.h"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

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

/// True if the parser came to the end by itself.
bool runParser(const SourceText& source, YamlBuilder& builder, Diagnostics& out) {
    MemoryBuffer buffer(source.text());
    std::istream stream(&buffer);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        return true;
    } catch (const YAML::Exception& fault) {
        const auto line = static_cast<std::uint32_t>(std::max(fault.mark.line, 0)) + 1;
        const auto column = static_cast<std::uint32_t>(std::max(fault.mark.column, 0)) + 1;
        out.add(explainSyntaxFault(source, line, column, fault.msg));
    } catch (const StopParsing&) {
    } catch (const std::exception& fault) {
        out.add(
            {.file = source.name(),
             .message = fmt::format("the YAML parser gave up: {}", fault.what())}
        );
    }
    return false;
}

}  // namespace

bool parseYaml(std::string name, std::string text, YamlDocument& document, Diagnostics& out) {
    document.source = std::make_shared<const SourceText>(std::move(name), std::move(text));
    const SourceText& source = *document.source;
    if (!source.check(out)) return false;
    YamlBuilder builder(source, out);
    if (!runParser(source, builder, out)) return false;
    if (!builder.hasRoot()) {
        out.add({.file = source.name(), .message = "the file is empty"});
        return false;
    }
    document.root = builder.takeRoot();
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
