#pragma once
// What texts of a plugin have to be that go into requests, topics and names of types.

#include "base/ascii.h"

#include <algorithm>
#include <string_view>

namespace ferry::plugin {

/// A method or the name of a header (RFC 9110, 5.6.2).
inline bool isHttpToken(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

/// Nothing in it ends the header.
inline bool isHeaderValue(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return isControl(c) && c != '\t';
    });
}

/// Leads to the web, and nowhere else.
inline bool hasHttpScheme(std::string_view url) noexcept {
    return url.starts_with("https://") || url.starts_with("http://");
}

/// An encoded http or https URL.
inline bool isHttpUrl(std::string_view url) noexcept {
    return hasHttpScheme(url) && std::none_of(url.begin(), url.end(), [](char c) {
               return isControl(c) || c == ' ' || static_cast<unsigned char>(c) >= 0x80;
           });
}

/// Goes into topics and types of events; may be empty.
inline bool isTypeName(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

}  // namespace ferry::plugin
