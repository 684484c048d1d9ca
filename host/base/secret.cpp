#include "base/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace ferry {

Secret::~Secret() {
    wipe(value_);
}

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        wipe(value_);
        value_ = other.value_;
    }
    return *this;
}

// A short string lives inside the object, so a move leaves its bytes behind: wipe the source.
Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
    wipe(other.value_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(value_);
        value_ = std::move(other.value_);
        wipe(other.value_);
    }
    return *this;
}

bool operator==(const Secret& a, const Secret& b) noexcept {
    return equalConstantTime(a.value_, b.value_);
}

bool equalConstantTime(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace ferry
