#include "mapping.h"

#include "emission.h"
#include "json.h"
#include "record_sources.h"
#include "text.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace ferry::declarative {
namespace {

/// What is no text of the host's is as good as none.
std::string_view textOf(
    const Expression& expression,
    const Sources& sources,
    Scratch& scratch,
    std::size_t bytes_max = 1024
) {
    const Value value = expression.evaluate(sources, scratch);
    return sdk::isText(value.text, bytes_max) ? value.text : std::string_view();
}

std::optional<std::int64_t> timeOf(
    const Expression& expression, const Sources& sources, Scratch& scratch
) {
    const Value value = expression.evaluate(sources, scratch);
    return value.isMissing() ? std::nullopt : parseTime(value.text);
}

std::optional<std::int64_t> sizeOf(
    const Expression& expression, const Sources& sources, Scratch& scratch
) {
    const Value value = expression.evaluate(sources, scratch);
    std::int64_t size = -1;
    std::from_chars(value.text.data(), value.text.data() + value.text.size(), size);
    return size < 0 ? std::nullopt : std::optional(size);
}

std::string propertiesOf(
    const std::vector<std::pair<std::string, Expression>>& expressions,
    const Sources& sources,
    Scratch& scratch
) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> properties(buffer);
    properties.StartObject();
    for (const auto& [name, expression] : expressions) {
        const Value value = expression.evaluate(sources, scratch);
        if (value.isMissing() || value.text.size() > kPropertyBytesMax) continue;
        if (value.kind == Value::Kind::Text && !value.text.empty() &&
            !sdk::isText(value.text, kPropertyBytesMax))
            continue;
        if (buffer.GetSize() + 2 * value.text.size() > kPropertiesBytesMax / 2) break;
        properties.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        const auto size = static_cast<rapidjson::SizeType>(value.text.size());
        if (value.kind == Value::Kind::Text)
            properties.String(size == 0 ? "" : value.text.data(), size);
        else
            properties.RawValue(value.text.data(), size, rapidjson::kNumberType);
    }
    properties.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

Mapping::Mapping(const rapidjson::Value& settings, std::int64_t tolerance_ms)
    : tolerance_ms_(tolerance_ms) {
    if (!settings.IsArray() || settings.Empty())
        throw sdk::Error::invalid("settings: 'map' has no rules");
    for (const rapidjson::Value& rule : settings.GetArray())
        rules_.push_back(compile(rule));
}

Mapping::Rule Mapping::compile(const rapidjson::Value& settings) {
    if (!settings.IsObject()) throw sdk::Error::invalid("settings: a rule is no object");
    Rule rule;
    rule.ignores = settings.HasMember("ignore");
    rule.has_condition = settings.HasMember("when");
    if (rule.has_condition) rule.condition = compileCondition(settings["when"]);
    const std::pair<const char*, Expression*> values[] = {
        {"event", &rule.event},
        {"type", &rule.type},
        {"id", &rule.id},
        {"name", &rule.name},
        {"path", &rule.path},
        {"previous_path", &rule.previous_path},
        {"revision", &rule.revision},
        {"content_hash", &rule.content_hash},
        {"size", &rule.size},
        {"created", &rule.created},
        {"modified", &rule.modified},
        {"modified_by", &rule.modified_by},
        {"occurred", &rule.occurred},
    };
    for (const auto& [name, place] : values)
        if (settings.HasMember(name)) *place = Expression(settings[name]);
    if (settings.HasMember("properties") && settings["properties"].IsObject()) {
        for (const auto& entry : settings["properties"].GetObject())
            rule.properties.emplace_back(
                std::string(entry.name.GetString(), entry.name.GetStringLength()),
                Expression(entry.value)
            );
    }
    if (!rule.ignores && (!rule.event.isSet() || !rule.id.isSet()))
        throw sdk::Error::invalid("settings: a rule of 'map' has no 'event' or no 'id'");
    return rule;
}

void Mapping::collect(const Rule& rule, std::vector<const Expression*>& into) {
    collectOutside(rule.condition, into);
    for (const Expression* expression :
         {&rule.event,
          &rule.type,
          &rule.id,
          &rule.name,
          &rule.path,
          &rule.previous_path,
          &rule.revision,
          &rule.content_hash,
          &rule.size,
          &rule.created,
          &rule.modified,
          &rule.modified_by,
          &rule.occurred})
        expression->collectOutside(into);
    for (const auto& [name, expression] : rule.properties)
        expression.collectOutside(into);
}

std::vector<const Expression*> Mapping::outside() const {
    std::vector<const Expression*> found;
    for (const Rule& rule : rules_)
        collect(rule, found);
    std::vector<const Expression*> once;
    for (const Expression* one : found) {
        const bool is_new = std::none_of(once.begin(), once.end(), [&](const Expression* other) {
            return other->key() == one->key();
        });
        if (is_new) once.push_back(one);
    }
    return once;
}

void Mapping::apply(
    const sdk::Call& call,
    std::size_t change,
    std::string_view record,
    std::string_view hint,
    RecordBuffers& buffers,
    sdk::Normalizer& out
) const {
    if (!buffers.record.parse(record)) return out.reject(change, "the record is no JSON");
    buffers.hint.parseOrNull(hint);
    const RecordSources sources(buffers.record.root(), buffers.hint.root());
    Scratch scratch;
    for (const Rule& rule : rules_) {
        if (rule.has_condition && !holds(rule.condition, sources, scratch)) continue;
        if (rule.ignores) return out.ignore(change);
        return emit(rule, {call, change, record, sources, scratch, tolerance_ms_, out});
    }
    out.ignore(change);
}

void Mapping::emit(const Rule& rule, const Telling& work) {
    const Sources& sources = work.sources;
    Scratch& scratch = work.scratch;
    const std::string_view word = rule.event.evaluate(sources, scratch).text;
    // Such as an action that no table has: one more that the provider made up meanwhile.
    if (!eventType(word)) return work.out.ignore(work.change);
    const std::string_view id = textOf(rule.id, sources, scratch);
    if (id.empty())
        return work.out.reject(work.change, "the object has no id, or one that is no text");

    const std::string_view kind = textOf(rule.type, sources, scratch);
    sdk::Object object(objectType(kind));
    object.object_id = id;
    object.name = textOf(rule.name, sources, scratch, kNameBytesMax);
    object.path = textOf(rule.path, sources, scratch, kPathBytesMax);
    object.revision = textOf(rule.revision, sources, scratch);
    object.content_hash = textOf(rule.content_hash, sources, scratch);
    object.modified_by = textOf(rule.modified_by, sources, scratch, kNameBytesMax);
    object.size = sizeOf(rule.size, sources, scratch);
    object.created_ms = timeOf(rule.created, sources, scratch);
    object.modified_ms = timeOf(rule.modified, sources, scratch);

    const std::string_view object_type =
        object.type == sdk::ObjectType::Other ? typeName(kind, scratch) : std::string_view();
    const std::string_view properties =
        rule.properties.empty() ? std::string_view()
                                : scratch.keep(propertiesOf(rule.properties, sources, scratch));
    Told told{word, object, {}, std::nullopt, object_type, properties};
    told.previous_path = textOf(rule.previous_path, sources, scratch, kPathBytesMax);
    told.occurred_ms = timeOf(rule.occurred, sources, scratch);
    declarative::emit(told, work);
}

}  // namespace ferry::declarative
