#pragma once
// How values lie in a frame: integers of eight bytes, little-endian; texts and lists with their
// length before them. What a type consists of, its `fields` says, once for both directions.

#include "base/clock.h"
#include "base/secret.h"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ferry::isolation {

/// Matches T and const T: a function of it serves the writer and the reader.
template <typename T, typename U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

/// A text that may hold any bytes.
template <typename Text>
struct Bytes {
    Text& content;
};
template <typename Text>
Bytes(Text&) -> Bytes<Text>;

/// A list of such texts.
template <typename List>
struct BytesList {
    List& items;
};
template <typename List>
BytesList(List&) -> BytesList<List>;

/// How many values an enum has, from 0 on.
template <typename E>
inline constexpr std::uint8_t kEnumCount = 0;

/// Before each frame: how long it is.
inline constexpr std::size_t kLengthBytes = 4;

/// The length that the first bytes of a frame tell; there are kLengthBytes at least.
std::size_t frameLength(std::string_view begin) noexcept;

/// Makes a frame. What it wrote is wiped when it ends: there may be tokens in it.
class FrameWriter {
  public:
    FrameWriter() : bytes_(kLengthBytes, '\0') {}
    ~FrameWriter() { wipe(bytes_); }
    FrameWriter(const FrameWriter&) = delete;
    FrameWriter& operator=(const FrameWriter&) = delete;

    void operator()(const auto&... values) { (put(values), ...); }
    /// Only a reader judges.
    void require(bool, std::string_view) {}
    std::string_view content() const noexcept {
        return std::string_view(bytes_).substr(kLengthBytes);
    }
    /// With the length before it, as it is sent.
    std::string_view framed() noexcept {
        for (std::size_t i = 0; i < kLengthBytes; ++i)
            bytes_[i] = static_cast<char>(content().size() >> (8 * i));
        return bytes_;
    }

  private:
    template <typename T>
    void put(const T& value) {
        if constexpr (std::is_same_v<T, bool> || std::is_enum_v<T>) {
            bytes_.push_back(static_cast<char>(value));
        } else if constexpr (std::is_integral_v<T>) {
            putNumber(static_cast<std::uint64_t>(value), 8);
        } else if constexpr (std::is_same_v<T, std::string>) {
            putText(value);
        } else if constexpr (std::is_same_v<T, Secret>) {
            putText(value.reveal());
        } else if constexpr (std::is_same_v<T, TimePoint>) {
            putNumber(static_cast<std::uint64_t>(toEpochMilliseconds(value)), 8);
        } else if constexpr (std::is_same_v<T, Milliseconds>) {
            putNumber(static_cast<std::uint64_t>(value.count()), 8);
        } else {
            fields(*this, value);
        }
    }
    template <typename Text>
    void put(const Bytes<Text>& value) {
        putText(value.content);
    }
    template <typename List>
    void put(const BytesList<List>& list) {
        putNumber(list.items.size(), 4);
        for (const std::string& item : list.items)
            putText(item);
    }
    template <typename T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) put(*value);
    }
    /// Read as an optional.
    template <typename T>
    void put(const T* const& value) {
        put(value != nullptr);
        if (value != nullptr) put(*value);
    }
    template <typename T>
    void put(const std::vector<T>& values) {
        putNumber(values.size(), 4);
        for (const T& value : values)
            put(value);
    }
    template <typename A, typename B>
    void put(const std::pair<A, B>& value) {
        put(value.first);
        put(value.second);
    }
    template <typename... T>
    void put(const std::variant<T...>& value) {
        bytes_.push_back(static_cast<char>(value.index()));
        std::visit([this](const auto& item) { put(item); }, value);
    }
    void putText(std::string_view text) {
        putNumber(text.size(), 4);
        bytes_.append(text);
    }
    void putNumber(std::uint64_t number, int size) {
        for (int i = 0; i < size; ++i)
            bytes_.push_back(static_cast<char>(number >> (8 * i)));
    }

    std::string bytes_;
};

/// Who made the frame.
enum class Sender : std::uint8_t {
    Hub,     ///< taken as it is
    Plugin,  ///< may be anything: texts must be UTF-8, and what `require` asks for must be so
};

