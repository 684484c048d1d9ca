#include "told_reader.h"

#include "text.h"

#include <ferry/text.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace ferry::declarative {
namespace {

constexpr std::size_t kIdBytesMax = 1024;
constexpr std::size_t kShownBytesMax = 40;

/// What is wrong; caught in readTold.
struct Wrong {
    std::string what;
};

[[noreturn]] void wrong(std::string_view member, std::string_view what) {
    std::string text = "'";
    text += member.substr(0, kShownBytesMax);
    throw Wrong{text.append("' ").append(what)};
}

std::string_view kindName(jv_kind kind) {
    switch (kind) {
        case JV_KIND_TRUE:
        case JV_KIND_FALSE:
            return "a truth value";
        case JV_KIND_NUMBER:
            return "a number";
        case JV_KIND_STRING:
            return "a text";
        case JV_KIND_ARRAY:
            return "a list";
        case JV_KIND_OBJECT:
            return "an object";
        default:
            return "null";
    }
}

using Members = std::vector<std::pair<std::string, Jv>>;

Members membersOf(const Jv& object) {
    Members members;
    const jv iterated = object.copy();
    for (int at = jv_object_iter(iterated); jv_object_iter_valid(iterated, at) != 0;
         at = jv_object_iter_next(iterated, at)) {
        const Jv key(jv_object_iter_key(iterated, at));
        members.emplace_back(std::string(key.view()), Jv(jv_object_iter_value(iterated, at)));
    }
    jv_free(iterated);
    return members;
}

std::string_view numberOf(std::string_view member, const Jv& value, Scratch& scratch) {
    std::string text = numberText(value.number());
    if (text.empty()) wrong(member, "is no number that JSON has");
    return scratch.keep(std::move(text));
}

/// A text, or a number as one; null: nothing.
std::string_view textOf(
    std::string_view member, const Jv& value, std::size_t bytes_max, Scratch& scratch
) {
    if (value.kind() == JV_KIND_NULL) return {};
    if (value.kind() == JV_KIND_NUMBER) return numberOf(member, value, scratch);
    if (value.kind() != JV_KIND_STRING)
        wrong(member, "is " + std::string(kindName(value.kind())) + " in place of a text");
    const std::string_view text = value.view();
    if (text.size() > bytes_max)
        wrong(member, "is longer than " + std::to_string(bytes_max) + " bytes");
    if (!text.empty() && !sdk::isText(text, bytes_max)) wrong(member, "has a NUL in it");
    return scratch.keep(std::string(text));
}

std::optional<std::int64_t> timeOf(std::string_view member, const Jv& value, Scratch& scratch) {
    const std::string_view text = textOf(member, value, kIdBytesMax, scratch);
    if (text.empty()) return std::nullopt;
    const auto time = parseTime(text);
    if (!time) wrong(member, "is no time");
    return time;
}

std::optional<std::int64_t> sizeOf(std::string_view member, const Jv& value, Scratch& scratch) {
    const std::string_view text = textOf(member, value, kIdBytesMax, scratch);
    if (text.empty()) return std::nullopt;
    std::int64_t size = -1;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), size);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size() || size < 0)
        wrong(member, "is no number of bytes");
    return size;
}

void writeProperty(
    rapidjson::Writer<rapidjson::StringBuffer>& writer,
    const std::string& name,
    const Jv& value,
    Scratch& scratch
) {
    if (!sdk::isText(name)) wrong("properties", "has a name that is no text");
    const std::string member = "properties." + name;
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    switch (value.kind()) {
        case JV_KIND_TRUE:
        case JV_KIND_FALSE:
            writer.Bool(value.kind() == JV_KIND_TRUE);
            return;
        case JV_KIND_NUMBER: {
            const std::string_view text = numberOf(member, value, scratch);
            writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
            return;
        }
        default: {
            const std::string_view text = textOf(member, value, kPropertyBytesMax, scratch);
            writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
        }
    }
}

std::string_view propertiesOf(const Jv& value, Scratch& scratch) {
    if (value.kind() == JV_KIND_NULL) return {};
    if (value.kind() != JV_KIND_OBJECT)
        wrong("properties", "is " + std::string(kindName(value.kind())) + " in place of an object");
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const auto& [name, property] : membersOf(value))
        if (property.kind() != JV_KIND_NULL) writeProperty(writer, name, property, scratch);
    writer.EndObject();
    if (buffer.GetSize() > kPropertiesBytesMax)
        wrong("properties", "is longer than " + std::to_string(kPropertiesBytesMax) + " bytes");
    return scratch.keep({buffer.GetString(), buffer.GetSize()});
}

/// Gathers the members of one output.
class Reader {
  public:
    explicit Reader(Scratch& scratch) : scratch_(scratch) {}

    Told read(const Jv& output) {
        if (output.kind() != JV_KIND_OBJECT)
            throw Wrong{"it is " + std::string(kindName(output.kind())) + " in place of an object"};
        for (const auto& [name, value] : membersOf(output))
            take(name, value);
        if (told_.word.empty()) wrong("event", "is missing");
        if (!eventType(told_.word))
            wrong(
                "event",
                "is \"" + std::string(told_.word.substr(0, kShownBytesMax)) +
                    "\"; it is created, updated, deleted, moved, restored or changed"
            );
        if (told_.object.object_id.empty()) wrong("id", "is missing");
        told_.object.type = objectType(kind_);
        if (told_.object.type == sdk::ObjectType::Other)
            told_.object_type = typeName(kind_, scratch_);
        return told_;
    }

  private:
    void take(const std::string& name, const Jv& value) {
        sdk::Object& object = told_.object;
        const std::map<std::string_view, std::pair<std::string_view*, std::size_t>> texts{
            {"event", {&told_.word, kIdBytesMax}},
            {"id", {&object.object_id, kIdBytesMax}},
            {"type", {&kind_, kIdBytesMax}},
            {"name", {&object.name, kNameBytesMax}},
            {"path", {&object.path, kPathBytesMax}},
            {"previous_path", {&told_.previous_path, kPathBytesMax}},
            {"revision", {&object.revision, kIdBytesMax}},
            {"content_hash", {&object.content_hash, kIdBytesMax}},
            {"modified_by", {&object.modified_by, kNameBytesMax}},
        };
        const std::map<std::string_view, std::optional<std::int64_t>*> times{
            {"created", &object.created_ms},
            {"modified", &object.modified_ms},
            {"occurred", &told_.occurred_ms},
        };
        if (const auto text = texts.find(name); text != texts.end())
            *text->second.first = textOf(name, value, text->second.second, scratch_);
        else if (const auto time = times.find(name); time != times.end())
            *time->second = timeOf(name, value, scratch_);
        else if (name == "size")
            object.size = sizeOf(name, value, scratch_);
        else if (name == "properties")
            told_.properties = propertiesOf(value, scratch_);
        else
            wrong(name, "is no member of an event; what is the provider's own goes to properties");
    }

    Scratch& scratch_;
    std::string_view kind_;
    Told told_{{}, sdk::Object(), {}, std::nullopt, {}, {}};
};

}  // namespace

std::variant<Told, std::string> readTold(const Jv& output, Scratch& scratch) {
    try {
        return Reader(scratch).read(output);
    } catch (Wrong& found) {
        return std::move(found.what);
    }
}

}  // namespace ferry::declarative
