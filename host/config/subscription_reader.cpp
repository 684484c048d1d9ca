// The section 'subscription' of connectors without code: its table, and how it is read.
#include "base/json_writer.h"
#include "config/constant_checks.h"
#include "config/declarative_reader.h"
#include "config/expression_reader.h"
#include "config/node_reader.h"
#include "config/request_fields.h"
#include "config/table_field.h"

#include <fmt/format.h>

namespace ferry::config {

namespace {

constexpr std::string_view kKept = "${kept:";
constexpr std::string_view kSecret = "${secret}";
constexpr std::string_view kCursor = "${cursor}";

const FieldTable& writeFields() {
    static const FieldTable table(
        "a request of 'subscription'", requestFields({"POST", "PUT", "PATCH", "DELETE", "GET"})
    );
    return table;
}

const FieldTable& deleteFields() {
    static const FieldTable table(
        "'delete'", requestFields({"DELETE", "POST", "PUT", "PATCH", "GET"})
    );
    return table;
}

const FieldTable& startFields() {
    static const FieldTable table("'start'", [] {
        std::vector<Field> rows = requestFields({"GET", "POST"});
        Field cursor = formed("cursor", AnyForm::Expression, "in the answer: ${cursor}");
        cursor.is_required = true;
        rows.push_back(std::move(cursor));
        return rows;
    }());
    return table;
}

class SubscriptionReader {
  public:
    explicit SubscriptionReader(Reporter& reporter) : reporter_(reporter) {}

    std::string read(const YamlNode& node) {
        json_.beginObject();
        for (const char* key : {"start", "create", "renew", "delete"}) {
            const YamlNode* asked = given(node, key);
            if (asked != nullptr) request(key, *asked, node);
        }
        json_.key("keep").beginObject();
        if (const YamlNode* keep = given(node, "keep")) {
            if (!keep->isMapping() && !keep->isGap())
                reporter_.atValue(
                    *keep,
                    Visibility::Shown,
                    "'keep' takes a mapping of names to expressions",
                    "write {id: /id} for ${kept:id}"
                );
            for (std::size_t entry = 0; entry < keep->entryCount(); ++entry) {
                json_.key(keep->key(entry).text);
                answer(keep->value(entry), {.every = "answer", .may_be_meant = true});
            }
        }
        json_.endObject();
        if (const YamlNode* expires = given(node, "expires")) {
            json_.key("expires");
            answer(*expires);
        }
        if (const YamlNode* secret = given(node, "secret")) {
            json_.key("secret");
            // A text that is written out would be a secret that everybody knows.
            answer(*secret, {.every = "answer", .is_secret = true, .is_never_good = true});
            if (secret->text.starts_with("link:"))
                reporter_.atValue(
                    *secret,
                    Visibility::Shown,
                    "an address is no secret",
                    "write a pointer such as /a/b, or header:..."
                );
        }
        const auto lifetime = parseDuration(textOf(node, "lifetime"));
        if (lifetime) json_.field("lifetime_ms", lifetime->count());
        const bool is_renewed = node.findKey("renew") != nullptr && !isUnknown(node, "renew");
        if (is_renewed && !lifetime && !isUnknown(node, "lifetime") &&
            node.findKey("expires") == nullptr)
            reporter_.atKey(
                *node.findKey("renew"),
                "nothing says when the webhook ends",
                "give 'expires', where the answer says it, or 'lifetime'"
            );
        return json_.endObject().take();
    }

  private:
    void answer(const YamlNode& value, ConstantRule rule = {.every = "answer"}) {
        ExpressionReader(reporter_, json_, SourceSet::Answer).read(value);
        rule.sources = SourceSet::Answer;
        refuseConstants(value, rule, reporter_);
    }

    void request(std::string_view key, const YamlNode& node, const YamlNode& section) {
        json_.key(key).beginObject();
        const char* method = key == "delete" ? "DELETE" : key == "start" ? "GET" : "POST";
        writeRequest(node, method, json_, reporter_, [&](const YamlNode& value) {
            text(value, key, section);
        });
        if (const YamlNode* cursor = given(node, "cursor")) {
            json_.key("cursor");
            answer(*cursor);
        }
        json_.endObject();
    }

    void text(const YamlNode& value, std::string_view key, const YamlNode& section) {
        ExpressionReader(reporter_, json_, SourceSet::Subscription).readTemplate(value);
        if (given(section, "secret") != nullptr && value.text.find(kSecret) != value.text.npos)
            reporter_.atValue(
                value,
                Visibility::Shown,
                "the provider gives the secret, as 'secret' says, and is not given one",
                "leave out either"
            );
        const bool has_cursor =
            key != "start" && (given(section, "start") != nullptr || isUnknown(section, "start"));
        if (!has_cursor && value.text.find(kCursor) != value.text.npos)
            reporter_.atValue(
                value,
                Visibility::Shown,
                "'${cursor}' is what the answer to 'start' says",
                "add 'start' with 'url' and 'cursor', or leave it out"
            );
        const std::size_t begin = value.text.find(kKept);
        if (begin == value.text.npos) return;
        const std::size_t end = value.text.find('}', begin);
        const std::string name =
            value.text.substr(begin + kKept.size(), end - begin - kKept.size());
        const YamlNode* keep = section.find("keep");
        std::string problem;
        if (key == "create" || key == "start")
            problem = "nothing is kept before the webhook is there";
        if (!isUnknown(section, "keep") && (keep == nullptr || keep->find(name) == nullptr))
            problem = fmt::format("'keep' has no '{}'", name.substr(0, 80));
        if (!problem.empty()) reporter_.atValue(value, Visibility::Shown, std::move(problem));
    }

    Reporter& reporter_;
    JsonWriter json_;
};

}  // namespace

const FieldTable& subscriptionFields() {
    static const FieldTable table("'subscription'", [] {
        const auto request = [](const char* key, const FieldTable& fields, const char* what) {
            Field made = within(field(key, ValueType::Object, what), fields);
            made.is_required =
                key == std::string_view("create") || key == std::string_view("delete");
            return made;
        };
        Field lifetime = field("lifetime", ValueType::Duration, "asked for: ${expires}");
        lifetime.min = 60'000;
        lifetime.max = 31'536'000'000;
        return std::vector<Field>{
            request("start", startFields(), "asks for the position to begin at, before 'create'"),
            request("create", writeFields(), "registers the webhook"),
            request("renew", writeFields(), "renews it; left out: another one takes its place"),
            request("delete", deleteFields(), "removes it"),
            formed("keep", AnyForm::ExpressionMap, "what of the answer is kept: ${kept:name}"),
            formed("expires", AnyForm::Expression, "when it ends, in the answer"),
            formed("secret", AnyForm::Expression, "that the provider signs with, in the answer"),
            lifetime,
        };
    }());
    return table;
}

std::string readSubscription(const YamlNode& node, Reporter& reporter) {
    return SubscriptionReader(reporter).read(node);
}

}  // namespace ferry::config
