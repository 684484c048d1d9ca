// Goal: a signed folder is taken only as it was signed, and what is wrong is said with the file.
// Method: a table of what can be done to a folder after it was signed, and of texts that a MANIFEST
// may hold; each has its rule.

#include "plugin/folder_signature.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

namespace ferry::plugin::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Ed25519Key keyOf(char letter) {
    return *Ed25519Key::fromSeed(std::string(Ed25519Key::kSeedBytes, letter));
}

std::string contentOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class FolderSignatureTest : public testing::Test {
  protected:
    FolderSignatureTest() {
        fs::create_directories(folder_);
        write("connector.yaml", "key: acme\n");
        write("libacme.so", "ELF");
        policy_.trusted_keys = {{"release", key_.publicKey()}};
        policy_.is_required = true;
    }

    void write(const std::string& name, const std::string& content) {
        std::ofstream(folder_ / name, std::ios::binary) << content;
    }
    void sign() {
        const auto files = signFolder(folder_, key_);
        ASSERT_TRUE(files) << files.error().message;
    }
    /// A MANIFEST of this text, with a signature that is good for it.
    void signText(const std::string& text) {
        write("MANIFEST", signedManifestText(text, key_.sign(text)));
    }
    void expectRefused(const std::string& rule, const std::string& part, const std::string& what) {
        const auto verified = verifyFolder(folder_, policy_);
        ASSERT_FALSE(verified) << what;
        EXPECT_EQ(verified.error().rule, rule) << what << ": " << verified.error().message;
        EXPECT_THAT(verified.error().message, HasSubstr(part)) << what;
        EXPECT_THAT(verified.error().message, HasSubstr(folder_.string())) << what;
    }

    const ferry::test::TempDir root_;
    const fs::path folder_ = root_.path() / "acme";
    const Ed25519Key key_ = keyOf('k');
    SignaturePolicy policy_;
};

TEST_F(FolderSignatureTest, AFolderAsItWasSignedIsGood) {
    sign();
    const auto verified = verifyFolder(folder_, policy_);
    ASSERT_TRUE(verified) << verified.error().message;
    ASSERT_TRUE(*verified);
    EXPECT_EQ((*verified)->signer, "release");
    EXPECT_EQ((*verified)->digests.size(), 2U);
    EXPECT_TRUE(checkSigned(**verified, folder_ / "libacme.so", "ELF"));

    const auto changed = checkSigned(**verified, folder_ / "libacme.so", "ELG");
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().rule, "file-changed") << "what is loaded is what counts";
    EXPECT_EQ(checkSigned(**verified, folder_ / "other.so", "ELF").error().rule, "file-unlisted");
}

TEST_F(FolderSignatureTest, SignedAgainAfterAChangeItIsGoodAgain) {
    sign();
    write("libacme.so", "ELF2");
    write("README.md", "more");
    sign();
    const auto verified = verifyFolder(folder_, policy_);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ((*verified)->digests.size(), 3U);
}

TEST_F(FolderSignatureTest, EachChangeAfterwardsHasItsRule) {
    struct Case {
        const char* rule;
        const char* part;
        std::function<void()> change;
    };
    const Case kCases[] = {
        {"file-changed", "libacme.so", [&] { write("libacme.so", "elf"); }},
        {"file-changed", "connector.yaml", [&] { write("connector.yaml", "key: acme\n "); }},
        {"file-unlisted", "libmore.so", [&] { write("libmore.so", "ELF"); }},
        {"file-unlisted", ".hidden", [&] { write(".hidden", ""); }},
        {"file-unlisted", "sub", [&] { fs::create_directory(folder_ / "sub"); }},
        {"file-missing", "libacme.so", [&] { fs::remove(folder_ / "libacme.so"); }},
        {"file-unlisted",
         "libacme.so",
         [&] {
             fs::remove(folder_ / "libacme.so");
             fs::create_directory(folder_ / "libacme.so");
         }},
        {"file-changed",
         "libacme.so",
         [&] {
             fs::remove(folder_ / "libacme.so");
             fs::create_symlink("connector.yaml", folder_ / "libacme.so");
         }},
        {"signature-missing", "acme", [&] { fs::remove(folder_ / "MANIFEST"); }},
        {"signature-untrusted", "MANIFEST", [&] { ASSERT_TRUE(signFolder(folder_, keyOf('x'))); }},
        {"signature-wrong",
         "'release'",
         [&] {
             // Somebody else's signature under the name of the trusted key.
             const auto manifest = parseFolderManifest("m", contentOf(folder_ / "MANIFEST"));
             const std::string text = manifest->signed_text;
             write("MANIFEST", signedManifestText(text, keyOf('x').sign(text)));
         }},
        {"signature-wrong",
         "MANIFEST",
         [&] {
             std::string text = contentOf(folder_ / "MANIFEST");
             char& digit = text[text.find("sha256 ") + 7];
             digit = digit == '0' ? '1' : '0';
             write("MANIFEST", text);
         }},
        {"signature-malformed", "MANIFEST:1", [&] { write("MANIFEST", ""); }},
    };
    for (const Case& one : kCases) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        write("connector.yaml", "key: acme\n");
        write("libacme.so", "ELF");
        sign();
        one.change();
        expectRefused(one.rule, one.part, one.part);
    }
}

