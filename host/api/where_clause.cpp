#include "api/where_clause.h"

#include "base/ascii.h"

#include <fmt/format.h>

#include <optional>

namespace ferry::api {
namespace {

bool isSpace(char character) {
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

bool isDigit(char character) {
    return character >= '0' && character <= '9';
}

bool isOfName(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           isDigit(character) || character == '.' || character == '_';
}

class WhereParser {
  public:
    explicit WhereParser(std::string_view text) : text_(text) {}

    Result<std::vector<Condition>> parse() {
        std::vector<Condition> conditions;
        skipSpace();
        while (place_ < text_.size()) {
            if (!conditions.empty() && !takeAnd()) return wrong("'and' or the end");
            if (conditions.size() == kConditionsMax) {
                return fail(
                    ErrorCode::InvalidArgument,
                    fmt::format("where has more than {} conditions", kConditionsMax)
                );
            }
            FERRY_TRY_ASSIGN(Condition condition, takeCondition());
            conditions.push_back(std::move(condition));
            skipSpace();
        }
        return conditions;
    }

  private:
    Result<Condition> takeCondition() {
        Condition condition;
        condition.field = takeWhile(isOfName);
        if (condition.field.empty()) return wrong("the name of a field");
        skipSpace();
        const auto comparison = takeComparison();
        if (!comparison) return wrong("one of = < <= > >=");
        condition.comparison = *comparison;
        skipSpace();
        if (place_ < text_.size() && isDigit(text_[place_])) {
            condition.value = takeWhile(isDigit);
            return condition;
        }
        if (!take('\'')) return wrong("a value in single quotes");
        for (;;) {
            if (place_ == text_.size()) return wrong("the closing quote");
            const char character = text_[place_++];
            if (character == '\'' && !take('\'')) return condition;
            condition.value += character;
        }
    }

    std::optional<Comparison> takeComparison() {
        if (take('=')) return Comparison::Equal;
        if (take('<')) return take('=') ? Comparison::LessOrEqual : Comparison::Less;
        if (take('>')) return take('=') ? Comparison::GreaterOrEqual : Comparison::Greater;
        return std::nullopt;
    }

    /// With a space on either side.
    bool takeAnd() {
        constexpr std::string_view kAnd = "and";
        const std::string_view rest = text_.substr(place_);
        const bool is_and = place_ > 0 && isSpace(text_[place_ - 1]) && rest.size() > kAnd.size() &&
                            lowerAscii(rest.substr(0, kAnd.size())) == kAnd &&
                            isSpace(rest[kAnd.size()]);
        if (!is_and) return false;
        place_ += kAnd.size();
        skipSpace();
        return true;
    }

    bool take(char character) {
        if (place_ == text_.size() || text_[place_] != character) return false;
        ++place_;
        return true;
    }

    std::string takeWhile(bool (*belongs)(char)) {
        const std::size_t begin = place_;
        while (place_ < text_.size() && belongs(text_[place_]))
            ++place_;
        return std::string(text_.substr(begin, place_ - begin));
    }

    void skipSpace() {
        while (place_ < text_.size() && isSpace(text_[place_]))
            ++place_;
    }

    tl::unexpected<Error> wrong(std::string_view expected) const {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("where: {} is expected at character {}", expected, place_ + 1)
        );
    }

    std::string_view text_;
    std::size_t place_ = 0;
};

}  // namespace

Result<std::vector<Condition>> parseWhere(std::string_view text) {
    return WhereParser(text).parse();
}

}  // namespace ferry::api
