#pragma once
// Names and tags come from callers and are shown in consoles and mails: markup is taken out of
// them, as the original did.

#include <string>
#include <string_view>

namespace ferry::api {

/// `text` without markup: elements are dropped and their text kept, but for scripts and styles,
/// which go whole. Control characters become spaces; spaces at both ends go. A '<' that begins no
/// markup stays. What is left never has markup, whatever was nested how.
std::string toPlainText(std::string_view text);

}  // namespace ferry::api
