#include "plugin_check/fixtures.h"

#include "base/ascii.h"
#include "base/time_text.h"
#include "config/field_table.h"
#include "config/node_reader.h"
#include "config/yaml_document.h"
#include "plugin_check/hooks.h"

#include <charconv>

namespace ferry::plugin_check {
namespace {

using config::Field;
using config::FieldTable;
using config::ValueType;
using config::YamlNode;

Field field(std::string key, ValueType type, std::string description) {
    Field made;
    made.key = std::move(key);
    made.type = type;
    made.description = std::move(description);
    made.bytes_max = 1u << 20;
    return made;
}
Field required(Field made) {
    made.is_required = true;
    return made;
}
Field within(Field made, const FieldTable& table) {
    made.table = &table;
    return made;
}
/// A time of RFC 3339, to be read by timeOf().
Field time(std::string key, std::string description) {
    Field made = field(std::move(key), ValueType::String, std::move(description));
    made.check = [](std::string_view text) -> std::optional<config::ValueProblem> {
        if (parseRfc3339(text)) return std::nullopt;
        return config::ValueProblem{"is not a time", "write it like 2026-01-02T03:04:05Z"};
    };
    return made;
}
Field status(std::string key, std::string description) {
    Field made = field(std::move(key), ValueType::Integer, std::move(description));
    made.min = 0;
    made.max = 599;
    return made;
}

Field hook(std::string key, std::string description) {
    Field made = field(std::move(key), ValueType::Enum, std::move(description));
    for (const OperationHook one : kOperationHooks)
        made.values.emplace_back(hookName(one));
    return made;
}

std::vector<Field> requestFields(std::string method) {
    Field chosen = field("method", ValueType::String, "of the request; default " + method);
    return {
        required(field("name", ValueType::String, "for people")),
        std::move(chosen),
        field("path", ValueType::String, "of the request"),
        field("query", ValueType::String, "of the request, without '?'"),
        field("headers", ValueType::StringMap, "of the request"),
        field("body", ValueType::String, "of the request")};
}

const FieldTable& webhookFields() {
    static const FieldTable table = [] {
        std::vector<Field> fields = requestFields("POST");
        fields.push_back(required(field("secret", ValueType::String, "it was signed with")));
        fields.push_back(required(field("accounts", ValueType::List, "that it names")));
        return FieldTable("a webhook", std::move(fields));
    }();
    return table;
}

const FieldTable& challengeFields() {
    static const FieldTable table = [] {
        std::vector<Field> fields = requestFields("GET");
        fields.push_back(status("reply_status", "wanted; default 200"));
        fields.push_back(required(field("reply_body", ValueType::String, "wanted")));
        return FieldTable("a challenge", std::move(fields));
    }();
    return table;
}

const FieldTable& answerFields() {
    static const FieldTable table(
        "an answer",
        {required(status("status", "of the answer; 0: none came")),
         field("headers", ValueType::StringMap, "of the answer"),
         field("body", ValueType::String, "of the answer")}
    );
    return table;
}

const FieldTable& operationFields() {
    static const FieldTable table(
        "an operation",
        {required(field("name", ValueType::String, "for people")),
         required(hook("hook", "that is called")),
         field("cursor", ValueType::String, "to go on from"),
         field("document", ValueType::String, "id, or path with '/' in front"),
         field("text", ValueType::String, "to search for"),
         field("state", ValueType::String, "of the webhook that is registered"),
         time("now", "what the clock shows"),
         within(
             required(field("answers", ValueType::ObjectList, "of the provider")), answerFields()
         ),
         field("result", ValueType::String, "ok, or a status; default ok")}
    );
    return table;
}

const FieldTable& fixtureFields() {
    static const FieldTable table(
        "check.yaml",
        {time("now", "what the clock shows in all calls"),
         field("account_id", ValueType::String, "of the account that hooks are called for"),
         field("account_state", ValueType::String, "of this account, as verify gave it"),
         field("configuration", ValueType::StringMap, "of the instance"),
         within(field("webhooks", ValueType::ObjectList, "signed ones"), webhookFields()),
         within(field("challenges", ValueType::ObjectList, "questions"), challengeFields()),
         field("changes", ValueType::StringMap, "raw records by name"),
         within(
             field("operations", ValueType::ObjectList, "with their answers"), operationFields()
         )}
    );
    return table;
}

enum class Names : std::uint8_t { AsWritten, LowerCase };

plugin::Fields mapOf(const YamlNode& mapping, std::string_view key, Names names) {
    plugin::Fields fields;
    const YamlNode* found = mapping.find(key);
    for (std::size_t i = 0; found != nullptr && i < found->entryCount(); ++i) {
        std::string name = found->key(i).text;
        if (names == Names::LowerCase) name = lowerAscii(name);
        fields.push_back({std::move(name), found->value(i).text});
    }
    return fields;
}

int numberOf(const YamlNode& mapping, std::string_view key, int otherwise) {
    const std::string text = textOf(mapping, key);
    std::from_chars(text.data(), text.data() + text.size(), otherwise);
    return otherwise;
}

OwnedWebhook requestOf(const YamlNode& node, std::string method) {
    OwnedWebhook request;
    if (const std::string given = textOf(node, "method"); !given.empty()) method = given;
    request.method = std::move(method);
    request.path = textOf(node, "path");
    request.query = textOf(node, "query");
    request.headers = mapOf(node, "headers", Names::LowerCase);
    request.body = textOf(node, "body");
    return request;
}

plugin::HttpResponse answerOf(const YamlNode& node) {
    plugin::HttpResponse answer;
    answer.status = numberOf(node, "status", 0);
    if (answer.status == 0) answer.transport_error = plugin::TransportError::Timeout;
    answer.headers = mapOf(node, "headers", Names::LowerCase);
    answer.body = textOf(node, "body");
    return answer;
}

const std::vector<YamlNode>& itemsIn(const YamlNode& mapping, std::string_view key) {
    static const std::vector<YamlNode> none;
    const YamlNode* found = mapping.find(key);
    return found == nullptr ? none : found->children;
}

OperationFixture operationOf(const YamlNode& node) {
    OperationFixture operation;
    operation.name = textOf(node, "name");
    operation.hook = textOf(node, "hook");
    operation.cursor = textOf(node, "cursor");
    operation.document = textOf(node, "document");
    operation.text = textOf(node, "text");
    operation.state = textOf(node, "state");
    operation.now = parseRfc3339(textOf(node, "now"));
    operation.result = textOf(node, "result");
    if (operation.result.empty()) operation.result = "ok";
    for (const YamlNode& answer : itemsIn(node, "answers"))
        operation.answers.push_back(answerOf(answer));
    return operation;
}

}  // namespace

std::optional<Fixtures> readFixtures(const std::filesystem::path& path, config::Diagnostics& out) {
    config::YamlDocument document;
    if (!config::parseYamlFile(path, document, out)) return std::nullopt;
    config::Reporter reporter(*document.source, out);
    config::validateMapping(document.root, fixtureFields(), reporter);
    if (out.hasErrors()) return std::nullopt;

    const YamlNode& root = document.root;
    Fixtures fixtures;
    fixtures.now = parseRfc3339(textOf(root, "now"));
    fixtures.account_id = textOf(root, "account_id");
    fixtures.account_state = textOf(root, "account_state");
    fixtures.configuration = mapOf(root, "configuration", Names::AsWritten);
    for (const YamlNode& node : itemsIn(root, "webhooks"))
        fixtures.webhooks.push_back(
            {textOf(node, "name"),
             requestOf(node, "POST"),
             textOf(node, "secret"),
             config::listOf(node, "accounts")}
        );
    for (const YamlNode& node : itemsIn(root, "challenges"))
        fixtures.challenges.push_back(
            {textOf(node, "name"),
             requestOf(node, "GET"),
             {numberOf(node, "reply_status", 200), {}, textOf(node, "reply_body")}}
        );
    for (plugin::Field& change : mapOf(root, "changes", Names::AsWritten))
        fixtures.changes.push_back(std::move(change.value));
    for (const YamlNode& node : itemsIn(root, "operations"))
        fixtures.operations.push_back(operationOf(node));
    return fixtures;
}

}  // namespace ferry::plugin_check
