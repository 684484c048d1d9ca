#pragma once
// A string that must not be seen: it prints as ***, is wiped when it ends, and compares in
// constant time.

#include <ostream>
#include <string>
#include <string_view>

namespace ferry {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    ~Secret();
    Secret(const Secret&) = default;
    Secret& operator=(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;

    /// The text itself. Named so that each use can be found.
    const std::string& reveal() const noexcept { return value_; }
    bool empty() const noexcept { return value_.empty(); }

    friend bool operator==(const Secret& a, const Secret& b) noexcept;
    friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

  private:
    std::string value_;
};

/// Compares in time that depends on the lengths only.
bool equalConstantTime(std::string_view a, std::string_view b) noexcept;

/// Overwrites the bytes of `text` so that the compiler can't leave it out.
void wipe(std::string& text) noexcept;

}  // namespace ferry
