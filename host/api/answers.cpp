#include "api/answers.h"

#include "base/utf8.h"

namespace ferry::api {

http::Response jsonAnswer(const JsonWriter& json) {
    http::Response response;
    response.body = json.take();
    return response;
}

http::Response providerProblem(
    int status,
    std::string_view request_id,
    std::string_view message,
    std::string_view provider_message
) {
    JsonWriter json;
    json.beginObject().field("requestId", request_id).field("message", toValidUtf8(message));
    json.field("providerMessage", toValidUtf8(provider_message)).endObject();
    http::Response response = jsonAnswer(json);
    response.status = status;
    return response;
}

}  // namespace ferry::api
