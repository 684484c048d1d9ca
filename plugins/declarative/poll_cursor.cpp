#include "poll_cursor.h"

#include <ferry/error.hpp>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <utility>

namespace ferry::declarative {
namespace {

template <typename Cursor>
auto numbersOf(Cursor& cursor) {
    return std::array{
        std::pair("pages", &cursor.pages),
        std::pair("records", &cursor.records),
        std::pair("digest", &cursor.digest),
        std::pair("restarts", &cursor.restarts),
        std::pair("starts", &cursor.starts)};
}

template <typename Cursor>
auto timesOf(Cursor& cursor) {
    return std::array{
        std::pair("began", &cursor.began_ms),
        std::pair("newest", &cursor.newest_ms),
        std::pair("first", &cursor.first_ms),
        std::pair("listed", &cursor.listed_ms)};
}

std::string stringOf(const rapidjson::Value& value) {
    return value.IsString() ? std::string(value.GetString(), value.GetStringLength())
                            : std::string();
}

}  // namespace

PollCursor PollCursor::read(std::string_view text) {
    PollCursor cursor;
    if (text.empty()) return cursor;
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    if (document.HasParseError() || !document.IsObject())
        throw sdk::Error::cursorInvalid("the cursor is none of this plugin's");
    for (const auto& member : document.GetObject()) {
        const std::string_view name(member.name.GetString(), member.name.GetStringLength());
        const rapidjson::Value& value = member.value;
        if (name == "resource" && value.IsUint()) cursor.resource = value.GetUint();
        if (name == "page") cursor.page = stringOf(value);
        if (name == "url") {
            cursor.page = stringOf(value);
            cursor.is_url = true;
        }
        for (const auto& [key, place] : numbersOf(cursor))
            if (name == key && value.IsUint64()) *place = value.GetUint64();
        for (const auto& [key, place] : timesOf(cursor))
            if (name == key && value.IsInt64()) *place = value.GetInt64();
        if (name == "holds" && value.IsObject())
            for (const auto& count : value.GetObject())
                if (count.value.IsUint64())
                    cursor.holds.emplace(stringOf(count.name), count.value.GetUint64());
        if (name != "positions" || !value.IsObject()) continue;
        for (const auto& position : value.GetObject())
            cursor.positions.emplace(stringOf(position.name), stringOf(position.value));
    }
    return cursor;
}

std::string PollCursor::write() const {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    const auto string = [&writer](const std::string& text) {
        writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    };
    writer.StartObject();
    writer.Key("resource");
    writer.Uint64(resource);
    if (!page.empty()) {
        writer.Key(is_url ? "url" : "page");
        string(page);
    }
    for (const auto& [key, place] : numbersOf(*this)) {
        if (*place == 0) continue;
        writer.Key(key);
        writer.Uint64(*place);
    }
    for (const auto& [key, place] : timesOf(*this)) {
        if (*place == 0) continue;
        writer.Key(key);
        writer.Int64(*place);
    }
    writer.Key("positions");
    writer.StartObject();
    for (const auto& [name, position] : positions) {
        writer.Key(name.c_str());
        string(position);
    }
    writer.EndObject();
    if (!holds.empty()) {
        writer.Key("holds");
        writer.StartObject();
        for (const auto& [name, count] : holds) {
            writer.Key(name.c_str());
            writer.Uint64(count);
        }
        writer.EndObject();
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

void PollCursor::forgetPages() {
    page.clear();
    is_url = false;
    pages = 0;
    records = 0;
    digest = 0;
    starts = 0;
    began_ms = 0;
    newest_ms = 0;
}

}  // namespace ferry::declarative
