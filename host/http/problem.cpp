#include "http/problem.h"

#include "base/json_writer.h"
#include "base/utf8.h"

#include <algorithm>

namespace ferry::http {

int statusOf(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::InvalidArgument:
            return 400;
        case ErrorCode::Unauthenticated:
        case ErrorCode::AuthorizationRevoked:
            return 401;
        case ErrorCode::PermissionDenied:
            return 403;
        case ErrorCode::NotFound:
            return 404;
        case ErrorCode::Conflict:
        case ErrorCode::CursorExpired:
            return 409;
        case ErrorCode::RateLimited:
            return 429;
        case ErrorCode::Unsupported:
            return 501;
        case ErrorCode::Unavailable:
        case ErrorCode::Cancelled:
            return 503;
        case ErrorCode::DeadlineExceeded:
            return 504;
        case ErrorCode::Corrupt:
        case ErrorCode::Internal:
            return 500;
    }
    return 500;
}

namespace {

/// Begins the body; texts may quote what a caller or a provider sent.
void writeProblem(JsonWriter& json, std::string_view request_id, std::string_view message) {
    json.beginObject().field("requestId", request_id).field("message", toValidUtf8(message));
}

/// 500 and 503 say that something is wrong with the hub.
int statusFor(const Error& error) noexcept {
    const int status = statusOf(error.code);
    return error.is_of_provider && (status == 500 || status == 503) ? 502 : status;
}

}  // namespace

Response problem(int status, std::string_view request_id, std::string_view message) {
    JsonWriter json;
    writeProblem(json, request_id, message);
    json.endObject();
    Response response;
    response.status = status;
    response.body = json.take();
    return response;
}

Response problem(const Error& error, std::string_view request_id) {
    const int status = statusFor(error);
    Response response = problem(
        status,
        request_id,
        status == 500 ? std::string_view("internal error; the log has it under this request id")
                      : std::string_view(error.message)
    );
    if (!error.provider_message.empty()) {
        JsonWriter json;
        writeProblem(json, request_id, error.message);
        json.field("providerMessage", toValidUtf8(error.provider_message)).endObject();
        response.body = json.take();
    }
    if (error.retry_after) {
        // Rounded up: a caller that comes back early is refused again.
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after);
        response.headers.add("Retry-After", std::to_string(std::max<long>(0, seconds.count())));
    }
    return response;
}

}  // namespace ferry::http
