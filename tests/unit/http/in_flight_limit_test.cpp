// Goal: no more calls run than allowed, the others get 503 with Retry-After, and every end counts.
// Method: a handler that calls the wrapped handler again stands for others that are in flight.

#include "http/in_flight_limit.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ferry::http {
namespace {

/// Status of the innermost of `depth` calls that are in flight at the same time.
int statusAtDepth(InFlightLimit& limit, int depth) {
    int left = depth;
    int status = 0;
    Handler handler;
    handler = limit.wrap([&](const Request& request) {
        if (--left > 0) status = handler(request).status;
        return Response();
    });
    const int outermost = handler(Request()).status;
    return depth == 1 ? outermost : status;
}

TEST(InFlightLimit, LetsThroughUpToTheLimit) {
    InFlightLimit limit(2, Milliseconds(3000));

    EXPECT_EQ(statusAtDepth(limit, 1), 200);
    EXPECT_EQ(statusAtDepth(limit, 2), 200);
    EXPECT_EQ(statusAtDepth(limit, 3), 200) << "the outer calls answer, the third is shed";
    EXPECT_EQ(limit.shedTotal(), 1U);
    EXPECT_EQ(limit.inFlight(), 0U);
}

TEST(InFlightLimit, ShedsWith503AndRetryAfter) {
    InFlightLimit limit(0, Milliseconds(3000));

    const Response response = limit.wrap([](const Request&) { return Response(); })(Request());

    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.headers.get("Retry-After"), "3");
}

TEST(InFlightLimit, CountsDownWhenTheHandlerThrows) {
    InFlightLimit limit(1, Milliseconds(1));
    const Handler handler =
        limit.wrap([](const Request&) -> Response { throw std::runtime_error("x"); });

    EXPECT_THROW(handler(Request()), std::runtime_error);
    EXPECT_THROW(handler(Request()), std::runtime_error);
    EXPECT_EQ(limit.inFlight(), 0U);
}

}  // namespace
}  // namespace ferry::http
