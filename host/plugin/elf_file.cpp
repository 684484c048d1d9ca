#include "plugin/elf_file.h"

#include <fmt/format.h>

#include <bit>

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

tl::unexpected<Refusal> malformed(std::string_view why) {
    return refuse(
        "elf-malformed",
        fmt::format(
            "not a usable shared library: {}; copy the file again or rebuild the plugin", why
        )
    );
}

/// `offset` + `index` * `size`, nullopt if that is no number of 64 bits.
std::optional<std::uint64_t> placeOf(
    std::uint64_t offset, std::uint64_t index, std::uint64_t size
) {
    // Indexes have 16 bits and sizes are those of structures, so only the sum can overflow.
    if (offset > UINT64_MAX - index * size) return std::nullopt;
    return offset + index * size;
}

}  // namespace

std::optional<std::string_view> elfText(std::string_view strings, std::uint64_t offset) noexcept {
    if (offset >= strings.size()) return std::nullopt;
    // No longer than this, so that a hostile file of many names is read in a moment.
    constexpr std::size_t kTextBytesMax = 16u << 10;
    const std::string_view rest = strings.substr(offset, kTextBytesMax);
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    return rest.substr(0, end);
}

Loaded<ElfFile> ElfFile::open(std::string_view bytes) {
    ElfFile file(bytes);
    const auto head = file.structureAt<Elf64_Ehdr>(0);
    if (!head) return malformed("too short");
    if (std::memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) return malformed("not an ELF file");
    if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_ident[EI_DATA] != ELFDATA2LSB ||
        head->e_machine != kMachine)
        return refuse(
            "elf-machine",
            "the library was built for another kind of machine; build it for this one"
        );
    if (head->e_type != ET_DYN) return malformed("not a shared library");
    if (auto good = file.readSegments(*head); !good)
        return tl::unexpected<Refusal>(std::move(good.error()));
    if (auto good = file.readSections(*head); !good)
        return tl::unexpected<Refusal>(std::move(good.error()));
    return file;
}

Loaded<void> ElfFile::readSegments(const Elf64_Ehdr& head) {
    if (head.e_phnum != 0 && head.e_phentsize != sizeof(Elf64_Phdr))
        return malformed("strange program headers");
    for (unsigned i = 0; i < head.e_phnum; ++i) {
        const auto place = placeOf(head.e_phoff, i, sizeof(Elf64_Phdr));
        const auto segment = place ? structureAt<Elf64_Phdr>(*place) : std::nullopt;
        if (!segment) return malformed("the program headers lie outside of the file");
        segments_.push_back(*segment);
    }
    return {};
}

Loaded<void> ElfFile::readSections(const Elf64_Ehdr& head) {
    if (head.e_shnum != 0 && head.e_shentsize != sizeof(Elf64_Shdr))
        return malformed("strange section headers");
    if (head.e_shnum == 0 || head.e_shstrndx >= head.e_shnum)
        return refuse(
            "elf-section-missing",
            "the library has no section names, so it can't be recognised; build it with "
            "ferry_add_plugin()"
        );
    for (unsigned i = 0; i < head.e_shnum; ++i) {
        const auto place = placeOf(head.e_shoff, i, sizeof(Elf64_Shdr));
        const auto section = place ? structureAt<Elf64_Shdr>(*place) : std::nullopt;
        if (!section) return malformed("the section headers lie outside of the file");
        sections_.push_back({{}, *section});
    }
    const Elf64_Shdr& names = sections_[head.e_shstrndx].header;
    const auto strings = slice(names.sh_offset, names.sh_size);
    if (!strings) return malformed("the section names lie outside of the file");
    for (Section& section : sections_)
        section.name = elfText(*strings, section.header.sh_name).value_or(std::string_view());
    return {};
}

const ElfFile::Section* ElfFile::section(std::string_view name) const noexcept {
    for (const Section& section : sections_)
        if (section.name == name) return &section;
    return nullptr;
}

std::optional<std::string_view> ElfFile::slice(std::uint64_t offset, std::uint64_t size)
    const noexcept {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    return bytes_.substr(offset, size);
}

std::optional<std::string_view> ElfFile::content(const Section& section) const noexcept {
    if (section.header.sh_type == SHT_NOBITS) return std::nullopt;
    return slice(section.header.sh_offset, section.header.sh_size);
}

}  // namespace ferry::plugin
