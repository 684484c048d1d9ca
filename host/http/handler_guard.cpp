#include "http/handler_guard.h"

#include "http/problem.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>
#include <memory>
#include <utility>

namespace ferry::http {
namespace {

/// Of the exception that is being handled.
std::string textOfException() {
    try {
        throw;
    } catch (const Poco::Exception& exception) {
        return exception.displayText();
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "something that is not a std::exception was thrown";
    }
}

Response failure(const Request& request, std::string what, const FailureReport& report) {
    if (report) report(request, what);
    return problem(Error(ErrorCode::Internal, std::move(what)), request.request_id);
}

bool hasBreak(const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

}  // namespace

Response answerOf(const Handler& handler, const Request& request, const FailureReport& report) {
    try {
        Response response = handler(request);
        const auto why = whyNotSendable(response);
        return why ? failure(request, std::string(*why), report) : response;
    } catch (...) {
        return failure(request, textOfException(), report);
    }
}

void answerWith(
    const DeferredHandler& handler,
    const Request& request,
    const Answer& answer,
    const FailureReport& report
) {
    try {
        handler(request, answer);
    } catch (...) {
        answer(failure(request, textOfException(), report));
    }
}

Response waitForAnswer(const DeferredHandler& handler, const Request& request) {
    struct Promised {
        std::promise<Response> answer;
        std::atomic<bool> is_kept{false};
    };
    auto promised = std::make_shared<Promised>();
    std::future<Response> answered = promised->answer.get_future();
    // The only one that holds it: let go of uncalled, the promise is broken.
    handler(request, [promised = std::move(promised)](Response response) {
        if (!promised->is_kept.exchange(true)) promised->answer.set_value(std::move(response));
    });
    return answered.get();
}

std::optional<std::string_view> whyNotSendable(const Response& response) {
    const auto& fields = response.headers.fields();
    const bool is_malformed = response.status < 200 || response.status > 599 ||
                              hasBreak(response.content_type) ||
                              std::any_of(fields.begin(), fields.end(), [](const auto& field) {
                                  return hasBreak(field.first) || hasBreak(field.second);
                              });
    if (!is_malformed) return std::nullopt;
    return "the handler's status or headers can't be sent";
}

}  // namespace ferry::http
