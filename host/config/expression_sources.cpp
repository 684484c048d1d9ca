// Of ExpressionReader: where values come from.
#include "base/ascii.h"
#include "config/expression_reader.h"
#include "config/header_lines.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ferry::config {

namespace {

/// Words that may stand before a ':' or alone, by the set.
struct SourceNames {
    std::vector<std::string_view> prefixes;
    std::vector<std::string_view> words;
    bool has_pointers = false;
};

const SourceNames& namesOf(SourceSet sources) {
    static const SourceNames webhook{{"body", "header", "query", "polled"}, {}, true};
    static const SourceNames challenge{{"body", "header", "query"}, {"crc"}, true};
    static const SourceNames signature{
        {"header", "query"}, {"body", "form", "timestamp", "method", "url", "path"}, false};
    static const SourceNames account{
        {"token", "id_token", "config", "base_url"}, {"access_token"}, true};
    static const SourceNames grant{{"config", "base_url"}, {}, false};
    static const SourceNames poll{
        {"config", "base_url"},
        {"access_token",
         "cursor",
         "page",
         "page_or_cursor",
         "page_number",
         "offset",
         "since",
         "since_date",
         "since_epoch",
         "since_epoch_ms"},
        false};
    static const SourceNames subscription{
        {"config", "base_url", "kept"},
        {"access_token", "cursor", "webhook_url", "secret", "nonce", "expires", "expires_epoch_ms"},
        false};
    static const SourceNames answer{{"header", "link"}, {}, true};
    switch (sources) {
        case SourceSet::Webhook:
            return webhook;
        case SourceSet::Challenge:
            return challenge;
        case SourceSet::Signed:
            return signature;
        case SourceSet::Account:
            return account;
        case SourceSet::Grant:
            return grant;
        case SourceSet::Poll:
            return poll;
        case SourceSet::Subscription:
            return subscription;
        case SourceSet::Answer:
            return answer;
    }
    return webhook;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool takesPointer(std::string_view prefix) {
    return prefix == "body" || prefix == "token" || prefix == "id_token";
}

std::string_view prefixOf(std::string_view source) {
    return source.substr(0, std::min(source.find(':'), source.size()));
}

}  // namespace

bool isSource(std::string_view text, SourceSet sources) {
    const SourceNames& names = namesOf(sources);
    const std::string_view prefix = prefixOf(text);
    return (names.has_pointers && text.starts_with('/')) || contains(names.words, text) ||
           (text.size() > prefix.size() && contains(names.prefixes, prefix));
}

bool isConstant(const YamlNode& expression, SourceSet sources) {
    const std::string_view text = expression.text;
    return expression.isScalar() && !expression.isGap() && !text.empty() &&
           text.find("${") == text.npos && !isSource(text, sources);
}

void ExpressionReader::writeParts(std::string_view pointer, const YamlNode& at) {
    json_.beginArray();
    // "/" is all of it: no provider has a member without a name.
    while (pointer.size() > 1 && pointer.front() == '/') {
        pointer.remove_prefix(1);
        const std::string_view part = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(part.size());
        std::string plain;
        for (std::size_t i = 0; i < part.size(); ++i) {
            const bool is_escape = part[i] == '~' && i + 1 < part.size();
            if (is_escape && part[i + 1] == '1') plain += '/';
            if (is_escape && part[i + 1] == '0') plain += '~';
            const bool is_known = is_escape && (part[i + 1] == '0' || part[i + 1] == '1');
            if (part[i] == '~' && !is_known)
                complain(
                    at,
                    "a '~' in a pointer stands before 0 or 1 (RFC 6901)",
                    "write ~0 for a '~', and ~1 for a '/'"
                );
            if (is_known)
                ++i;
            else
                plain += part[i];
        }
        json_.string(plain);
    }
    json_.endArray();
}

/// Writes `source`, or complains and writes something in its place.
bool ExpressionReader::writeSource(std::string_view source, const YamlNode& at) {
    const SourceNames& names = namesOf(sources_);
    const std::string_view prefix = prefixOf(source);
    const std::string_view rest = source.substr(std::min(prefix.size() + 1, source.size()));
    const bool is_pointer = names.has_pointers && source.starts_with('/');
    if (is_pointer) {
        json_.beginObject().key("path");
        writeParts(source, at);
        json_.endObject();
        return true;
    }
    if (contains(names.words, source)) {
        json_.beginObject().field("name", source).endObject();
        return true;
    }
    if (source.size() > prefix.size() && contains(names.prefixes, prefix) && !rest.empty()) {
        if (takesPointer(prefix) && !rest.starts_with('/')) {
            complain(at, fmt::format("'{}' takes a pointer such as {}:/a/b", prefix, prefix));
            json_.null();
            return false;
        }
        if (prefix == "polled" && rest != "resource") {
            complain(at, "of a poll there is 'polled:resource' alone");
            json_.null();
            return false;
        }
        if (prefix == "header" && !isHeaderName(rest)) {
            complain(at, fmt::format("HTTP has no header with the name '{}'", rest.substr(0, 80)));
            json_.null();
            return false;
        }
        json_.beginObject().key(prefix);
        if (takesPointer(prefix))
            writeParts(rest, at);
        else
            json_.string(prefix == "header" ? lowerAscii(rest) : std::string(rest));
        json_.endObject();
        return true;
    }
    std::vector<std::string_view> known = names.words;
    known.insert(known.end(), names.prefixes.begin(), names.prefixes.end());
    std::string meant = didYouMean(prefix, known);
    if (meant.empty()) {
        meant = fmt::format(
            "write {}{}{}{}{}",
            names.has_pointers ? "a pointer such as /a/b, " : "",
            fmt::join(names.words, ", "),
            names.words.empty() ? "" : ", ",
            fmt::join(names.prefixes, ":..., "),
            ":..."
        );
    }
    complain(at, fmt::format("there is no source '{}'", source.substr(0, 80)), std::move(meant));
    json_.null();
    return false;
}

}  // namespace ferry::config
