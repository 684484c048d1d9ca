#include "config/jq_reader.h"

#include "base/json_writer.h"
#include "config/expression_reader.h"
#include "config/jq_scan.h"
#include "config/node_reader.h"
#include "config/table_field.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

namespace {

/// Where the bytes of a program stand in its file.
class ProgramPlace {
  public:
    ProgramPlace(const YamlNode& program, const SourceText& source)
        : program_(program), source_(source) {
        const std::string_view first = source.from(program.line, program.column);
        is_block_ = first.starts_with('|') || first.starts_with('>');
        is_folded_ = first.starts_with('>');
        if (!is_block_) return;
        for (std::uint32_t line = program.line + 1; line <= source.lineCount(); ++line) {
            const std::string_view text = source.line(line);
            indentation_ = static_cast<std::uint32_t>(indentationOf(text));
            if (indentation_ < text.size()) break;
        }
    }

    bool isFolded() const { return is_folded_; }
    /// Of the program's first line.
    std::uint32_t firstLine() const { return program_.line + (is_block_ ? 1 : 0); }

    YamlNode at(std::size_t byte, std::string word) const {
        const std::string_view before = std::string_view(program_.text).substr(0, byte);
        const auto lines =
            static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
        const std::size_t start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
        const auto column = static_cast<std::uint32_t>(byte - start);
        if (is_block_) return node(firstLine() + lines, indentation_ + column + 1, std::move(word));
        // Over several lines, or with escapes, nobody can tell.
        if (lines > 0) return node(program_.line, program_.column, {});
        return node(program_.line, program_.column + column + quoteBytes(), std::move(word));
    }
    /// At `word` in a line of the file, or at that line's first character.
    YamlNode inLine(std::uint32_t line, std::string_view word) const {
        const std::string_view text = source_.line(line);
        const std::size_t from = indentationOf(text);
        const std::size_t found = word.empty() ? text.npos : text.find(word, from);
        const std::size_t column = found == text.npos ? from : found;
        return node(
            line,
            static_cast<std::uint32_t>(column) + 1,
            found == text.npos ? std::string() : std::string(word)
        );
    }

  private:
    std::uint32_t quoteBytes() const { return program_.is_quoted ? 1 : 0; }
    static YamlNode node(std::uint32_t line, std::uint32_t column, std::string word) {
        YamlNode made;
        made.kind = YamlKind::Scalar;
        made.line = line;
        made.column = column;
        made.text = std::move(word);
        return made;
    }

    const YamlNode& program_;
    const SourceText& source_;
    bool is_block_ = false;
    bool is_folded_ = false;
    std::uint32_t indentation_ = 0;
};

void checkProgram(const YamlNode& program, const ProgramPlace& place, Reporter& reporter) {
    if (place.isFolded())
        return reporter.atValue(
            program,
            Visibility::Hidden,
            "'>' makes one line of a program",
            "write '|', which keeps its lines"
        );
    if (program.text.find_first_not_of(" \t\n") == program.text.npos)
        return reporter.atValue(program, Visibility::Hidden, "the program is empty");
    for (JqFault& fault : scanJq(program.text))
        reporter.atValue(
            place.at(fault.at, std::move(fault.word)),
            Visibility::Shown,
            std::move(fault.message),
            std::move(fault.suggestion)
        );
}

/// What of a compiler's message stands in the program: "bar" of "bar/0 is not defined".
std::string_view wordOf(std::string_view message) {
    constexpr std::string_view kUndefined = " is not defined";
    const std::size_t end = message.find(kUndefined);
    if (end == message.npos) return {};
    const std::string_view name = message.substr(0, end);
    return name.substr(0, name.find('/'));
}

std::string sectionOf(const YamlNode& node, Reporter& reporter) {
    JsonWriter json;
    json.beginObject();
    std::uint32_t first_line = 1;
    if (const YamlNode* program = given(node, "program"); program != nullptr) {
        const ProgramPlace place(*program, reporter.source());
        first_line = place.firstLine();
        if (!program->isGap()) checkProgram(*program, place, reporter);
        json.field("program", program->text);
    }
    json.key("line").number(static_cast<std::int64_t>(first_line));
    json.key("values").beginObject();
    const YamlNode* values = given(node, "values");
    if (values != nullptr && !values->isGap() && !values->isMapping())
        reporter.atValue(
            *values, Visibility::Shown, "'values' takes a mapping of names to expressions"
        );
    for (std::size_t entry = 0; values != nullptr && entry < values->entryCount(); ++entry) {
        const YamlNode& name = values->key(entry);
        if (!isJqName(name.text))
            reporter.atKey(
                name,
                fmt::format("'{}' is no name that a program can use", name.text.substr(0, 80)),
                "write letters, digits and '_', and no word of jq"
            );
        json.key(name.text);
        ExpressionReader(reporter, json, SourceSet::Webhook).read(values->value(entry));
    }
    return json.endObject().endObject().take();
}

}  // namespace

const FieldTable& jqFields() {
    static const FieldTable table("'jq'", [] {
        Field program = field("program", ValueType::String, "what makes events of a record");
        program.is_required = true;
        program.bytes_max = kJqBytesMax;
        return std::vector<Field>{
            program,
            formed("values", AnyForm::ExpressionMap, "what it sees beside the record, as $name"),
        };
    }());
    return table;
}

void readJq(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest) {
    const YamlNode* section = given(root, "jq");
    if (section == nullptr) return;
    if (given(root, "map") != nullptr)
        reporter.atKey(
            *root.findKey("jq"), "a connector has either 'map' or 'jq'", "remove one of them"
        );
    manifest.uses_jq = true;
    manifest.settings.emplace_back("jq", sectionOf(*section, reporter));
}

void reportJqProblem(const YamlNode& node, std::string_view problem, Reporter& reporter) {
    constexpr std::string_view kLine = "line ";
    constexpr std::string_view kJq = ": jq: ";
    const YamlNode* program = node.find("program");
    const std::size_t jq = problem.find(kJq);
    const std::size_t begin = jq == problem.npos ? jq : problem.rfind(kLine, jq);
    if (program == nullptr || begin == problem.npos)
        return reporter.atKey(node, std::string(problem));
    const auto line = parseInteger(problem.substr(begin + kLine.size(), jq - begin - kLine.size()));
    const std::string_view message = problem.substr(jq + kJq.size());
    const ProgramPlace place(*program, reporter.source());
    reporter.atValue(
        place.inLine(static_cast<std::uint32_t>(line.value_or(program->line)), wordOf(message)),
        Visibility::Shown,
        "jq: " + std::string(message)
    );
}

}  // namespace ferry::config
