#include "jq_value.h"

#include <rapidjson/reader.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

namespace ferry::declarative {
namespace {

constexpr std::uint64_t kExactMax = std::uint64_t{1} << 53U;
constexpr double kPlainMax = 1e17;  // integers below are written without an exponent

bool isInteger(std::string_view text) {
    return text.find_first_of(".eE") == text.npos;
}

/// False of integers that a double may round.
bool isExact(std::string_view integer) {
    if (integer.starts_with('-')) integer.remove_prefix(1);
    std::uint64_t value = 0;
    const auto end = integer.data() + integer.size();
    const auto result = std::from_chars(integer.data(), end, value);
    return result.ec == std::errc() && value <= kExactMax;
}

jv numberOf(std::string_view text) {
    if (isInteger(text) && !isExact(text)) return Jv::text(text).release();
    double value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec == std::errc::result_out_of_range) {
        // Too small for one is nought; libjq has too large ones as the largest.
        const double most = std::numeric_limits<double>::max();
        value = std::clamp(std::strtod(std::string(text).c_str(), nullptr), -most, most);
    }
    return jv_number(value);
}

/// Puts a value together from what the parser comes upon.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
  public:
    bool Null() { return put(Jv(jv_null())); }
    bool Bool(bool value) { return put(Jv(jv_bool(value ? 1 : 0))); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        return put(Jv(numberOf({text, size})));
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return put(Jv::text({text, size}));
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        open_.back().key = Jv::text({text, size});
        return true;
    }
    bool StartObject() { return begin(jv_object()); }
    bool EndObject(rapidjson::SizeType) { return end(); }
    bool StartArray() { return begin(jv_array()); }
    bool EndArray(rapidjson::SizeType) { return end(); }

    Jv take() { return std::move(whole_); }

  private:
    struct Open {
        Jv container;
        Jv key;
    };

    bool begin(jv container) {
        open_.push_back({Jv(container), Jv()});
        return open_.size() <= kJsonDepthMax;
    }
    bool end() {
        Jv done = std::move(open_.back().container);
        open_.pop_back();
        return put(std::move(done));
    }
    bool put(Jv value) {
        if (open_.empty()) {
            whole_ = std::move(value);
            return true;
        }
        Open& open = open_.back();
        const bool is_object = open.container.kind() == JV_KIND_OBJECT;
        jv container = open.container.release();
        open.container =
            Jv(is_object ? jv_object_set(container, open.key.release(), value.release())
                         : jv_array_append(container, value.release()));
        return true;
    }

    std::vector<Open> open_;
    Jv whole_;
};

}  // namespace

std::optional<Jv> parseExactly(std::string_view json) {
    const std::string text(json);
    rapidjson::StringStream stream(text.c_str());
    rapidjson::Reader reader;
    Builder builder;
    constexpr unsigned kFlags =
        rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    const bool is_good = !reader.Parse<kFlags>(stream, builder).IsError();
    // Less is behind a NUL, which ends the text for the parser.
    if (!is_good || stream.Tell() != text.size()) return std::nullopt;
    return builder.take();
}

std::string numberText(double number) {
    if (!std::isfinite(number)) return {};
    std::array<char, 64> buffer{};
    const bool is_plain = std::abs(number) < kPlainMax;
    const auto format = is_plain && std::trunc(number) == number ? std::chars_format::fixed
                                                                 : std::chars_format::general;
    const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format);
    std::string text(buffer.data(), done.ptr);
    return text == "-0" ? "0" : text;
}

}  // namespace ferry::declarative
