#include "config/diagnostic.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace ferry::config {

std::string_view severityName(Severity severity) noexcept {
    return severity == Severity::Error ? "error" : "warning";
}

void Diagnostics::add(Diagnostic diagnostic) {
    ++(diagnostic.severity == Severity::Error ? error_count_ : warning_count_);
    if (items_.size() < kDiagnosticsMax) items_.push_back(std::move(diagnostic));
}

void Diagnostics::addAll(Diagnostics other) {
    error_count_ += other.error_count_;
    warning_count_ += other.warning_count_;
    const std::size_t room = kDiagnosticsMax - items_.size();
    const std::size_t count = std::min(room, other.items_.size());
    std::move(
        other.items_.begin(),
        other.items_.begin() + static_cast<std::ptrdiff_t>(count),
        std::back_inserter(items_)
    );
}

void Diagnostics::sort() {
    std::stable_sort(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.file, a.line, a.column, a.message) <
               std::tie(b.file, b.line, b.column, b.message);
    });
    // An alias of YAML is read in each of its places, and what is wrong with it stands in one.
    const auto again = std::unique(items_.begin(), items_.end(), [](const auto& a, const auto& b) {
        return a.line != 0 && std::tie(a.file, a.line, a.column, a.message) ==
                                  std::tie(b.file, b.line, b.column, b.message);
    });
    for (auto item = again; item != items_.end(); ++item)
        --(item->severity == Severity::Error ? error_count_ : warning_count_);
    items_.erase(again, items_.end());
}

namespace {

std::string place(const Diagnostic& diagnostic) {
    if (diagnostic.line == 0) return diagnostic.file;
    return fmt::format("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
}

/// Characters, not bytes, so that the caret stands right after "ü".
std::size_t characterCount(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

void printSourceLine(std::ostream& out, const Diagnostic& diagnostic) {
    constexpr std::size_t kShownBytesMax = 160;
    const std::string_view line = truncateUtf8(diagnostic.source_line, kShownBytesMax);
    // One character for each, so the caret stands where it would.
    out << fmt::format("{:>5} | {}\n", diagnostic.line, toPrintable(line));
    const std::size_t start = diagnostic.column == 0 ? 0 : diagnostic.column - 1;
    if (start > line.size()) return;
    const std::string_view rest = line.substr(start);
    const bool is_verbatim =
        !diagnostic.offending.empty() &&
        rest.substr(0, diagnostic.offending.size()) == std::string_view(diagnostic.offending);
    const std::size_t width = is_verbatim ? characterCount(diagnostic.offending) : 1;
    out << "      | " << std::string(characterCount(line.substr(0, start)), ' ')
        << std::string(width, '^') << '\n';
}

}  // namespace

void printDiagnostics(std::ostream& out, const Diagnostics& diagnostics, SourceLines lines) {
    for (const Diagnostic& diagnostic : diagnostics.items()) {
        out << toPrintable(place(diagnostic)) << ": " << severityName(diagnostic.severity) << ": "
            << toPrintable(diagnostic.message) << '\n';
        if (lines == SourceLines::Show && !diagnostic.source_line.empty()) {
            printSourceLine(out, diagnostic);
        }
        if (!diagnostic.suggestion.empty())
            out << "      = " << toPrintable(diagnostic.suggestion) << '\n';
    }
    if (diagnostics.droppedCount() != 0) {
        out << "and " << diagnostics.droppedCount() << " more that are not shown\n";
    }
}

std::string describe(const Diagnostic& diagnostic) {
    std::string text = fmt::format(
        "{}: {}: {}", place(diagnostic), severityName(diagnostic.severity), diagnostic.message
    );
    if (!diagnostic.suggestion.empty()) text += fmt::format(" ({})", diagnostic.suggestion);
    return text;
}

void writeDiagnostics(JsonWriter& json, const Diagnostics& diagnostics) {
    json.beginObject()
        .field("errors", static_cast<std::int64_t>(diagnostics.errorCount()))
        .field("warnings", static_cast<std::int64_t>(diagnostics.warningCount()))
        .field("dropped", static_cast<std::int64_t>(diagnostics.droppedCount()))
        .key("diagnostics")
        .beginArray();
    for (const Diagnostic& diagnostic : diagnostics.items()) {
        json.beginObject()
            .field("severity", severityName(diagnostic.severity))
            .field("file", diagnostic.file)
            .field("line", static_cast<std::int64_t>(diagnostic.line))
            .field("column", static_cast<std::int64_t>(diagnostic.column))
            .field("offending", diagnostic.offending)
            .field("message", diagnostic.message)
            .field("suggestion", diagnostic.suggestion)
            .endObject();
    }
    json.endArray().endObject();
}

}  // namespace ferry::config
