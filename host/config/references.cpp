#include "config/references.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace ferry::config {

EnvironmentLookup processEnvironment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
}

namespace {

constexpr std::string_view kNameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

bool beginsWithTypographicQuote(std::string_view text) {
    constexpr std::array<std::string_view, 7> kQuotes = {
        "\u201C", "\u201D", "\u201E", "\u2018", "\u2019", "\u00AB", "\u2039"};
    return std::any_of(kQuotes.begin(), kQuotes.end(), [&](std::string_view quote) {
        return text.starts_with(quote);
    });
}

class Resolver {
  public:
    Resolver(const ReferenceOptions& options, Reporter& reporter)
        : options_(options), reporter_(reporter), folder_(reporter.source().folder()) {}

    void walk(YamlNode& node) {
        if (node.isScalar()) {
            if (node.text.find("${") != std::string::npos) {
                resolve(node);
            } else if (!node.is_quoted) {
                doubt(node);
            }
            return;
        }
        const bool is_mapping = node.isMapping();
        for (std::size_t at = 0; at < node.children.size(); ++at) {
            if (is_mapping && at % 2 == 0) continue;
            walk(node.children[at]);
            node.is_faulty |= node.children[at].is_faulty;
        }
    }

  private:
    void resolve(YamlNode& node) {
        const std::string_view text = node.text;
        const bool is_whole = text.substr(0, 2) == "${" && text.find('}') == text.size() - 1;
        if (!is_whole) {
            const bool is_meant =
                text.find("${env:") != text.npos || text.find("${file:") != text.npos;
            if (is_meant && text.substr(0, 2) == "${" && text.find('}') == text.npos) {
                refuse(node, "the reference has no end", "put a '}' behind it");
            } else if (is_meant) {
                refuse(
                    node,
                    "a reference must be the whole value; it is never put into other text",
                    "put the whole value into the variable or file"
                );
            }
            return;
        }
        const std::string_view inner = text.substr(2, text.size() - 3);
        if (inner.substr(0, 4) == "env:" || inner.substr(0, 5) == "file:") {
            node.reference = node.text;  // names where the value is, so it may be shown
        }
        if (inner.substr(0, 4) == "env:") {
            resolveVariable(node, std::string(inner.substr(4)));
        } else if (inner.substr(0, 5) == "file:") {
            resolveFile(node, std::string(inner.substr(5)));
        } else {
            const bool is_name =
                !inner.empty() && inner.find_first_not_of(kNameCharacters) == inner.npos;
            refuse(
                node,
                "this is no reference the hub knows",
                is_name ? fmt::format("write ${{env:{}}}", inner.substr(0, 80))
                        : "write ${env:NAME} or ${file:/path}"
            );
        }
    }

    /// "$NAME", and "$env:NAME".
    static bool looksLikeVariable(std::string_view text) {
        if (text.substr(0, 1) != "$") return false;
        text.remove_prefix(text.substr(1, 4) == "env:" ? 5 : 1);
        return !text.empty() && text.find_first_not_of(kNameCharacters) == text.npos;
    }

    /// Tells of a plain text that is hardly meant as it is written. What is meant stands in quotes.
    void doubt(const YamlNode& node) {
        const std::string_view text = node.text;
        if (beginsWithTypographicQuote(text)) {
            reporter_.warnAtValue(
                node,
                Visibility::Hidden,
                "typographic quotes do not quote: they are part of the value",
                "write \" or ' in their place"
            );
        } else if (text.size() > 2 && text.front() == '<' && text.back() == '>') {
            reporter_.warnAtValue(
                node,
                Visibility::Hidden,
                "this looks like a place that was to be filled in",
                "write the value itself, or put this one in quotes if it is meant"
            );
        } else if (looksLikeVariable(text)) {
            reporter_.warnAtValue(
                node,
                Visibility::Hidden,
                "a '$' and a name are taken as they are written, not from the environment",
                "write ${env:NAME}, or put this one in quotes if it is meant"
            );
        }
    }

    void resolveVariable(YamlNode& node, const std::string& name) {
        if (name.empty() || name.find_first_of("= ") != std::string::npos) {
            refuse(node, "the reference names no variable", "write ${env:NAME}");
            return;
        }
        if (options_.mode == ReferenceMode::CheckFormOnly) return leave(node);
        std::optional<std::string> value = options_.environment(name);
        if (!value) {
            refuse(
                node,
                fmt::format("the environment variable '{}' is not set", name.substr(0, 128)),
                "set it for the hub's process"
            );
            return;
        }
        accept(node, std::move(*value), fmt::format("the environment variable '{}'", name));
    }

    void resolveFile(YamlNode& node, const std::string& name) {
        if (name.empty()) {
            refuse(node, "the reference names no file", "write ${file:/path}");
            return;
        }
        if (options_.mode == ReferenceMode::CheckFormOnly) return leave(node);
        const std::filesystem::path path = folder_ / name;
        Result<std::string> text = readFileBounded(path, kReferencedFileBytesMax);
        if (!text) {
            refuse(node, std::move(text.error().message), "");
            return;
        }
        std::string value = std::move(*text);
        if (!value.empty() && value.back() == '\n') value.pop_back();
        if (!value.empty() && value.back() == '\r') value.pop_back();
        accept(node, std::move(value), fmt::format("the file '{}'", path.string()));
    }

    void accept(YamlNode& node, std::string value, const std::string& what) {
        if (!isPlainText(value)) {
            refuse(node, fmt::format("{} does not hold text", what), "");
            return;
        }
        // It would stand for a value that is not given: callbacks without signatures, say.
        if (value.empty()) {
            refuse(node, fmt::format("{} is empty", what), "give it a value, or remove this line");
            return;
        }
        node.text = std::move(value);
    }

    static void leave(YamlNode& node) { node.is_unresolved = true; }

    void refuse(YamlNode& node, std::string message, std::string suggestion) {
        reporter_.atValue(node, Visibility::Hidden, std::move(message), std::move(suggestion));
        node.is_unresolved = true;
        node.is_faulty = true;
    }

    const ReferenceOptions& options_;
    Reporter& reporter_;
    std::filesystem::path folder_;
};

}  // namespace

void resolveReferences(YamlNode& root, const ReferenceOptions& options, Reporter& reporter) {
    Resolver(options, reporter).walk(root);
}

}  // namespace ferry::config
