#pragma once
// Between Poco and our handlers: makes our request of the head that Poco was given and the body
// that is there already (or comes while the handler runs).

#include "http/handler_guard.h"
#include "http/message.h"
#include "http/request_ids.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <string>
#include <utility>

namespace ferry::http {

/// Makes one adapter per request. Threads: createRequestHandler() from many at a time.
class HandlerAdapterFactory final : public Poco::Net::HTTPRequestHandlerFactory {
  public:
    /// `ids` outlives it.
    HandlerAdapterFactory(
        RequestIds& ids, Handler handler, FailureReport report, BadPathAnswer bad_path
    )
        : ids_(ids),
          handler_(std::move(handler)),
          report_(std::move(report)),
          bad_path_(std::move(bad_path)) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& request
    ) override;

    Response answer(const Request& request) const { return answerOf(handler_, request, report_); }
    /// To a request whose path can't be decoded.
    Response answerBadPath(const Request& request) const;
    std::string nextRequestId() { return ids_.next(); }

  private:
    RequestIds& ids_;
    const Handler handler_;
    const FailureReport report_;
    const BadPathAnswer bad_path_;
};

}  // namespace ferry::http
