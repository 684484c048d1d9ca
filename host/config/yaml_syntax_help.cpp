#include "config/yaml_syntax_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace ferry::config {

namespace {

struct Line {
    std::uint32_t number = 0;
    std::string_view text;
    std::size_t indentation = 0;
};

Line lineAt(const SourceText& source, std::uint32_t number) {
    const std::string_view text = source.line(number);
    return {number, text, std::min(text.find_first_not_of(' '), text.size())};
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

class SyntaxHelp {
  public:
    SyntaxHelp(const SourceText& source, std::uint32_t line, std::uint32_t column)
        : source_(source), here_(lineAt(source, line)), above_(lineAbove(source, line)) {
        found_.file = source.name();
        found_.line = std::max(line, 1U);
        found_.column = std::max(column, 1U);
    }

    Diagnostic explain(std::string_view message) {
        if (!explainCharacter(message) && !explainFlow(message) && !explainMapValue(message) &&
            !explainIndentation(message)) {
            say(fmt::format("this is not YAML: {}", message), "");
        }
        found_.source_line = source_.maskedLine(found_.line);
        return std::move(found_);
    }

  private:
    void say(std::string message, std::string suggestion) {
        found_.message = std::move(message);
        found_.suggestion = std::move(suggestion);
    }

    void sayAt(const Line& line, std::string message, std::string suggestion) {
        found_.line = line.number;
        found_.column = static_cast<std::uint32_t>(line.indentation) + 1;
        say(std::move(message), std::move(suggestion));
    }

    bool explainCharacter(std::string_view message) {
        const std::string_view rest = source_.from(found_.line, found_.column);
        if (message == "bad file") {
            say("the nesting is too deep", "");
        } else if (message == "unknown token" && !rest.empty()) {
            found_.offending.assign(1, rest[0]);
            say(fmt::format("a value can't begin with '{}'", rest[0]), "put the value in quotes");
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
        const bool is_list = message.find("sequence flow") != message.npos;
        if (!is_list && message.find("map flow") == message.npos) return false;
        if (here_.text.find("${") != here_.text.npos) {
            say(fmt::format("a reference inside {} must be in quotes", is_list ? "[ ]" : "{ }"),
                "write \"${env:NAME}\"");
            return true;
        }
        say(is_list ? "the list that begins with '[' is not closed before this place"
                    : "the mapping that begins with '{' is not closed before this place",
            is_list ? "add the missing ']' or ','" : "add the missing '}' or ','");
        return true;
    }

    bool explainMapValue(std::string_view message) {
        if (message != "illegal map value" && message != "illegal map key") return false;
        const std::string_view above = above_.text.substr(above_.indentation);
        if (above_.number != 0 && !hasColon(above) && above[0] != '-') {
            if (above.find(':') != above.npos && above.find("://") == above.npos) {
                sayAt(above_, "there is no space after the ':'", "write 'key: value'");
            } else {
                sayAt(above_, "there is no ':' between key and value", "write 'key: value'");
            }
        } else if (above_.number != 0 && hasColon(above) && !endsWithColon(above) &&
                   here_.indentation > above_.indentation) {
            sayAt(
                here_,
                fmt::format(
                    "this line is indented deeper than line {}, which already has a value",
                    above_.number
                ),
                fmt::format("indent it by {} spaces", above_.indentation)
            );
        } else {
            say("a ':' stands inside an unquoted value, or the indentation is wrong",
                "put a value that contains ': ' in quotes, or align this line with its neighbours");
        }
        return true;
    }

    bool explainIndentation(std::string_view message) {
        const bool is_map = message == "end of map not found";
        if (!is_map && message != "end of sequence not found") return false;
        const std::string_view text = here_.text.substr(here_.indentation);
        if (is_map && (text == "-" || text.substr(0, 2) == "- ")) {
            say("a list item stands where a key is expected",
                "indent the list below the key that owns it, or remove the '-'");
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
    Line here_;
    Line above_;
    Diagnostic found_;
};

}  // namespace

Diagnostic explainSyntaxFault(
    const SourceText& source, std::uint32_t line, std::uint32_t column, std::string_view message
) {
    return SyntaxHelp(source, line, column).explain(message);
}

}  // namespace ferry::config
