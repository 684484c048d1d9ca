#pragma once
// From what a map, or a program, has found in a record to what the host is told.

#include "program.h"

#include <ferry/sdk.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace ferry::declarative {

// What the host takes of each; ids and the rest have 1 KiB.
inline constexpr std::size_t kNameBytesMax = 8U << 10U;
inline constexpr std::size_t kPathBytesMax = 32U << 10U;
inline constexpr std::size_t kPropertyBytesMax = 8U << 10U;
inline constexpr std::size_t kPropertiesBytesMax = 64U << 10U;
inline constexpr std::size_t kTypeNameBytesMax = 64;

/// One event. What it looks at outlives it.
struct Told {
    std::string_view word;  ///< one that eventType() knows
    sdk::Object object;
    std::string_view previous_path;
    std::optional<std::int64_t> occurred_ms;
    std::string_view object_type;  ///< of what is neither file nor folder
    std::string_view properties;   ///< JSON
};

/// The record that it is told of, and who is told.
struct Telling {
    const sdk::Call& call;
    std::size_t change;
    std::string_view record;
    const Sources& sources;
    Scratch& scratch;
    std::int64_t tolerance_ms;
    sdk::Normalizer& out;
};

/// nullopt: it is none of the words.
std::optional<sdk::EventType> eventType(std::string_view word);

sdk::ObjectType objectType(std::string_view kind);

/// The word for an object that is neither file nor folder, made fit for topics.
std::string_view typeName(std::string_view text, Scratch& scratch);

/// One output: an event, or what a poll shows.
void emit(Told told, const Telling& telling);

}  // namespace ferry::declarative
