#include "app/connector_places.h"

#include "base/json_writer.h"

#include <rapidjson/document.h>

#include <string_view>

namespace ferry::app {
namespace {

constexpr std::string_view kMetaPlaces = "connectors.places";

/// What can't be read counts as nothing: it is told again at the next load.
ConnectorPlaces readPlaces(std::string_view text) {
    ConnectorPlaces places;
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    if (document.HasParseError() || !document.IsObject()) return places;
    for (const auto& member : document.GetObject()) {
        if (!member.value.IsString()) continue;
        places.emplace(
            std::string(member.name.GetString(), member.name.GetStringLength()),
            std::string(member.value.GetString(), member.value.GetStringLength())
        );
    }
    return places;
}

}  // namespace

Result<ConnectorPlaces> rememberConnectors(
    const config::ManifestSet& loaded, store::MetaStore& meta
) {
    FERRY_TRY_ASSIGN(const auto stored, meta.get(kMetaPlaces));
    const ConnectorPlaces before = stored ? readPlaces(*stored) : ConnectorPlaces();
    ConnectorPlaces places = before;
    for (const auto& [key, manifest] : loaded) {
        places.insert_or_assign(key, manifest.source);
        for (const std::string& alias : manifest.aliases)
            places.insert_or_assign(alias, manifest.source);
    }
    if (places == before) return places;
    JsonWriter json;
    json.beginObject();
    for (const auto& [key, place] : places)
        json.field(key, place);
    json.endObject();
    FERRY_TRY(meta.put(kMetaPlaces, json.view()));
    return places;
}

}  // namespace ferry::app
