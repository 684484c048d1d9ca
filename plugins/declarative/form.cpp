#include "form.h"

#include "text.h"

#include <ferry/sdk.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ferry::declarative {
namespace {

constexpr std::size_t kPairsMax = 1000;

struct NamedValues {
    std::string name;
    std::vector<std::string> values;
};

using FormWriter = rapidjson::Writer<rapidjson::StringBuffer>;

bool isUtf8(std::string_view text) {
    // A NUL is none of an id, but it is a character.
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, text.find('\0'));
        if (!piece.empty() && !sdk::isText(piece, piece.size())) return false;
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
    }
    return true;
}

/// The pairs by name; nullopt as formAsJson.
std::optional<std::vector<NamedValues>> pairsOf(
    std::string_view form, std::span<const std::string> without
) {
    std::vector<NamedValues> named;
    std::unordered_map<std::string, std::size_t> places;
    std::size_t count = 0;
    while (!form.empty()) {
        const std::string_view pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(pair.size() + 1, form.size()));
        if (pair.empty()) continue;
        if (++count > kPairsMax) return std::nullopt;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = formDecoded(pair.substr(0, equals));
        auto value = formDecoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value) return std::nullopt;
        if (std::find(without.begin(), without.end(), *name) != without.end()) continue;
        if (!isUtf8(*name) || !isUtf8(*value)) return std::nullopt;
        const auto [place, is_new] = places.emplace(*name, named.size());
        if (is_new) named.push_back({std::move(*name), {}});
        named[place->second].values.push_back(std::move(*value));
    }
    if (named.empty()) return std::nullopt;
    return named;
}

void write(FormWriter& writer, const std::string& text) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

std::optional<std::string> formAsJson(std::string_view form, std::span<const std::string> without) {
    const auto named = pairsOf(form, without);
    if (!named) return std::nullopt;
    rapidjson::StringBuffer buffer;
    FormWriter writer(buffer);
    writer.StartObject();
    for (const NamedValues& one : *named) {
        write(writer, one.name);
        const bool is_list = one.values.size() > 1;
        if (is_list) writer.StartArray();
        for (const std::string& value : one.values)
            write(writer, value);
        if (is_list) writer.EndArray();
    }
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize());
}

std::string sortedForm(std::string_view form) {
    auto named = pairsOf(form, {});
    if (!named) return {};
    std::sort(named->begin(), named->end(), [](const NamedValues& a, const NamedValues& b) {
        return a.name < b.name;
    });
    std::string text;
    for (NamedValues& one : *named) {
        std::sort(one.values.begin(), one.values.end());
        one.values.erase(std::unique(one.values.begin(), one.values.end()), one.values.end());
        for (const std::string& value : one.values)
            text.append(one.name).append(value);
    }
    return text;
}

bool mayBeForm(std::string_view content_type) noexcept {
    constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t'))
        type.remove_suffix(1);
    return type.empty() ||
           std::equal(type.begin(), type.end(), kForm.begin(), kForm.end(), [](char a, char b) {
               return lower(a) == b;
           });
}

}  // namespace ferry::declarative
