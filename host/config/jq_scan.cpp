#include "config/jq_scan.h"

#include <algorithm>
#include <array>

namespace ferry::config {
namespace {

struct Forbidden {
    std::string_view word;
    const char* why;
};

// Some of them end the process when nobody reads files for them.
constexpr const char* kFiles = "a program of a connector reads no files";
constexpr const char* kInput = "a program of a connector gets one record, which is '.'";
constexpr const char* kOutput = "nobody would see it";
constexpr const char* kEnd = "a program of a connector ends by itself";
constexpr std::array kForbidden{
    Forbidden{"import", kFiles},
    Forbidden{"include", kFiles},
    Forbidden{"modulemeta", kFiles},
    Forbidden{"get_search_list", kFiles},
    Forbidden{"input", kInput},
    Forbidden{"inputs", kInput},
    Forbidden{"input_filename", kInput},
    Forbidden{"input_line_number", kInput},
    Forbidden{"debug", kOutput},
    Forbidden{"stderr", kOutput},
    Forbidden{"halt", kEnd},
    Forbidden{"halt_error", kEnd},
};

constexpr std::array<std::string_view, 19> kKeywords{
    "def",
    "module",
    "import",
    "include",
    "if",
    "then",
    "else",
    "elif",
    "end",
    "as",
    "reduce",
    "foreach",
    "try",
    "catch",
    "label",
    "and",
    "or",
    "__loc__",
    "__prog_args"};

bool isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isWordPart(char c) {
    return isWordStart(c) || (c >= '0' && c <= '9');
}

/// Goes through the words of a program once.
class Scan {
  public:
    explicit Scan(std::string_view program) : program_(program) {}

    std::vector<JqFault> run() {
        while (at_ < program_.size())
            step();
        for (const Open& open : open_) {
            const bool is_text = open.bracket == '"';
            fault(open.at, 1, is_text ? "this text has no end" : "this bracket is not closed");
        }
        std::stable_sort(faults_.begin(), faults_.end(), [](const JqFault& a, const JqFault& b) {
            return a.at < b.at;
        });
        return std::move(faults_);
    }

  private:
    struct Open {
        char bracket;
        std::size_t at;
        bool expects_key;  ///< of an object: what comes is a key
    };

    char front() const { return at_ < program_.size() ? program_[at_] : '\0'; }
    bool isInText() const { return !open_.empty() && open_.back().bracket == '"'; }

    void step() {
        const char c = front();
        if (isInText()) return stepInText(c);
        if (c == '#') return comment();
        if (isWordStart(c)) return word();
        if (c == '.' || c == '$' || c == '@') return prefixed(c);
        if (c == '"' || c == '(' || c == '[' || c == '{') {
            open_.push_back({c, at_, c == '{'});
        } else if (c == ')' || c == ']' || c == '}') {
            close(c);
        } else if (!open_.empty() && open_.back().bracket == '{') {
            if (c == ',') open_.back().expects_key = true;
            if (c == ':') open_.back().expects_key = false;
        }
        if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t')
            fault(at_, 0, "a control character in the program");
        ++at_;
    }

    /// A text ends with its quote, and has a program in `\(...)`.
    void stepInText(char c) {
        if (c == '"') {
            open_.pop_back();
        } else if (c == '\\' && at_ + 1 < program_.size()) {
            ++at_;
            if (front() == '(') open_.push_back({'(', at_, false});
        }
        ++at_;
    }

    /// One that ends in '\' goes on in the next line for newer ones of jq.
    void comment() {
        const std::size_t end = std::min(program_.find('\n', at_), program_.size());
        const std::string_view text = program_.substr(at_, end - at_);
        if (text.ends_with('\\')) fault(end - 1, 1, "a comment that ends in '\\'", "take it away");
        if (text.find('\r') != text.npos) fault(at_, 1, "a control character in the comment");
        at_ = end;
    }

    std::string_view takeWord() {
        const std::size_t begin = at_;
        while (isWordPart(front()) || (program_.substr(at_, 2) == "::" && isWordStart(after(2))))
            at_ += front() == ':' ? 2 : 1;
        return program_.substr(begin, at_ - begin);
    }
    char after(std::size_t bytes) const {
        return at_ + bytes < program_.size() ? program_[at_ + bytes] : '\0';
    }

    void word() {
        const std::size_t begin = at_;
        const std::string_view found = takeWord();
        const bool is_key =
            !open_.empty() && open_.back().bracket == '{' && open_.back().expects_key;
        if (is_key) return;
        const auto* forbidden =
            std::find_if(kForbidden.begin(), kForbidden.end(), [&](const Forbidden& one) {
                return one.word == found;
            });
        if (forbidden == kForbidden.end()) return;
        fault(
            begin, found.size(), "'" + std::string(found) + "' can't be used here", forbidden->why
        );
    }

    /// .name is a member and @name a format, whatever they are called.
    void prefixed(char first) {
        const std::size_t begin = at_++;
        if (!isWordStart(front())) return;
        const std::string_view found = takeWord();
        if (first == '$' && found == "__prog_args")
            fault(begin, found.size() + 1, "'$__prog_args' can't be used here", kInput);
    }

    void close(char c) {
        const char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
        if (!open_.empty() && open_.back().bracket == wanted) {
            open_.pop_back();
            return;
        }
        fault(
            at_,
            1,
            open_.empty() ? "this bracket closes nothing"
                          : "this bracket does not match the one that is open"
        );
        if (!open_.empty()) open_.pop_back();
    }

    void fault(
        std::size_t at, std::size_t bytes, std::string message, std::string suggestion = {}
    ) {
        faults_.push_back(
            {at, std::string(program_.substr(at, bytes)), std::move(message), std::move(suggestion)}
        );
    }

    const std::string_view program_;
    std::size_t at_ = 0;
    std::vector<Open> open_;
    std::vector<JqFault> faults_;
};

}  // namespace

std::vector<JqFault> scanJq(std::string_view program) {
    return Scan(program).run();
}

bool isJqName(std::string_view name) {
    return !name.empty() && isWordStart(name.front()) &&
           std::all_of(name.begin(), name.end(), isWordPart) && name != "ENV" &&
           std::find(kKeywords.begin(), kKeywords.end(), name) == kKeywords.end();
}

}  // namespace ferry::config
