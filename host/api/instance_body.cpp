#include "api/instance_body.h"

#include "api/json_body.h"
#include "api/plain_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <set>

namespace ferry::api {
namespace {

constexpr std::size_t kNameBytesMax = 128;
constexpr std::size_t kTagBytesMax = 256;
constexpr std::size_t kTagsMax = 100;
constexpr std::size_t kParametersMax = 500;
/// Before markup is taken out, which takes the square of this at worst.
constexpr std::size_t kMarkupBytesMax = 1024;

std::string jsonText(const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

/// A text, number or boolean as text.
std::optional<std::string> scalarText(const rapidjson::Value& value) {
    if (value.IsString()) return std::string(textOf(value));
    if (value.IsBool()) return value.GetBool() ? "true" : "false";
    if (!value.IsNumber()) return std::nullopt;
    return jsonText(value);
}

class BodyReader {
  public:
    Result<InstanceBody> read(const rapidjson::Value& root) {
        readElement(root);
        readName(root);
        readTags(root);
        readConfiguration(root);
        readProviderData(root);
        readExternal(root);
        readWantsObjects(root);
        if (problems_.empty()) return std::move(body_);
        return fail(ErrorCode::InvalidArgument, fmt::format("{}", fmt::join(problems_, "; ")));
    }

  private:
    void say(std::string problem) { problems_.push_back(std::move(problem)); }

    void sayKind(std::string_view name, std::string_view wanted, const rapidjson::Value& value) {
        say(fmt::format("'{}' is {}, and must be {}", name, jsonKindOf(value), wanted));
    }

    void readElement(const rapidjson::Value& root) {
        const rapidjson::Value* element = findMember(root, "element");
        if (element == nullptr) return;
        if (!element->IsObject()) return sayKind("element", "an object", *element);
        for (const char* name : {"key", "id"}) {
            const rapidjson::Value* value = findMember(*element, name);
            if (value == nullptr) continue;
            const auto text = scalarText(*value);
            if (!text)
                return sayKind(fmt::format("element.{}", name), "a text or a number", *value);
            body_.element = *text;
            return;
        }
    }

    void readName(const rapidjson::Value& root) {
        const rapidjson::Value* name = findMember(root, "name");
        if (name == nullptr) return;
        if (!name->IsString()) return sayKind("name", "a text", *name);
        const std::string_view text = textOf(*name);
        body_.name = toPlainText(text.substr(0, kMarkupBytesMax));
        if (body_.name->empty()) say("'name' is empty");
        if (body_.name->size() > kNameBytesMax || text.size() > kMarkupBytesMax) {
            say(fmt::format("'name' is longer than {} bytes", kNameBytesMax));
        }
    }

    void readTags(const rapidjson::Value& root) {
        const rapidjson::Value* tags = findMember(root, "tags");
        if (tags == nullptr) return;
        if (!tags->IsArray()) return sayKind("tags", "a list of texts", *tags);
        if (tags->Size() > kTagsMax)
            return say(fmt::format("there are more than {} tags", kTagsMax));
        body_.tags.emplace();
        std::set<std::string> seen;
        for (const auto& item : tags->GetArray()) {
            // An early form of the original: {"id": 1, "name": "red"}.
            const rapidjson::Value* tag = item.IsObject() ? findMember(item, "name") : &item;
            if (tag == nullptr || !tag->IsString()) {
                return sayKind("tags", "a list of texts", tag == nullptr ? item : *tag);
            }
            const std::string_view sent = textOf(*tag);
            std::string text = toPlainText(sent.substr(0, kMarkupBytesMax));
            if (text.size() > kTagBytesMax || sent.size() > kMarkupBytesMax) {
                return say(fmt::format("a tag is longer than {} bytes", kTagBytesMax));
            }
            if (!text.empty() && seen.insert(text).second) body_.tags->push_back(std::move(text));
        }
    }

    void readConfiguration(const rapidjson::Value& root) {
        const rapidjson::Value* configuration = findMember(root, "configuration");
        if (configuration == nullptr) return;
        if (!configuration->IsObject()) {
            return sayKind("configuration", "an object", *configuration);
        }
        if (configuration->MemberCount() > kParametersMax) {
            return say(fmt::format("'configuration' has more than {} entries", kParametersMax));
        }
        body_.has_configuration = true;
        for (const auto& [name, value] : configuration->GetObject()) {
            const std::string key(textOf(name));
            auto text = scalarText(value);
            // Samples have event.poller.configuration as an object, too.
            if (!text && !value.IsNull() && isInert(key)) text = jsonText(value);
            if (!text && !value.IsNull()) {
                sayKind(
                    "configuration." + key.substr(0, 128), "a text, a number or a boolean", value
                );
                continue;
            }
            body_.configuration.insert_or_assign(key, std::move(text));
        }
    }

    void readProviderData(const rapidjson::Value& root) {
        const rapidjson::Value* data = findMember(root, "providerData");
        if (data == nullptr) return;
        if (!data->IsObject()) return sayKind("providerData", "an object", *data);
        if (const rapidjson::Value* code = findMember(*data, "code")) {
            if (!code->IsString()) return sayKind("providerData.code", "a text", *code);
            body_.code = Secret(std::string(textOf(*code)));
        }
        const rapidjson::Value* token = findMember(*data, "refresh_token");
        if (token != nullptr && token->IsString()) {
            body_.has_configuration = true;
            body_.configuration.try_emplace(
                "oauth.user.refresh_token", std::string(textOf(*token))
            );
        }
    }

    void readExternal(const rapidjson::Value& root) {
        const rapidjson::Value* external = findMember(root, "externalAuthentication");
        if (external == nullptr) return;
        const bool is_text = external->IsString();
        if (is_text && textOf(*external) == "none") return;
        if (is_text && textOf(*external) == "initial") {
            body_.is_external = true;
            return;
        }
        say("'externalAuthentication' is neither \"none\" nor \"initial\"");
    }

    void readWantsObjects(const rapidjson::Value& root) {
        const rapidjson::Value* wanted = findMember(root, "retrieveObjectsAfterInstantiation");
        if (wanted == nullptr) return;
        const auto text = scalarText(*wanted);
        if (text != "true" && text != "false") {
            return sayKind("retrieveObjectsAfterInstantiation", "true or false", *wanted);
        }
        body_.wants_objects = text == "true";
    }

    InstanceBody body_;
    std::vector<std::string> problems_;
};

}  // namespace

Result<InstanceBody> readInstanceBody(std::string_view body) {
    FERRY_TRY_ASSIGN(const rapidjson::Document document, readJsonObject(body));
    return BodyReader().read(document);
}

Result<std::optional<std::string>> readPropertyValue(std::string_view body) {
    FERRY_TRY_ASSIGN(const rapidjson::Document document, readJsonObject(body));
    const auto member = document.FindMember("propertyValue");
    if (member == document.MemberEnd()) {
        return fail(ErrorCode::InvalidArgument, "the body lacks 'propertyValue'");
    }
    if (member->value.IsNull()) return std::optional<std::string>();
    auto text = scalarText(member->value);
    if (text) return text;
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format(
            "'propertyValue' is {}, and must be a text, a number or a boolean",
            jsonKindOf(member->value)
        )
    );
}

bool isInert(std::string_view key) {
    constexpr std::array<std::string_view, 30> kKeys = {
        "authentication.time",
        "base.url",
        "default.select.fields.map",
        "event.helper.key",
        "event.metadata",
        "event.notification.instance.finder",
        "event.notification.subscription.id",
        "event.notification.type",
        "event.objects",
        "event.poller.configuration",
        "event.poller.refresh_interval",
        "event.poller.urls",
        "event.raw.enabled",
        "expires",
        "expires_in",
        "filter.response.nulls",
        "oauth.authorization.url",
        "oauth.basic.header",
        "oauth.request.authorization.type",
        "oauth.request.url",
        "oauth.token.refresh_url",
        "oauth.token.revoke_url",
        "oauth.token.url",
        "oauth.user.id",
        "oauth.user.refresh_interval",
        "oauth.user.refresh_time",
        "oauth.user.token.secret",
        "pagination.max",
        "pagination.page.startindex",
        "pagination.type",
    };
    const bool is_of_set = key.starts_with("bulk.") || key.starts_with("aws.");
    return is_of_set || std::binary_search(kKeys.begin(), kKeys.end(), key);
}

std::string inertProblem(std::string_view key, std::string_view value) {
    if (key != "event.notification.type" || value.empty() || value == "webhook") return {};
    return fmt::format(
        "the value of '{}' is none of: webhook (the hub notifies in no other way)", key
    );
}

}  // namespace ferry::api
