#pragma once
// What is wrong with a file, and where: collected all at once, then printed as compilers do or
// written as JSON. Every check of this folder reports through here.

#include "base/json_writer.h"

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

enum class Severity : std::uint8_t { Error, Warning };

std::string_view severityName(Severity severity) noexcept;

/// One finding. Never holds a secret: whoever makes it leaves `offending` empty and masks
/// `source_line` where the value could be one.
struct Diagnostic {
    Severity severity = Severity::Error;
    std::string file = {};         ///< as the user named it
    std::uint32_t line = 0;        ///< from 1; 0 if the finding is about the whole file
    std::uint32_t column = 0;      ///< from 1, in bytes
    std::string offending = {};    ///< the text the finding is about; may be empty
    std::string message = {};      ///< lower case, one sentence, without a full stop
    std::string suggestion = {};   ///< what to do; may be empty
    std::string source_line = {};  ///< the line in the file, masked; may be empty
};

/// Collects findings, at most `kDiagnosticsMax` of them; the rest is counted.
class Diagnostics {
  public:
    /// A person reads the first screens; a broken generator must not fill the memory.
    static constexpr std::size_t kDiagnosticsMax = 1000;

    void add(Diagnostic diagnostic);
    void addAll(Diagnostics other);

    const std::vector<Diagnostic>& items() const noexcept { return items_; }
    std::size_t errorCount() const noexcept { return error_count_; }
    std::size_t warningCount() const noexcept { return warning_count_; }
    /// Findings that were counted but not kept.
    std::size_t droppedCount() const noexcept {
        return error_count_ + warning_count_ - items_.size();
    }
    bool hasErrors() const noexcept { return error_count_ != 0; }

    /// Orders by file, line, column, then text; the order of equal input is always the same.
    void sort();

  private:
    std::vector<Diagnostic> items_;
    std::size_t error_count_ = 0;
    std::size_t warning_count_ = 0;
};

enum class SourceLines : std::uint8_t { Hide, Show };

/// Writes `file:line:col: error: text`, with `SourceLines::Show` also the line and a caret under
/// the place, then the suggestion. All of it is cleaned for a terminal.
void printDiagnostics(std::ostream& out, const Diagnostics& diagnostics, SourceLines lines);

/// One finding as `file:line:col: error: text (suggestion)`, for a log line or an API answer.
std::string describe(const Diagnostic& diagnostic);

/// Writes `{"errors":n,"warnings":n,"dropped":n,"diagnostics":[{severity,file,line,column,...}]}`.
void writeDiagnostics(JsonWriter& json, const Diagnostics& diagnostics);

}  // namespace ferry::config
