#pragma once
// The structures of an ELF file, read from its bytes, whatever they are: nothing of it is loaded,
// and no offset in it is believed.

#include "plugin/refusal.h"

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::plugin {

/// A shared library of this machine. Looks at the bytes, which must outlive it. Threads: any.
class ElfFile {
  public:
    struct Section {
        std::string_view name;
        Elf64_Shdr header;
    };

    /// Refusals: elf-malformed, elf-machine, and elf-section-missing if no section has a name.
    static Loaded<ElfFile> open(std::string_view bytes);

    const std::vector<Elf64_Phdr>& segments() const noexcept { return segments_; }
    /// The first section with this name, or nullptr.
    const Section* section(std::string_view name) const noexcept;
    /// `size` bytes at `offset`; nullopt if the file does not reach so far.
    std::optional<std::string_view> slice(std::uint64_t offset, std::uint64_t size) const noexcept;
    /// What a section holds; nullopt if it lies outside of the file or has no bytes in it.
    std::optional<std::string_view> content(const Section& section) const noexcept;
    /// The structure at `offset`; copied, because nothing in a file is sure to be aligned.
    template <typename T>
    std::optional<T> structureAt(std::uint64_t offset) const {
        const auto bytes = slice(offset, sizeof(T));
        if (!bytes) return std::nullopt;
        T value;
        std::memcpy(&value, bytes->data(), sizeof value);
        return value;
    }

  private:
    explicit ElfFile(std::string_view bytes) : bytes_(bytes) {}
    Loaded<void> readSections(const Elf64_Ehdr& head);
    Loaded<void> readSegments(const Elf64_Ehdr& head);

    std::string_view bytes_;
    std::vector<Section> sections_;
    std::vector<Elf64_Phdr> segments_;
};

/// The text at `offset` of a string table, up to its NUL; nullopt if there is none within
/// 16 KiB.
std::optional<std::string_view> elfText(std::string_view strings, std::uint64_t offset) noexcept;

}  // namespace ferry::plugin
