#include "api/async_message.h"

#include "api/callback_request.h"
#include "api/json_body.h"
#include "base/json_writer.h"
#include "http/problem.h"
#include "http/request_head.h"
#include "pipeline/callback_signature.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::api {
namespace {

std::string contextOf(InstanceId instance) {
    return fmt::format("message of instance {}", instance.value);
}

std::string memberOf(const rapidjson::Document& root, std::string_view name) {
    const rapidjson::Value* value = findMember(root, name);
    return value != nullptr && value->IsString() ? std::string(textOf(*value)) : std::string();
}

}  // namespace

std::string sealAsyncMessage(
    const AsyncMessage& message, InstanceId instance, const SealingKey& key, Random& random
) {
    JsonWriter json;
    json.beginObject().field("url", message.url).field("method", message.method);
    json.field("target", message.target).field("body", message.body).endObject();
    return key.seal(json.take(), contextOf(instance), random);
}

Result<AsyncMessage> openAsyncMessage(const store::Message& message, const SealingKey& key) {
    FERRY_TRY_ASSIGN(const Secret text, key.open(message.sealed, contextOf(message.instance)));
    const auto root = readJsonObject(text.reveal());
    if (!root) return fail(ErrorCode::Corrupt, "message: " + root.error().message);
    return AsyncMessage{
        memberOf(*root, "url"),
        memberOf(*root, "method"),
        memberOf(*root, "target"),
        memberOf(*root, "body")};
}

http::Request asyncCallOf(const AsyncMessage& message, std::string request_id) {
    http::Request request;
    http::readHead(fmt::format("{} {} HTTP/1.1\r\n\r\n", message.method, message.target), request);
    request.request_id = std::move(request_id);
    return request;
}

std::string asyncAnswerBody(
    DeliveryId id,
    InstanceId instance,
    const http::Response& answer,
    std::string_view request_id,
    std::size_t bytes_max
) {
    const bool is_large = answer.body.size() > bytes_max;
    const http::Response refusal = is_large ? http::problem(
                                                  413,
                                                  request_id,
                                                  "the answer is too large to be sent to a "
                                                  "callback: ask for it without "
                                                  "Elements-Async-Request, or in smaller pages"
                                              )
                                            : http::Response();
    const http::Response& told = is_large ? refusal : answer;
    JsonWriter json;
    json.beginObject().field("eventId", id.value).field("instanceId", instance.value);
    json.field("notificationId", id.value).field("status", std::int64_t{told.status});
    if (const auto next = told.headers.get("Elements-Next-Page-Token"))
        json.field("nextPage", *next);
    json.key("response");
    if (told.body.empty()) {
        json.null();
    } else {
        json.raw(told.body);
    }
    json.endObject();
    return json.take();
}

http::OutboundRequest asyncCallback(
    DeliveryId id,
    const AsyncMessage& message,
    const pipeline::InstanceSettings& settings,
    TimePoint wall_now
) {
    http::OutboundRequest request = callbackRequest(message.url, message.body);
    request.timeout = settings.delivery.timeout.value_or(request.timeout);
    if (message.url == settings.callback_url) {
        request.tls = settings.delivery.tls;
        for (const auto& [name, value] : settings.delivery.headers)
            request.headers.add(name, std::string(value.reveal()));
    }
    const std::string number = std::to_string(id.value);
    pipeline::signCallback(
        {number, "answer-" + number, wall_now, request.body, settings.signing_keys}, request.headers
    );
    return request;
}

}  // namespace ferry::api
