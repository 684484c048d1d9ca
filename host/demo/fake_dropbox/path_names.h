#pragma once
// Paths as Dropbox writes them: "" is the root, "/a/b" else. path_lower is the key of everything.

#include <optional>
#include <string>
#include <string_view>

namespace ferry::demo {

/// The key of `path`: common Latin letters composed (a subset of NFC: a base letter and one of the
/// usual accents), then each character lower-cased by itself (so "ΣΣ" gives "σσ").
std::string lowerPath(std::string_view path);

/// "/a/b" -> "/a"; "/a" -> "".
std::string_view parentOf(std::string_view path);

/// "/a/b" -> "b".
std::string_view nameOf(std::string_view path);

/// Why `path` is not one a file or folder can have, or nullopt: "/", no leading slash, an empty
/// component, a component over 255 bytes or "." or "..", not UTF-8. "" is right (the root).
std::optional<std::string> pathProblem(std::string_view path);

/// True for `folder` itself and all below it; both are keys.
bool isAtOrBelow(std::string_view path, std::string_view folder);

}  // namespace ferry::demo