TEST_F(FolderSignatureTest, NamesThatLeaveTheFolderAreNone) {
    const std::string digest(64, 'a');
    const std::string long_name(256, 'n');
    for (const std::string& name :
         {std::string("../connector.yaml"),
          std::string("/etc/passwd"),
          std::string("sub/file"),
          std::string("."),
          std::string(".."),
          std::string(""),
          std::string("MANIFEST"),
          std::string("back\\slash"),
          std::string("with\ttab"),
          std::string("carriage\r"),
          std::string("nul\0inside", 10),
          std::string("bad\xff"),
          long_name}) {
        EXPECT_FALSE(isSignableName(name)) << name;
        signText(
            "ferry-manifest-1\nsha256 " + digest + " " + name + "\nkey " +
            base64Encode(key_.publicKey()) + "\n"
        );
        expectRefused("signature-malformed", "MANIFEST:2", name);
    }
}

TEST_F(FolderSignatureTest, TextsThatAreNoManifestAreToldWithTheLine) {
    const std::string key = "key " + base64Encode(key_.publicKey()) + "\n";
    const std::string file = "sha256 " + std::string(64, 'a') + " ";
    const std::pair<std::string, const char*> kCases[] = {
        {"ferry-manifest-2\n" + key, "MANIFEST:1"},
        {"\xEF\xBB\xBF"
         "ferry-manifest-1\n" +
             key,
         "MANIFEST:1"},
        {"ferry-manifest-1\r\n" + key, "MANIFEST:1"},
        {"ferry-manifest-1\n" + file + "b\n" + file + "a\n" + key, "MANIFEST:3"},
        {"ferry-manifest-1\n" + file + "a\n" + file + "a\n" + key, "MANIFEST:3"},
        {"ferry-manifest-1\nsha256 " + std::string(63, 'a') + " a\n" + key, "MANIFEST:2"},
        {"ferry-manifest-1\nsha256 " + std::string(64, 'A') + " a\n" + key, "MANIFEST:2"},
        {"ferry-manifest-1\nsha512 " + std::string(64, 'a') + " a\n" + key, "MANIFEST:2"},
        {"ferry-manifest-1\n\n" + key, "MANIFEST:2"},
        {"ferry-manifest-1\nkey AAAA\n", "MANIFEST:2"},
        {"ferry-manifest-1\n" + key + key, "MANIFEST:3"},
    };
    for (const auto& [text, place] : kCases) {
        signText(text);
        expectRefused("signature-malformed", place, text);
    }
    sign();
    const std::string good = contentOf(folder_ / "MANIFEST");
    write("MANIFEST", good + "sha256 " + std::string(64, 'a') + " later.so\n");
    expectRefused("signature-malformed", "MANIFEST:5", "more after the signature");
    write("MANIFEST", good.substr(0, good.size() - 1));
    expectRefused("signature-malformed", "MANIFEST", "cut off");
}

TEST_F(FolderSignatureTest, WhatIsNotAskedForIsNotLookedAt) {
    const auto isPassed = [&] {
        const auto verified = verifyFolder(folder_, policy_);
        return verified && !*verified;
    };
    policy_.is_required = false;
    EXPECT_TRUE(isPassed()) << "unsigned, and need not be signed";
    policy_.own_plugins = root_.path();
    write("MANIFEST", "nonsense");
    EXPECT_TRUE(isPassed()) << "came with the program";
    policy_.own_plugins.clear();
    expectRefused("signature-malformed", "MANIFEST", "who signs means it");
    policy_.trusted_keys.clear();
    EXPECT_TRUE(isPassed()) << "nobody is trusted, and nobody has to be";
}

TEST_F(FolderSignatureTest, WhatCanNotBeSignedIsSaid) {
    fs::create_directory(folder_ / "sub");
    const auto files = signFolder(folder_, key_);
    ASSERT_FALSE(files);
    EXPECT_EQ(files.error().rule, "file-unlisted");
    EXPECT_THAT(files.error().message, HasSubstr("sub"));
    EXPECT_EQ(signFolder(root_.path() / "nowhere", key_).error().rule, "folder-unreadable");
}

}  // namespace
}  // namespace ferry::plugin::test
