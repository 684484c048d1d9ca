#include "config/map_checks.h"

#include "base/ascii.h"
#include "base/time_text.h"
#include "config/constant_checks.h"
#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

namespace {

constexpr std::string_view kDigits = "0123456789";

bool beginsWithAny(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
        return text.size() > prefix.size() && text.starts_with(prefix);
    });
}

/// As the plugin takes them (plugins/declarative/text.h).
bool isTime(std::string text) {
    if (text.find_first_not_of("0123456789.") == text.npos) return text.front() != '.';
    if (text.size() > 10 && (text[10] == ' ' || text[10] == 't')) text[10] = 'T';
    if (text.ends_with(" UTC")) text.replace(text.size() - 4, 4, "Z");
    const std::size_t sign = text.size() - std::min<std::size_t>(text.size(), 5);
    if (text.size() > 15 && (text[sign] == '+' || text[sign] == '-')) text.insert(sign + 3, ":");
    return parseRfc3339(text) || parseRfc3339(text + "Z");
}

class MapChecks {
  public:
    MapChecks(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter)
        : root_(root), manifest_(manifest), reporter_(reporter) {
        const YamlNode* notifications = given(root, "notifications");
        const bool is_unknown = isUnknown(root, "notifications") ||
                                (notifications != nullptr && isUnknown(*notifications, "marks"));
        polls_alone_ = given(root, "polling") != nullptr && !is_unknown &&
                       (notifications == nullptr || textOf(*notifications, "marks") == "true");
    }

    void run() {
        if (const YamlNode* jq = given(root_, "jq")) {
            if (const YamlNode* values = given(*jq, "values"); values != nullptr && polls_alone_)
                for (std::size_t i = 0; i < values->entryCount(); ++i)
                    outside(values->value(i));
        }
        const YamlNode* map = given(root_, "map");
        if (map == nullptr || !map->isSequence()) return;
        const YamlNode* last = nullptr;  // the one that always decides
        bool is_told = false;
        for (const YamlNode& rule : map->children) {
            if (!rule.isMapping()) continue;
            if (last != nullptr && !is_told) {
                is_told = true;
                unreachable(rule, *last);
            }
            if (last == nullptr && !rule.isGap() && rule.findKey("when") == nullptr) last = &rule;
            this->rule(rule);
        }
    }

  private:
    void warn(const YamlNode& at, std::string message, std::string suggestion) {
        reporter_.warnAtValue(at, Visibility::Shown, std::move(message), std::move(suggestion));
    }

    void unreachable(const YamlNode& rule, const YamlNode& last) {
        reporter_.warnAtKey(
            rule,
            fmt::format(
                "no record comes to this rule: the one in line {} has no 'when' and takes all",
                last.line
            ),
            "put it before that one, or give that one 'when'"
        );
    }

    void rule(const YamlNode& rule) {
        for (std::size_t i = 0; i < rule.entryCount(); ++i) {
            const std::string& key = rule.key(i).text;
            const YamlNode& value = rule.value(i);
            if (value.isGap() || key == "ignore") continue;
            if (polls_alone_) key == "when" ? tests(value) : outside(value);
            if (key == "when") continue;
            if (key == "properties") {
                for (std::size_t at = 0; at < value.entryCount(); ++at)
                    looks(value.value(at));
            } else {
                looks(value);
            }
            constants(key, value);
        }
    }

    void constants(std::string_view key, const YamlNode& value) {
        // With a 'revision' that never changes no record of a poll is ever told again.
        if (key == "id" || key == "revision" || key == "content_hash")
            refuseConstants(
                value,
                {.sources = SourceSet::Webhook, .every = "record", .may_be_meant = true},
                reporter_
            );
        const bool is_time = key == "created" || key == "modified" || key == "occurred";
        if (!is_time && key != "type" && key != "event" && key != "size") return;
        eachConstant(value, SourceSet::Webhook, [&](const YamlNode& text, ConstantPlace) {
            if (text.isGap()) return;
            if (key == "type") return type(text);
            if (key == "event") return event(text);
            if (is_time && !isTime(text.text)) wrong(text, "a time, such as 2026-01-02T03:04:05Z");
            const bool is_size =
                !text.text.empty() && text.text.find_first_not_of(kDigits) == text.text.npos;
            if (key == "size" && !is_size) wrong(text, "a number of bytes");
        });
    }

