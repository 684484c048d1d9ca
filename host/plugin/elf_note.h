#pragma once
// The note of a plugin file, read without loading any code of it.

#include "plugin/refusal.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::plugin {

/// What the ELF section .ferry_plugin says.
struct ElfNote {
    std::uint32_t abi_major = 0;
    std::uint32_t abi_minor = 0;  ///< the lowest the plugin needs
    std::string id;
    std::string version;
    std::string toolchain;  ///< for people
};

/// Reads the note from the bytes of a file, whatever they are.
/// Refusals: elf-malformed, elf-machine, elf-section-missing, elf-note-malformed.
Loaded<ElfNote> readElfNote(std::string_view bytes);

}  // namespace ferry::plugin
