#pragma once
// FERRY_PLUGIN: what makes a plugin class a plugin file.

#include <ferry/adapter.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ferry::sdk::detail {

#if defined(__clang__)
inline constexpr std::string_view kToolchain = __VERSION__;
#elif defined(__GNUC__)
inline constexpr std::string_view kToolchain = "gcc " __VERSION__;
#else
inline constexpr std::string_view kToolchain = "unknown";
#endif

template <std::size_t N>
constexpr void copyText(char (&to)[N], std::string_view from) noexcept {
    for (std::size_t i = 0; i + 1 < N && i < from.size(); ++i)
        to[i] = from[i];
}

constexpr bool isIdCharacter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

constexpr bool suits(const ferry_host& host, std::uint32_t abi_minor) noexcept {
    return host.abi_major == FERRY_ABI_MAJOR && host.abi_minor >= abi_minor;
}

/// The note of the ELF section. A bad id or version does not compile.
consteval ferry_plugin_note makeNote(std::string_view id, std::string_view version) {
    ferry_plugin_note note{};
    if (id.empty() || id.size() >= sizeof note.id) throw "the id must have 1 to 63 characters";
    for (char c : id)
        if (!isIdCharacter(c)) throw "the id may have a-z, 0-9, '.', '-' and '_' only";
    if (version.empty() || version.size() >= sizeof note.version)
        throw "the version must have 1 to 31 characters";
    for (std::size_t i = 0; i < sizeof note.magic; ++i)
        note.magic[i] = FERRY_NOTE_MAGIC[i];
    note.note_size = sizeof note;
    note.abi_major = FERRY_ABI_MAJOR;
    note.abi_minor = FERRY_ABI_TARGET;
    copyText(note.id, id);
    copyText(note.version, version);
    copyText(note.toolchain, kToolchain);
    return note;
}

}  // namespace ferry::sdk::detail

/// Once in a plugin, outside of any namespace: the class, its id and its version, which must be
/// those of connector.yaml. Emits the one exported symbol and the ELF section.
#define FERRY_PLUGIN(Class, id, version)                                                 \
    extern "C" {                                                                         \
    [[gnu::section(".ferry_plugin"),                                                     \
      gnu::used,                                                                         \
      gnu::retain]] static constinit const ferry_plugin_note ferry_plugin_note_v1 =      \
        ::ferry::sdk::detail::makeNote(id, version);                                     \
    [[gnu::visibility("default")]] const ferry_module* ferry_plugin_entry_v1(            \
        const ferry_host* host                                                           \
    ) noexcept {                                                                         \
        static constexpr ferry_module module =                                           \
            ::ferry::sdk::detail::Adapter<Class>::module(id, version);                   \
        return ::ferry::sdk::detail::suits(*host, FERRY_ABI_TARGET) ? &module : nullptr; \
    }                                                                                    \
    }                                                                                    \
    static_assert(true, "a semicolon goes here")
