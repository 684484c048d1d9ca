#include "plugin_check/elf_dynamics.h"

#include <algorithm>

namespace ferry::plugin_check {
namespace {

using plugin::ElfFile;

template <typename T>
std::vector<T> arrayOf(const ElfFile& file, std::string_view section_name) {
    std::vector<T> items;
    const ElfFile::Section* section = file.section(section_name);
    if (section == nullptr) return items;
    const auto content = file.content(*section);
    if (!content) return items;
    items.resize(content->size() / sizeof(T));
    if (!items.empty()) std::memcpy(items.data(), content->data(), items.size() * sizeof(T));
    return items;
}

std::string_view stringsOf(const ElfFile& file) {
    const ElfFile::Section* section = file.section(".dynstr");
    if (section == nullptr) return {};
    return file.content(*section).value_or(std::string_view());
}

void readTable(const ElfFile& file, std::string_view strings, ElfDynamics& found) {
    for (const Elf64_Dyn& entry : arrayOf<Elf64_Dyn>(file, ".dynamic")) {
        const std::uint64_t value = entry.d_un.d_val;
        const std::string_view text = plugin::elfText(strings, value).value_or(std::string_view());
        switch (entry.d_tag) {
            case DT_NULL:
                return;
            case DT_NEEDED:
                found.needed.emplace_back(text);
                break;
            case DT_RPATH:
            case DT_RUNPATH:
                found.run_path = text;
                break;
            case DT_TEXTREL:
                found.has_text_relocations = true;
                break;
            case DT_BIND_NOW:
                found.binds_now = true;
                break;
            case DT_FLAGS:
                if ((value & DF_TEXTREL) != 0) found.has_text_relocations = true;
                if ((value & DF_BIND_NOW) != 0) found.binds_now = true;
                break;
            case DT_FLAGS_1:
                if ((value & DF_1_NOW) != 0) found.binds_now = true;
                if ((value & DF_1_NODELETE) != 0) found.is_never_unloaded = true;
                break;
            case DT_INIT_ARRAYSZ:
                found.constructors = value / sizeof(Elf64_Addr);
                break;
            default:
                break;
        }
    }
}

void readSymbols(const ElfFile& file, std::string_view strings, ElfDynamics& found) {
    for (const Elf64_Sym& symbol : arrayOf<Elf64_Sym>(file, ".dynsym")) {
        const auto name = plugin::elfText(strings, symbol.st_name);
        if (!name || name->empty()) continue;
        const unsigned char visibility = ELF64_ST_VISIBILITY(symbol.st_other);
        found.symbols.push_back(
            {*name,
             static_cast<unsigned char>(ELF64_ST_BIND(symbol.st_info)),
             static_cast<unsigned char>(ELF64_ST_TYPE(symbol.st_info)),
             symbol.st_shndx != SHN_UNDEF,
             visibility == STV_HIDDEN || visibility == STV_INTERNAL}
        );
    }
}

/// The versions of symbols that the library asks others for.
void readVersions(const ElfFile& file, std::string_view strings, ElfDynamics& found) {
    const ElfFile::Section* section = file.section(".gnu.version_r");
    if (section == nullptr) return;
    // Each file that is needed, and behind it each version. Chained by offsets that only grow, so
    // that the size of the section ends every walk.
    std::uint64_t need_at = 0;
    while (need_at < section->header.sh_size) {
        const auto need = file.structureAt<Elf64_Verneed>(section->header.sh_offset + need_at);
        if (!need) return;
        std::uint64_t version_at = need_at + need->vn_aux;
        for (unsigned i = 0; i < need->vn_cnt && version_at < section->header.sh_size; ++i) {
            const auto version =
                file.structureAt<Elf64_Vernaux>(section->header.sh_offset + version_at);
            if (!version) return;
            if (const auto name = plugin::elfText(strings, version->vna_name))
                found.needed_versions.emplace_back(*name);
            if (version->vna_next == 0) break;
            version_at += version->vna_next;
        }
        if (need->vn_next == 0) return;
        need_at += need->vn_next;
    }
}

}  // namespace

bool ElfSymbol::isOfSanitizer() const noexcept {
    return name.starts_with("__asan_") || name.starts_with("__tsan_") ||
           name.starts_with("__ubsan_");
}

bool ElfDynamics::isSanitized() const noexcept {
    return std::any_of(symbols.begin(), symbols.end(), [](const ElfSymbol& symbol) {
        return !symbol.is_defined && symbol.isOfSanitizer();
    });
}

ElfDynamics readDynamics(const ElfFile& file) {
    ElfDynamics found;
    const std::string_view strings = stringsOf(file);
    readTable(file, strings, found);
    readSymbols(file, strings, found);
    readVersions(file, strings, found);
    for (const Elf64_Phdr& segment : file.segments()) {
        if (segment.p_type == PT_GNU_RELRO) found.has_read_only_relocations = true;
        if (segment.p_type == PT_GNU_STACK)
            found.is_stack_executable = (segment.p_flags & PF_X) != 0;
    }
    return found;
}

}  // namespace ferry::plugin_check
