#include "http/request_ids.h"

#include "base/encoding.h"

namespace ferry::http {

std::string RequestIds::next() {
    char bytes[12];
    const std::uint32_t number = count_.fetch_add(1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>(seed_ >> (56 - 8 * i));
    for (std::size_t i = 0; i < 4; ++i)
        bytes[8 + i] = static_cast<char>(number >> (24 - 8 * i));
    return hexEncode(std::string_view(bytes, sizeof bytes));
}

}  // namespace ferry::http
