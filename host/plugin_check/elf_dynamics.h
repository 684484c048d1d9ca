#pragma once
// What the dynamic loader will make of a library, read from its file.

#include "plugin/elf_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::plugin_check {

struct ElfSymbol {
    std::string_view name;
    unsigned char binding = 0;  ///< STB_...
    unsigned char type = 0;     ///< STT_...
    bool is_defined = false;
    bool is_hidden = false;  ///< for others than this library

    /// Of the runtime of a sanitizer, by its name.
    bool isOfSanitizer() const noexcept;
};

struct ElfDynamics {
    std::vector<std::string> needed;  ///< DT_NEEDED
    std::string run_path;             ///< DT_RPATH or DT_RUNPATH; empty: none
    bool has_text_relocations = false;
    bool binds_now = false;
    bool is_never_unloaded = false;
    bool has_read_only_relocations = false;    ///< PT_GNU_RELRO
    std::optional<bool> is_stack_executable;   ///< nullopt: it does not say
    std::size_t constructors = 0;              ///< entries of .init_array
    std::vector<ElfSymbol> symbols;            ///< of .dynsym, without the empty one
    std::vector<std::string> needed_versions;  ///< such as "GLIBC_2.34"

    /// Was it built with a sanitizer? Then it holds more than its author wrote.
    bool isSanitized() const noexcept;
};

/// As far as the file can be read; texts look at its bytes.
ElfDynamics readDynamics(const plugin::ElfFile& file);

}  // namespace ferry::plugin_check
