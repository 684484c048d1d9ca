#include "cli/plugin_signing.h"

#include "app/catalog.h"
#include "base/ed25519.h"
#include "base/encoding.h"
#include "base/random.h"
#include "config/source_text.h"
#include "plugin/folder_signature.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>

namespace ferry::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeyFileBytesMax = 64u << 10;

struct SigningOptions {
    std::string folder;
    std::string key_file;
    std::string trusted_key;  ///< of `verify`; empty: those of ferry.yaml
};

/// For its owner alone, and never over a file that is there: a key that is gone can't be made
/// again.
int writeKey(const fs::path& path, const Ed25519Key& key) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return failWith(fmt::format(
            "can't write {}: {}{}",
            path.string(),
            std::strerror(errno),
            errno == EEXIST ? "; a key is never written over, name another file" : ""
        ));
    }
    const Secret pem = key.toPem();
    const std::string& text = pem.reveal();
    const bool is_written =
        ::write(file, text.data(), text.size()) == ssize_t(text.size()) && ::fsync(file) == 0;
    if (::close(file) == 0 && is_written) return kExitOk;
    ::unlink(path.c_str());
    return failWith(fmt::format("can't write {}: is the disk full?", path.string()));
}

int makeKey(const SigningOptions& options) {
    SystemRandom random;
    std::array<std::uint8_t, Ed25519Key::kSeedBytes> bytes{};
    random.fill(bytes);
    std::string seed(bytes.begin(), bytes.end());
    const auto key = Ed25519Key::fromSeed(seed);
    wipe(seed);
    if (const int status = writeKey(options.key_file, *key); status != kExitOk) return status;
    std::cout << fmt::format(
        "wrote {}, the private key: keep it away from hubs, and a copy elsewhere\n"
        "In ferry.yaml of the hubs that are to trust it:\n\n"
        "plugin_signatures:\n  trusted_keys: {{release: {}}}\n  require_signed: true\n",
        options.key_file,
        base64Encode(key->publicKey())
    );
    return kExitOk;
}

int sign(const SigningOptions& options) {
    auto pem = config::readFileBounded(options.key_file, kKeyFileBytesMax);
    if (!pem) return failWith(pem.error().message);
    const auto key = Ed25519Key::fromPem(*pem);
    wipe(*pem);
    if (!key) {
        return failWith(fmt::format(
            "{} is no private Ed25519 key in PEM without a passphrase; 'ferry plugin key' makes "
            "one",
            options.key_file
        ));
    }
    const auto signed_files = plugin::signFolder(options.folder, *key);
    if (!signed_files) return failWith(signed_files.error().message);
    std::cout << fmt::format(
        "signed {} files in {} with the key {}\n",
        *signed_files,
        options.folder,
        base64Encode(key->publicKey())
    );
    return kExitOk;
}

/// What to verify with; nothing, after saying why, if there is no key.
std::optional<plugin::SignaturePolicy> policyOf(
    const GlobalOptions& globals, const SigningOptions& options
) {
    plugin::SignaturePolicy policy;
    if (options.trusted_key.empty()) {
        const auto config = readConfig(globals);
        if (!config) return std::nullopt;
        policy.trusted_keys = config->plugin_signatures.trusted_keys;
        if (policy.trusted_keys.empty()) {
            failWith(
                "ferry.yaml has no plugin_signatures.trusted_keys; name a public key with --trust"
            );
            return std::nullopt;
        }
    } else {
        const auto key = base64Decode(options.trusted_key);
        if (!key || key->size() != Ed25519Key::kPublicBytes) {
            failWith("--trust wants a public key: the 44 characters that 'ferry plugin key' prints"
            );
            return std::nullopt;
        }
        policy.trusted_keys.emplace(options.trusted_key, *key);
    }
    policy.is_required = true;
    return policy;
}

int verify(const GlobalOptions& globals, const SigningOptions& options) {
    const auto policy = policyOf(globals, options);
    if (!policy) return kExitFailed;
    // As the hub sees it: a path with a name at its end.
    const fs::path folder = fs::path(options.folder).lexically_normal();
    const auto verified =
        plugin::verifyFolder(folder.has_filename() ? folder : folder.parent_path(), *policy);
    if (!verified) {
        return failWith(fmt::format("{} ({})", verified.error().message, verified.error().rule));
    }
    std::cout << fmt::format(
        "{}: {} files, signed by '{}'\n",
        options.folder,
        (*verified)->digests.size(),
        (*verified)->signer
    );
    return kExitOk;
}

}  // namespace

void addPluginSigning(CLI::App& plugin, const GlobalOptions& globals, Run& run) {
    const auto options = std::make_shared<SigningOptions>();

    CLI::App* make = plugin.add_subcommand("key", "Make a key to sign plugins with");
    make->add_option("FILE", options->key_file, "Where the private key is written")->required();
    make->callback([&run, options] { run = [options] { return makeKey(*options); }; });

    CLI::App* signs = plugin.add_subcommand("sign", "Sign a built plugin folder");
    signs->add_option("DIR", options->folder, "The folder with connector.yaml and the library")
        ->required();
    signs->add_option("--key", options->key_file, "The private key: PEM, Ed25519")->required();
    signs->footer(
        "Writes DIR/MANIFEST: the SHA-256 of each file, signed. Sign again after any change."
    );
    signs->callback([&run, options] { run = [options] { return sign(*options); }; });

    CLI::App* verifies = plugin.add_subcommand("verify", "Check a signed plugin folder");
    verifies->add_option("DIR", options->folder, "The folder")->required();
    verifies->add_option("--trust", options->trusted_key, "A public key, in place of ferry.yaml's");
    verifies->footer("As a hub does before it loads it; says which file is not as it was signed.");
    verifies->callback([&run, &globals, options] {
        run = [&globals, options] { return verify(globals, *options); };
    });
}

}  // namespace ferry::cli
