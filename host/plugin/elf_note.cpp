#include "plugin/elf_note.h"

#include "base/utf8.h"

#include <ferry/abi/entry.h>

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace ferry::plugin {
namespace {

static_assert(std::endian::native == std::endian::little);
#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#else
#error "name the ELF machine of this platform"
#endif

/// `size` bytes at `offset`, nullopt if the file does not reach so far.
std::optional<std::string_view> slice(
    std::string_view file, std::uint64_t offset, std::uint64_t size
) {
    if (offset > file.size() || size > file.size() - offset) return std::nullopt;
    return file.substr(offset, size);
}

/// The structure at `offset`; copied, because nothing in a file is sure to be aligned.
template <typename T>
std::optional<T> structureAt(std::string_view file, std::uint64_t offset) {
    const auto bytes = slice(file, offset, sizeof(T));
    if (!bytes) return std::nullopt;
    T value;
    std::memcpy(&value, bytes->data(), sizeof value);
    return value;
}

std::optional<Elf64_Shdr> sectionAt(std::string_view file, const Elf64_Ehdr& head, unsigned index) {
    // The index has 16 bits and the size is checked, so only the sum with e_shoff can overflow.
    const std::uint64_t offset = std::uint64_t{index} * sizeof(Elf64_Shdr);
    if (head.e_shoff > UINT64_MAX - offset) return std::nullopt;
    return structureAt<Elf64_Shdr>(file, head.e_shoff + offset);
}

/// Is the name at `offset` of the string table exactly `wanted`?
bool nameIs(std::string_view strings, std::uint32_t offset, std::string_view wanted) {
    const auto name = slice(strings, offset, wanted.size() + 1);
    return name && name->substr(0, wanted.size()) == wanted && name->back() == '\0';
}

/// The text of a fixed array; nullopt if it has no end, no content or strange characters.
template <std::size_t N>
std::optional<std::string> textOf(const char (&array)[N]) {
    const char* end = std::find(array, array + N, '\0');
    std::string text(array, end);
    const bool is_plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c >= 0x20 && c < 0x7f;
    });
    if (end == array + N || text.empty() || !is_plain) return std::nullopt;
    return text;
}

Loaded<ElfNote> parseNote(std::string_view section) {
    const auto note = structureAt<ferry_plugin_note>(section, 0);
    const auto refused = [](std::string_view why) {
        return refuse(
            "elf-note-malformed",
            fmt::format("section {} {}; rebuild the plugin with the SDK", FERRY_NOTE_SECTION, why)
        );
    };
    if (!note) return refused("is too short");
    if (std::memcmp(note->magic, FERRY_NOTE_MAGIC, sizeof note->magic) != 0)
        return refused("does not begin with FERRYPLG");
    if (note->note_size < sizeof *note || note->note_size > section.size())
        return refused("names a wrong size");
    auto id = textOf(note->id);
    auto version = textOf(note->version);
    auto toolchain = textOf(note->toolchain);
    if (!id || !version || !toolchain) return refused("has an unreadable id, version or toolchain");
    return ElfNote{
        note->abi_major,
        note->abi_minor,
        std::move(*id),
        std::move(*version),
        std::move(*toolchain)};
}

}  // namespace

Loaded<ElfNote> readElfNote(std::string_view file) {
    const auto malformed = [](std::string_view why) {
        return refuse(
            "elf-malformed",
            fmt::format(
                "not a usable shared library: {}; copy the file again or rebuild the plugin", why
            )
        );
    };
    const auto head = structureAt<Elf64_Ehdr>(file, 0);
    if (!head) return malformed("too short");
    if (std::memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) return malformed("not an ELF file");
    if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_ident[EI_DATA] != ELFDATA2LSB ||
        head->e_machine != kMachine)
        return refuse(
            "elf-machine",
            "the library was built for another kind of machine; build it for this one"
        );
    if (head->e_type != ET_DYN) return malformed("not a shared library");
    if (head->e_shnum != 0 && head->e_shentsize != sizeof(Elf64_Shdr))
        return malformed("strange section headers");
    if (head->e_shnum == 0 || head->e_shstrndx >= head->e_shnum)
        return refuse(
            "elf-section-missing",
            "the library has no section names, so it can't be recognised; build it with "
            "ferry_add_plugin()"
        );
    const auto names = sectionAt(file, *head, head->e_shstrndx);
    if (!names) return malformed("the section headers lie outside of the file");
    const auto strings = slice(file, names->sh_offset, names->sh_size);
    if (!strings) return malformed("the section names lie outside of the file");

    for (unsigned i = 0; i < head->e_shnum; ++i) {
        const auto section = sectionAt(file, *head, i);
        if (!section) return malformed("the section headers lie outside of the file");
        if (!nameIs(*strings, section->sh_name, FERRY_NOTE_SECTION)) continue;
        if (section->sh_type != SHT_PROGBITS) return malformed("the note section has no content");
        const auto content = slice(file, section->sh_offset, section->sh_size);
        if (!content) return malformed("the note lies outside of the file");
        return parseNote(*content);
    }
    return refuse(
        "elf-section-missing",
        fmt::format(
            "no section {}: this is not a Ferry plugin; build it with ferry_add_plugin()",
            FERRY_NOTE_SECTION
        )
    );
}

}  // namespace ferry::plugin
