#pragma once
// Between Poco and our handlers: makes our request of Poco's head and the body that is there
// already (or comes while the handler runs), and is the only place where an exception becomes an
// answer (Poco drops the connection without one).

#include "http/message.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ferry::http {

/// Told about a handler that threw, for the log. Threads: many at a time.
using FailureReport = std::function<void(const Request& request, std::string_view what)>;

/// Makes one adapter per request. Threads: createRequestHandler() from many at a time.
class HandlerAdapterFactory final : public Poco::Net::HTTPRequestHandlerFactory {
  public:
    /// `request_id_seed` makes the ids of this process unlike those of others.
    HandlerAdapterFactory(std::uint64_t request_id_seed, Handler handler, FailureReport report);

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& request
    ) override;

    /// Calls the handler; an exception gives 500 and a report.
    Response answer(const Request& request) const;
    /// 24 hex digits, never the same twice in this process.
    std::string nextRequestId();

  private:
    const std::uint64_t request_id_seed_;
    Handler handler_;
    FailureReport report_;
    std::atomic<std::uint32_t> requests_{0};
};

}  // namespace ferry::http
