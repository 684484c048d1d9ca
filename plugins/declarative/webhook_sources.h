#pragma once
// What expressions see of a webhook.

#include "program.h"
#include "text.h"
#include "verify.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <utility>

namespace ferry::declarative {

/// Of headers and what else is kept beside a record.
inline constexpr std::size_t kHintBytesMax = 8192;

/// A webhook, and one record of its body.
class WebhookSources final : public Sources {
  public:
    WebhookSources(
        const sdk::WebhookRequestView& request,
        const rapidjson::Value& body,
        const rapidjson::Value& record
    )
        : request_(request), body_(body), record_(record) {}

    Value path(const Pointer& pointer, Scratch& scratch) const override {
        return valueAt(record_, pointer, scratch);
    }
    Value body(const Pointer& pointer, std::string_view, Scratch& scratch) const override {
        return valueAt(body_, pointer, scratch);
    }
    Value outside(std::string_view key, Scratch& scratch) const override {
        const std::string_view name = key.substr(key.find(':') + 1);
        if (key.starts_with("header:")) {
            const std::string_view value = onlyHeader(request_.headers(), name);
            // Text, as all that goes on to the host.
            return sdk::isText(value, kHintBytesMax) ? Value{Value::Kind::Text, value} : Value();
        }
        if (!key.starts_with("query:")) return {};
        auto value = queryValue(request_.query(), name);
        if (!value || !sdk::isText(*value, kHintBytesMax)) return {};
        return {Value::Kind::Text, scratch.keep(std::move(*value))};
    }
    Value word(std::string_view name, Scratch&) const override {
        return name == "crc" && !crc.empty() ? Value{Value::Kind::Text, crc} : Value();
    }

    std::string crc;  ///< the signed token of a challenge

  private:
    const sdk::WebhookRequestView& request_;
    const rapidjson::Value& body_;
    const rapidjson::Value& record_;
};

}  // namespace ferry::declarative
