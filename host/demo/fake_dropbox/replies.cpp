#include "demo/fake_dropbox/replies.h"

#include "base/json_writer.h"

namespace ferry::demo {
namespace {

void writeUnion(JsonWriter& json, std::string_view tags, std::string_view required_scope) {
    const std::size_t slash = tags.find('/');
    const std::string_view tag = tags.substr(0, slash);
    json.beginObject().field(".tag", tag);
    if (slash != std::string_view::npos) {
        json.key(tag);
        writeUnion(json, tags.substr(slash + 1), required_scope);
    } else if (!required_scope.empty()) {
        json.field("required_scope", required_scope);
    }
    json.endObject();
}

}  // namespace

Reply jsonReply(std::string body, int status) {
    Reply reply;
    reply.status = status;
    reply.body = std::move(body);
    return reply;
}

Reply textReply(int status, std::string body) {
    Reply reply = jsonReply(std::move(body), status);
    reply.content_type = "text/plain; charset=utf-8";
    return reply;
}

Reply htmlReply(int status, std::string body) {
    Reply reply = jsonReply(std::move(body), status);
    reply.content_type = "text/html; charset=utf-8";
    return reply;
}

Reply badCall(std::string_view route, std::string_view problem) {
    std::string text = "Error in call to API function \"";
    text.append(route).append("\": ").append(problem);
    return textReply(400, std::move(text));
}

Reply unionError(int status, std::string_view tags, std::string_view required_scope) {
    JsonWriter json;
    json.beginObject().field("error_summary", std::string(tags) + "/..").key("error");
    writeUnion(json, tags, required_scope);
    json.endObject();
    return jsonReply(json.take(), status);
}

Reply rateLimited(std::optional<int> retry_after_seconds, bool as_text, bool in_body) {
    JsonWriter json;
    json.beginObject().field("error_summary", "too_many_requests/..").key("error").beginObject();
    json.key("reason").beginObject().field(".tag", "too_many_requests").endObject();
    if (retry_after_seconds && in_body) {
        json.field("retry_after", std::int64_t{*retry_after_seconds});
    }
    json.endObject().endObject();
    Reply reply = as_text ? textReply(429, "too_many_requests") : jsonReply(json.take(), 429);
    if (retry_after_seconds) {
        reply.headers.emplace_back("Retry-After", std::to_string(*retry_after_seconds));
    }
    return reply;
}

Reply oauthError(std::string_view error, std::string_view description, int status) {
    JsonWriter json;
    json.beginObject();
    // Wrong client credentials come as one text, code and words together.
    if (error == "invalid_client") {
        json.field("error", std::string(error) + ": " + std::string(description));
    } else {
        json.field("error_description", description).field("error", error);
    }
    json.endObject();
    return jsonReply(json.take(), status);
}

}  // namespace ferry::demo
