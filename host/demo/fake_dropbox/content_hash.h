#pragma once
// Dropbox's content_hash (reference: dropbox-sdk-python, dropbox/content_hash.py).

#include <string>
#include <string_view>

namespace ferry::demo {

/// Bytes that are hashed together.
inline constexpr std::size_t kContentHashBlockBytes = 4U * 1024U * 1024U;

/// SHA-256 of each 4 MiB block, the digests joined, SHA-256 of that; 64 hex digits.
std::string contentHash(std::string_view content);

}  // namespace ferry::demo
