#include "plugin/elf_note.h"

#include "plugin/elf_file.h"

#include <ferry/abi/entry.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace ferry::plugin {
namespace {

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
    const auto refused = [](std::string_view why) {
        return refuse(
            "elf-note-malformed",
            fmt::format("section {} {}; rebuild the plugin with the SDK", FERRY_NOTE_SECTION, why)
        );
    };
    ferry_plugin_note note;
    if (section.size() < sizeof note) return refused("is too short");
    std::memcpy(&note, section.data(), sizeof note);
    if (std::memcmp(note.magic, FERRY_NOTE_MAGIC, sizeof note.magic) != 0)
        return refused("does not begin with FERRYPLG");
    if (note.note_size < sizeof note || note.note_size > section.size())
        return refused("names a wrong size");
    auto id = textOf(note.id);
    auto version = textOf(note.version);
    auto toolchain = textOf(note.toolchain);
    if (!id || !version || !toolchain) return refused("has an unreadable id, version or toolchain");
    return ElfNote{
        note.abi_major, note.abi_minor, std::move(*id), std::move(*version), std::move(*toolchain)};
}

}  // namespace

Loaded<ElfNote> readElfNote(std::string_view bytes) {
    const auto file = ElfFile::open(bytes);
    if (!file) return tl::unexpected<Refusal>(file.error());
    const ElfFile::Section* section = file->section(FERRY_NOTE_SECTION);
    if (section == nullptr)
        return refuse(
            "elf-section-missing",
            fmt::format(
                "no section {}: this is not a Ferry plugin; build it with ferry_add_plugin()",
                FERRY_NOTE_SECTION
            )
        );
    const auto content = file->content(*section);
    if (section->header.sh_type != SHT_PROGBITS || !content)
        return refuse(
            "elf-malformed",
            fmt::format(
                "not a usable shared library: section {} has no content in the file; copy the file "
                "again or rebuild the plugin",
                FERRY_NOTE_SECTION
            )
        );
    return parseNote(*content);
}

}  // namespace ferry::plugin