/// Takes a frame apart. After the first fault nothing more is read, and values stay as they are.
class FrameReader {
  public:
    /// `bytes` outlive it.
    FrameReader(std::string_view bytes, Sender sender) : rest_(bytes), sender_(sender) {}

    /// Reads the values in their order. False after a fault.
    bool operator()(auto&&... values) {
        (take(values), ...);
        return isGood();
    }
    void require(bool is_met, std::string_view what) {
        if (!is_met && sender_ == Sender::Plugin) refuse(what);
    }
    Sender sender() const noexcept { return sender_; }
    bool isGood() const noexcept { return problem_.empty(); }
    /// Good, and nothing is left.
    bool isDone() const noexcept { return isGood() && rest_.empty(); }
    /// Bytes that were not read.
    std::size_t left() const noexcept { return rest_.size(); }
    std::string_view problem() const noexcept { return problem_; }
    void refuse(std::string_view what) {
        if (problem_.empty()) problem_ = what;
    }

  private:
    /// A list of a plugin has no more items than that, of a page with as many results as it may
    /// have; pages have limits of their own.
    static constexpr std::size_t kItemsMax = 40'000;

    template <typename T>
    void take(T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = takeBelow(2) != 0;
        } else if constexpr (std::is_enum_v<T>) {
            static_assert(kEnumCount<T> > 0, "say how many values the enum has");
            value = static_cast<T>(takeBelow(kEnumCount<T>));
        } else if constexpr (std::is_integral_v<T>) {
            value = takeInteger<T>();
        } else if constexpr (std::is_same_v<T, std::string>) {
            takeText(value, sender_ == Sender::Plugin);
        } else if constexpr (std::is_same_v<T, Secret>) {
            std::string text;
            take(text);
            value = Secret(std::move(text));
        } else if constexpr (std::is_same_v<T, TimePoint>) {
            value = fromEpochMilliseconds(takeInteger<std::int64_t>());
        } else if constexpr (std::is_same_v<T, Milliseconds>) {
            value = Milliseconds(takeInteger<std::int64_t>());
        } else {
            fields(*this, value);
        }
    }
    void take(Bytes<std::string>& value) { takeText(value.content, false); }
    void take(BytesList<std::vector<std::string>>& list) {
        takeItems(list.items, [this](std::string& item) { takeText(item, false); });
    }
    template <typename T>
    void take(std::optional<T>& value) {
        value.reset();
        if (takeBelow(2) != 0) take(value.emplace());
    }
    template <typename T>
    void take(std::vector<T>& values) {
        takeItems(values, [this](T& value) { take(value); });
    }
    template <typename T, typename TakeOne>
    void takeItems(std::vector<T>& items, TakeOne take_one) {
        const auto count = static_cast<std::size_t>(takeNumber(4));
        // Each item has a byte at least.
        if (count > rest_.size()) refuse("a list is longer than its frame");
        require(count <= kItemsMax, "a list has too many items");
        items.clear();
        if (isGood()) items.reserve(std::min(count, kItemsMax));
        for (std::size_t i = 0; i < count && isGood(); ++i)
            take_one(items.emplace_back());
    }
    template <typename A, typename B>
    void take(std::pair<A, B>& value) {
        take(value.first);
        take(value.second);
    }
    template <typename... T>
    void take(std::variant<T...>& value) {
        const std::uint8_t wanted = takeBelow(sizeof...(T));
        std::uint8_t index = 0;
        const auto takeOne = [&]<typename Item>(std::type_identity<Item>) {
            if (index++ == wanted) take(value.template emplace<Item>());
        };
        (takeOne(std::type_identity<T>()), ...);
    }
    template <typename T>
    T takeInteger() {
        const std::uint64_t number = takeNumber(8);
        const auto value = static_cast<T>(number);
        if (static_cast<std::uint64_t>(value) != number) refuse("a number is out of range");
        return value;
    }
    std::uint8_t takeBelow(std::size_t count) {
        const std::uint64_t number = takeNumber(1);
        if (number >= count) refuse("a choice is unknown");
        return number < count ? static_cast<std::uint8_t>(number) : std::uint8_t{0};
    }
    std::uint64_t takeNumber(std::size_t size);
    void takeText(std::string& into, bool must_be_utf8);

    std::string_view rest_;
    const Sender sender_;
    std::string problem_;
};

}  // namespace ferry::isolation
