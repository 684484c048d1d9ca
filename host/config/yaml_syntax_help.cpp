#include "config/yaml_syntax_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace ferry::config {

namespace {

struct Line {
    std::uint32_t number = 0;
    std::string_view text;
    std::size_t indentation = 0;
};

Line lineAt(const SourceText& source, std::uint32_t number) {
    const std::string_view text = source.line(number);
    return {number, text, indentationOf(text)};
}

/// The nearest line above that holds more than a comment.
Line lineAbove(const SourceText& source, std::uint32_t number) {
    for (std::uint32_t up = number; up > 1;) {
        const Line line = lineAt(source, --up);
        if (line.indentation < line.text.size() && line.text[line.indentation] != '#') return line;
    }
    return {};
}

bool hasColon(std::string_view text) {
    return text.find(": ") != text.npos || (!text.empty() && text.back() == ':');
}

bool endsWithColon(std::string_view text) {
    const std::size_t last = text.find_last_not_of(' ');
    return last != text.npos && text[last] == ':';
}

/// The dash of a list item to which its text is glued.
bool hasGluedDash(std::string_view text) {
    return text.size() > 1 && text[0] == '-' && text[1] != ' ' && text[1] != '-';
}

/// `line` without the dashes of the list items that begin on it: indented as far as its keys are.
Line withoutDashes(Line line) {
    while (line.text.substr(line.indentation, 2) == "- ") {
        line.indentation =
            std::min(line.text.find_first_not_of(' ', line.indentation + 1), line.text.size());
    }
    return line;
}

constexpr const char* kWriteItem = "write '- key: value'";
constexpr std::string_view kGluedColon = "there is no space after the ':'";

class SyntaxHelp {
  public:
    SyntaxHelp(const SourceText& source, const SyntaxFault& fault)
        : source_(source),
          fault_(fault),
          here_(lineAt(source, fault.at.line)),
          above_(lineAbove(source, fault.at.line)) {
        found_.file = source.name();
        setPlace({std::max(fault.at.line, 1U), std::max(fault.at.column, 1U)});
    }

    SyntaxFinding explain() {
        const std::string_view message = fault_.message;
        if (!explainCharacter(message) && !explainFlow(message) && !explainLongQuote() &&
            !explainMapValue(message) && !explainIndentation(message)) {
            say(fmt::format("this is not YAML: {}", message), "");
        }
        found_.source_line = source_.maskedLine(found_.line);
        return {std::move(found_), slip_};
    }

  private:
    void setPlace(SourcePlace place) {
        found_.line = place.line;
        found_.column = place.column;
    }

    void say(std::string message, std::string suggestion) {
        found_.message = std::move(message);
        found_.suggestion = std::move(suggestion);
    }

    void sayAt(const Line& line, std::string message, std::string suggestion) {
        setPlace({line.number, static_cast<std::uint32_t>(line.indentation) + 1});
        say(std::move(message), std::move(suggestion));
    }

    bool explainCharacter(std::string_view message) {
        const std::string_view rest = source_.from(found_.line, found_.column);
        if (message == "bad file") {
            say("the nesting is too deep", "");
        } else if (message == "unknown token" && !rest.empty()) {
            found_.offending.assign(1, rest[0]);
            say(fmt::format("a value can't begin with '{}'", rest[0]), "put the value in quotes");
            slip_ = SyntaxSlip::FirstCharacter;
        } else if (message.find("anchor is not defined") != message.npos ||
                   message.find("alias not found") != message.npos) {
            say("an unquoted '*' begins an alias, and there is no anchor of this name above",
                "put the value in quotes");
        } else if (message.find("anchor not found") != message.npos) {
            say("an unquoted '&' begins an anchor", "put the value in quotes");
        } else if (message.find("unknown escape character") != message.npos) {
            say("a backslash in double quotes begins an escape, and this one is unknown",
                "use single quotes, in which a backslash is only a backslash");
        } else if (message.find("tab") != message.npos) {
            say("a tab is used as indentation", "indent with spaces");
        } else {
            return false;
        }
        return true;
    }

    bool explainFlow(std::string_view message) {
        if (message == "illegal flow end") {
            say("this bracket does not close the one that is open", "check the brackets before it");
            return true;
        }
        const bool is_list = message.find("sequence flow") != message.npos;
        if (!is_list && message.find("map flow") == message.npos) return false;
        if (here_.text.find("${") != here_.text.npos) {
            say(fmt::format("a reference inside {} must be in quotes", is_list ? "[ ]" : "{ }"),
                "write \"${env:NAME}\"");
            return true;
        }
        const SourcePlace& opened = fault_.open_bracket;
        const char bracket =
            opened.line == 0 ? (is_list ? '[' : '{') : source_.from(opened.line, opened.column)[0];
        // Of a file that ends here the library gives the place behind it, or its start.
        const bool is_at_end =
            source_.from(fault_.at.line, fault_.at.column).empty() ||
            std::pair(fault_.at.line, fault_.at.column) < std::pair(opened.line, opened.column);
        if (opened.line != 0) setPlace(opened);
        OpenBracketTexts texts = openBracketTexts(
            bracket, is_at_end ? "the end of the file" : fmt::format("line {}", fault_.at.line)
        );
        say(std::move(texts.message), std::move(texts.suggestion));
        return true;
    }