    void wrong(const YamlNode& text, std::string_view wanted) {
        const std::string meant = meantSource(text.text, SourceSet::Webhook);
        reporter_.atValue(
            text,
            Visibility::Shown,
            fmt::format("the text '{}' is not {}", text.text.substr(0, 80), wanted),
            fmt::format(
                "write {} for what the record has there",
                meant.empty() ? "a pointer such as /a/b" : meant
            )
        );
    }

    void type(const YamlNode& text) {
        const YamlNode* events = given(root_, "events");
        const std::vector<std::string>& known = manifest_.object_types;
        const auto is = [&](std::string_view name) {
            return std::find(known.begin(), known.end(), name) != known.end();
        };
        // With 'other' there may be any.
        if (events == nullptr || isUnknown(*events, "object_types") || is("other")) return;
        if (is(text.text)) return;
        std::string meant =
            didYouMean(text.text, std::vector<std::string_view>(known.begin(), known.end()));
        warn(
            text,
            fmt::format("'events' has no object type '{}'", text.text.substr(0, 80)),
            meant.empty() ? "add it to 'object_types'" : std::move(meant)
        );
    }

    void event(const YamlNode& text) {
        const YamlNode* events = given(root_, "events");
        if (events == nullptr || isUnknown(*events, "event_types")) return;
        const auto has = [&](std::string_view name) {
            return std::any_of(
                manifest_.event_types.begin(),
                manifest_.event_types.end(),
                [&](const std::string& known) { return lowerAscii(known) == name; }
            );
        };
        const std::string& word = text.text;
        const bool is_word =
            word == "created" || word == "updated" || word == "deleted" || word == "moved";
        const bool is_change = word == "changed" && !has("created") && !has("updated");
        if (!is_change && (!is_word || has(word))) return;
        std::string wanted = is_change ? std::string("UPDATED") : word;
        for (char& c : wanted)
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        warn(
            text,
            fmt::format("'events' has no event type {}", wanted),
            fmt::format("add {} to 'event_types'", wanted)
        );
    }

    /// Texts that would be sources elsewhere.
    void looks(const YamlNode& value) {
        eachConstant(value, SourceSet::Webhook, [&](const YamlNode& node, ConstantPlace place) {
            const std::string& text = node.text;
            const std::size_t colon = text.find(':');
            const bool is_prefixed =
                beginsWithAny(
                    text, {"config:", "base_url:", "token:", "id_token:", "link:", "kept:"}
                ) &&
                text[colon + 1] != ' ';
            if (place != ConstantPlace::Text || (!is_prefixed && text != "access_token")) return;
            warn(
                node,
                fmt::format(
                    "'{}' stands for itself here: a map has no source '{}'",
                    text.substr(0, 80),
                    text.substr(0, std::min(colon, text.size()))
                ),
                fmt::format("write {{const: '{}'}} if that is meant", text.substr(0, 80))
            );
        });
    }

    void tests(const YamlNode& condition) {
        for (std::size_t i = 0; i < condition.entryCount(); ++i)
            outside(condition.key(i));
    }

    /// Sources that only a webhook has, in an expression.
    void outside(const YamlNode& node) {
        if (node.isScalar() && !node.isGap()) {
            for (const std::string_view source : {"header:", "query:"}) {
                const bool is_used = node.text.starts_with(source) ||
                                     node.text.find("${" + std::string(source)) != node.text.npos;
                if (!is_used) continue;
                warn(
                    node,
                    fmt::format("'{}' has no value: what polls show has no webhook", source),
                    "write a pointer into the record such as /a/b"
                );
            }
        }
        for (const YamlNode& item : node.children)
            if (node.isSequence()) outside(item);
        for (std::size_t i = 0; i < node.entryCount(); ++i) {
            const std::string& key = node.key(i).text;
            if (key == "const" || key == "lookup") continue;
            key == "when" ? tests(node.value(i)) : outside(node.value(i));
        }
    }

    const YamlNode& root_;
    const ConnectorManifest& manifest_;
    Reporter& reporter_;
    bool polls_alone_ = false;  ///< every record comes from a poll
};

}  // namespace

void checkMap(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter) {
    MapChecks(root, manifest, reporter).run();
}

}  // namespace ferry::config
