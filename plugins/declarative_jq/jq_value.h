#pragma once
// Values of libjq, which are counted by hand there and by their lifetime here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

extern "C" {
#include <jq.h>
}

namespace ferry::declarative {

/// Deeper JSON is not taken: libjq goes down it by recursion.
inline constexpr std::size_t kJsonDepthMax = 200;

/// One reference to a value. Threads: one.
class Jv {
  public:
    Jv() : value_(jv_invalid()) {}
    /// Takes the reference over.
    explicit Jv(jv value) : value_(value) {}
    Jv(const Jv& other) : value_(jv_copy(other.value_)) {}
    Jv(Jv&& other) noexcept : value_(std::exchange(other.value_, jv_invalid())) {}
    Jv& operator=(Jv other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Jv() { jv_free(value_); }

    static Jv text(std::string_view text) {
        return Jv(jv_string_sized(text.data(), static_cast<int>(text.size())));
    }

    jv_kind kind() const { return jv_get_kind(value_); }
    bool isValid() const { return kind() != JV_KIND_INVALID; }
    /// For functions of libjq, which take over what they are given.
    jv copy() const { return jv_copy(value_); }
    jv release() { return std::exchange(value_, jv_invalid()); }
    double number() const { return jv_number_value(value_); }
    /// Of a text; lives as long as the value.
    std::string_view view() const {
        return {jv_string_value(value_), static_cast<std::size_t>(jv_string_length_bytes(copy()))};
    }

  private:
    jv value_;
};

/// JSON as a program sees it: an integer that a double does not hold exactly is a text. nullopt: it
/// is no JSON, or deeper than kJsonDepthMax.
std::optional<Jv> parseExactly(std::string_view json);

/// As JSON has it, with no more digits than are needed; empty if it is none that JSON has.
std::string numberText(double number);

}  // namespace ferry::declarative