    /// A quote that somebody forgot to close goes on to the next one, and what stands behind that
    /// makes no sense.
    bool explainLongQuote() {
        const SourcePlace& quote = fault_.long_quote;
        if (quote.line == 0) return false;
        const std::string_view text = source_.from(quote.line, quote.column);
        const std::string_view quoted = text.substr(0, quotedBytes(text));
        const auto lines = std::count(quoted.begin(), quoted.end(), '\n');
        if (quote.line + static_cast<std::uint32_t>(lines) != fault_.at.line) return false;
        setPlace(quote);
        say(fmt::format("the quote that begins here ends only in line {}", fault_.at.line),
            "close it where its text ends");
        return true;
    }

    bool explainMapValue(std::string_view message) {
        if (message != "illegal map value" && message != "illegal map key") return false;
        if (above_.number != 0 && explainLineAbove()) return true;
        say("a ':' stands inside an unquoted value, or the indentation is wrong",
            "put a value that contains ': ' in quotes, or align this line with its neighbours");
        return true;
    }

    /// The line above may be what is wrong: it was taken for the start of a longer text.
    bool explainLineAbove() {
        const Line entry = withoutDashes(above_);
        const std::string_view text = entry.text.substr(entry.indentation);
        if (hasGluedDash(text)) {
            sayAt(entry, "there is no space after the '-'", kWriteItem);
        } else if (!hasColon(text)) {
            sayAt(entry, missingColonMessage(text), "write 'key: value'");
            if (found_.message == kGluedColon) slip_ = SyntaxSlip::GluedColon;
        } else if (!endsWithColon(text) && here_.indentation > entry.indentation) {
            sayAt(
                here_,
                fmt::format(
                    "this line is indented deeper than line {}, which already has a value",
                    above_.number
                ),
                fmt::format("indent it by {} spaces", entry.indentation)
            );
        } else {
            return false;
        }
        return true;
    }

    bool explainIndentation(std::string_view message) {
        const bool is_map = message == "end of map not found";
        if (!is_map && message != "end of sequence not found") return false;
        const std::string_view text = here_.text.substr(here_.indentation);
        if (fault_.at.column > here_.indentation + 1 && hasColon(text)) {
            say("a value ends before this place, and something follows it",
                "put the whole value in quotes; inside single quotes ' is written ''");
        } else if (is_map && (text == "-" || text.substr(0, 2) == "- ")) {
            say("a list item stands where a key is expected",
                "indent the list below the key that owns it, or remove the '-'");
        } else if (hasGluedDash(text)) {
            say("there is no space after the '-'", kWriteItem);
        } else if (hasColon(text) && (!is_map || isBesideItem())) {
            say("a key stands where a list item is expected",
                "indent it as far as the keys of the item above, remove the '-' of that item, or "
                "begin this line with '- '");
        } else if (!is_map || hasColon(text)) {
            say("the indentation of this line matches no line above it",
                "align it with the lines of the same level");
        } else {
            say("a key is expected here", "check the quotes and the indentation of the line above");
        }
        return true;
    }

    /// True if the line above, or the first one less deep, is a list item of this level.
    bool isBesideItem() const {
        return above_.indentation == here_.indentation &&
               above_.text.substr(above_.indentation, 2) == "- ";
    }

    const SourceText& source_;
    const SyntaxFault& fault_;
    Line here_;
    Line above_;
    Diagnostic found_;
    SyntaxSlip slip_ = SyntaxSlip::Other;
};

}  // namespace

OpenBracketTexts openBracketTexts(char bracket, std::string_view where) {
    const bool is_list = bracket == '[';
    return {
        fmt::format(
            "the {} that begins with '{}' is not closed before {}",
            is_list ? "list" : "mapping",
            bracket,
            where
        ),
        fmt::format("add the missing '{}' or ','", is_list ? ']' : '}')};
}

std::string missingColonMessage(std::string_view text) {
    const std::size_t colon = text.find(':');
    const bool is_scheme = colon != text.npos && text.substr(colon + 1, 2) == "//";
    if (colon == text.npos || is_scheme) return "there is no ':' between key and value";
    return foreignSpaceBytes(text.substr(colon + 1)) != 0
               ? "what stands after the ':' looks like a space and is another character"
               : std::string(kGluedColon);
}

SyntaxFinding explainSyntaxFault(const SourceText& source, const SyntaxFault& fault) {
    return SyntaxHelp(source, fault).explain();
}

}  // namespace ferry::config
