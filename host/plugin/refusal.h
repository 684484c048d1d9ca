#pragma once
// Why a plugin was not loaded: a stable rule name for tests, metrics and documents, and a sentence
// that says what to do.

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace ferry::plugin {

/// A refusal. Rules (sdk/README.md explains each): folder-unreadable, folder-missing,
/// manifest-missing, connector-name, library-missing, library-outside, library-unreadable,
/// library-too-large, elf-malformed, elf-machine, elf-section-missing, elf-note-malformed,
/// abi-major, abi-minor, abi-mismatch, id-mismatch, version-mismatch, probe-crashed, probe-hung,
/// probe-cancelled,
/// isolation-failed, isolation-forbidden, load-failed, entry-missing, entry-foreign, entry-refused,
/// module-malformed, module-mismatch, signature-missing, signature-malformed, signature-untrusted,
/// signature-wrong, file-changed, file-missing, file-unlisted.
struct Refusal {
    std::string rule;
    std::string message;

    Refusal(std::string rule_name, std::string text)
        : rule(std::move(rule_name)), message(std::move(text)) {}
};

template <typename T>
using Loaded = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(std::string rule, std::string message) {
    return tl::unexpected<Refusal>(Refusal(std::move(rule), std::move(message)));
}

}  // namespace ferry::plugin
