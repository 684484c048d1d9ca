#include "config/signature_section.h"

#include "base/ed25519.h"
#include "base/encoding.h"
#include "config/node_reader.h"

#include <fmt/format.h>

namespace ferry::config {

void readPluginSignatures(
    const YamlNode& section, Reporter& reporter, PluginSignatureConfig& into
) {
    into.require_signed = parseBoolean(textOf(section, "require_signed")).value_or(false);
    const YamlNode* keys = section.find("trusted_keys");
    bool is_any_unknown = false;
    for (std::size_t i = 0; keys != nullptr && i < keys->entryCount(); ++i) {
        const YamlNode& value = keys->value(i);
        is_any_unknown = is_any_unknown || value.is_unresolved;
        if (value.is_unresolved || !value.isScalar()) continue;
        const auto key = base64Decode(value.text);
        if (!key || key->size() != Ed25519Key::kPublicBytes) {
            reporter.atValue(
                value,
                Visibility::Shown,
                fmt::format("the trusted key '{}' is no Ed25519 public key", keys->key(i).text),
                "write the 44 characters that 'ferry plugin key' prints"
            );
            is_any_unknown = true;
            continue;
        }
        into.trusted_keys.emplace(keys->key(i).text, *key);
    }
    if (!into.require_signed || is_any_unknown || !into.trusted_keys.empty()) return;
    reporter.atValue(
        *section.find("require_signed"),
        Visibility::Shown,
        "'require_signed' asks for signatures, and there is no trusted key: no plugin could be "
        "loaded",
        "add plugin_signatures.trusted_keys, 'name: <public key>' for each signer"
    );
}

}  // namespace ferry::config
