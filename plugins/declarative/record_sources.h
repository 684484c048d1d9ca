#pragma once
// What expressions see of a record that a webhook has brought or a poll has shown.

#include "json.h"
#include "program.h"

#include <rapidjson/document.h>

namespace ferry::declarative {

/// What records are read in, one after another: the memory is used again. One thread.
struct RecordBuffers {
    JsonDocument record;
    JsonDocument hint;
};

/// A record, and what its notice or its poll has kept beside it. Both outlive it.
class RecordSources final : public Sources {
  public:
    /// `hint`: an object; anything else has nothing to say.
    RecordSources(const rapidjson::Value& record, const rapidjson::Value& hint)
        : record_(record), hint_(hint) {}

    Value path(const Pointer& pointer, Scratch& scratch) const override {
        return valueAt(record_, pointer, scratch);
    }
    Value body(const Pointer& pointer, std::string_view key, Scratch& scratch) const override {
        const Value kept = outside(key, scratch);
        return kept.isMissing() ? valueAt(record_, pointer, scratch) : kept;
    }
    Value outside(std::string_view key, Scratch&) const override {
        if (!hint_.IsObject()) return {};
        const auto name =
            rapidjson::StringRef(key.data(), static_cast<rapidjson::SizeType>(key.size()));
        const auto found = hint_.FindMember(rapidjson::Value(name));
        if (found == hint_.MemberEnd() || !found->value.IsString()) return {};
        return {Value::Kind::Text, {found->value.GetString(), found->value.GetStringLength()}};
    }

  private:
    const rapidjson::Value& record_;
    const rapidjson::Value& hint_;
};

}  // namespace ferry::declarative
