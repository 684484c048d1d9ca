#pragma once
// The hub's own tree of a YAML document: small, with the place of every node, and free of the
// YAML library.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

enum class YamlKind : std::uint8_t { Null, Scalar, Sequence, Mapping };

/// "a list", "a mapping", ... for messages.
std::string_view yamlKindName(YamlKind kind) noexcept;

/// One node. Scalars keep their text as written ("007" and "yes" stay what they are); their type
/// is the business of whoever reads them.
struct YamlNode {
    YamlKind kind = YamlKind::Null;
    bool is_quoted = false;      ///< in quotes, a block text, or tagged !!str
    /// A reference that could not be, or was not, resolved; an alias without an anchor; a mapping
    /// into which one of those is merged, so that there may be more keys than are seen.
    bool is_unresolved = false;
    bool is_faulty = false;      ///< a finding about its YAML or a reference, in it or below
    std::uint32_t line = 0;      ///< from 1
    std::uint32_t column = 0;    ///< from 1, in bytes
    std::string text;       ///< of a scalar; after references are resolved, what they stand for
    std::string reference;  ///< the `${…}` that `text` came from; empty if it was written out
    std::vector<YamlNode> children;  ///< items; of a mapping: key, value, key, value, ...

    bool isNull() const noexcept { return kind == YamlKind::Null; }
    bool isScalar() const noexcept { return kind == YamlKind::Scalar; }
    bool isSequence() const noexcept { return kind == YamlKind::Sequence; }
    bool isMapping() const noexcept { return kind == YamlKind::Mapping; }

    /// Number of entries of a mapping.
    std::size_t entryCount() const noexcept { return isMapping() ? children.size() / 2 : 0; }
    const YamlNode& key(std::size_t entry) const { return children[2 * entry]; }
    const YamlNode& value(std::size_t entry) const { return children[2 * entry + 1]; }
    /// The value of `name` in a mapping, or nullptr.
    const YamlNode* find(std::string_view name) const noexcept;
    /// The key node of `name` in a mapping, or nullptr.
    const YamlNode* findKey(std::string_view name) const noexcept;
    /// True if a finding told already that nobody can know what stands here (of a mapping: all of
    /// what stands here), whatever it is.
    bool isGap() const noexcept { return is_unresolved && reference.empty(); }
    /// Itself and all below.
    std::size_t nodeCount() const noexcept;
};

}  // namespace ferry::config
