#include "isolation/frame.h"

#include "base/utf8.h"

namespace ferry::isolation {

std::size_t frameLength(std::string_view begin) noexcept {
    std::size_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        length |= std::size_t{static_cast<unsigned char>(begin[i])} << (8 * i);
    return length;
}

std::uint64_t FrameReader::takeNumber(std::size_t size) {
    if (rest_.size() < size) refuse("the frame is too short");
    if (!isGood()) return 0;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i)
        number |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(size);
    return number;
}

void FrameReader::takeText(std::string& into, bool must_be_utf8) {
    const auto size = static_cast<std::size_t>(takeNumber(4));
    if (size > rest_.size()) refuse("a text is longer than its frame");
    if (!isGood()) return;
    const std::string_view text = rest_.substr(0, size);
    if (must_be_utf8 && !isPlainText(text))
        return refuse("a text is not UTF-8");
    into.assign(text);
    rest_.remove_prefix(size);
}

}  // namespace ferry::isolation
