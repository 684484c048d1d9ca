// Goal: the note is read from good files, and no file, however broken, does more than be refused.
// Method: a real plugin is cut at every length and changed at seeded places; ASan watches.
#include "plugin/elf_note.h"

#include "plugin_fixture.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

namespace ferry::plugin::test {
namespace {

std::string fileBytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string goodFile() {
    return fileBytes(testPlugins() / "bad/good.so");
}

TEST(ElfNote, ReadsIdVersionAndAbi) {
    const auto note = readElfNote(fileBytes(testPlugins() / "sample/libsample.so"));
    ASSERT_TRUE(note) << note.error().message;
    EXPECT_EQ(note->id, "sample");
    EXPECT_EQ(note->version, "1.2.3");
    EXPECT_EQ(note->abi_major, 1u);
    EXPECT_EQ(note->abi_minor, 0u);
    EXPECT_TRUE(note->toolchain.starts_with("gcc ") || note->toolchain.starts_with("Clang"));
}

TEST(ElfNote, EveryCutFileIsRefused) {
    const std::string whole = goodFile();
    ASSERT_GT(whole.size(), 1000u);
    // The section headers come last in the file, so none of its beginnings is complete.
    for (std::size_t size = 0; size < whole.size(); size += size < 256 ? 1 : 61) {
        // An exact copy on the heap, so that a read beyond its end is seen.
        const std::string cut(whole, 0, size);
        EXPECT_FALSE(readElfNote(cut)) << "cut at " << size;
    }
}

TEST(ElfNote, ChangedFilesNeverDoHarm) {
    const std::string whole = goodFile();
    const unsigned seed = 20'240'601;
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Elf64_Ehdr head;
    std::memcpy(&head, whole.data(), sizeof head);
    for (int round = 0; round < 20'000; ++round) {
        std::string changed = whole;
        for (unsigned i = 0; i < 1 + random() % 4; ++i) {
            // Half of the changes in the ELF header, half in the section headers.
            const std::size_t base = random() % 2 == 0 ? 0 : head.e_shoff;
            const std::size_t span = base == 0 ? sizeof head : whole.size() - head.e_shoff;
            changed[base + random() % span] =
                static_cast<char>(random() % 3 == 0 ? 0xff : random());
        }
        const auto note = readElfNote(changed);
        EXPECT_TRUE(note || !note.error().rule.empty());
    }
}

TEST(ElfNote, OtherMachinesAndOtherFilesHaveTheirOwnRules) {
    std::string arm = goodFile();
    arm[offsetof(Elf64_Ehdr, e_machine)] = EM_ARM;
    EXPECT_EQ(readElfNote(arm).error().rule, "elf-machine");
    std::string program = goodFile();
    program[offsetof(Elf64_Ehdr, e_type)] = ET_EXEC;
    EXPECT_EQ(readElfNote(program).error().rule, "elf-malformed");
    EXPECT_EQ(
        readElfNote("#!/bin/sh\necho this is no library, whatever its name may say ----")
            .error()
            .rule,
        "elf-malformed"
    );
    EXPECT_EQ(readElfNote("").error().rule, "elf-malformed");
}

}  // namespace
}  // namespace ferry::plugin::test
