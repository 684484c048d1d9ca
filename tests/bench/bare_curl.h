#pragma once
// What libcurl reaches by itself: the bound of deliveries.

#include <cstddef>
#include <cstdint>
#include <string>

namespace ferry::bench {

/// POSTs `body` `count` times to `url`, `connections` at a time on kept connections, from one
/// thread that does nothing else. Requests a second; 0 if one of them failed.
double barePosts(
    const std::string& url, const std::string& body, std::size_t connections, std::uint64_t count
);

}  // namespace ferry::bench
