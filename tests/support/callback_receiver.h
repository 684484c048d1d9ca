#pragma once
// A customer's callback URL: keeps every request, and answers what the test scripted, 200
// otherwise.

#include "base/random.h"
#include "http/server.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::test {

/// One event of a callback's body.
struct ReceivedEvent {
    std::string id;
    std::string type;
    std::string object_type;
    std::string path;
    std::string previous_path;
    std::string instance;  ///< instanceName of the body it came in
    std::string url_path;  ///< of the request it came in
};

/// "CREATED /a.txt", "MOVED /a.txt -> /b.txt".
std::string told(const ReceivedEvent& event);

/// Threads: all functions from any.
class CallbackReceiver {
  public:
    CallbackReceiver();
    ~CallbackReceiver();
    CallbackReceiver(const CallbackReceiver&) = delete;
    CallbackReceiver& operator=(const CallbackReceiver&) = delete;

    /// "http://127.0.0.1:4711/events"
    std::string url(std::string_view path = "/events") const;
    std::uint16_t port() const { return server_->port(); }

    /// The next requests are answered with these, in order, and their events do not count.
    void answerNext(http::Response response, int times = 1);

    /// The next `times` requests with an event at `path` are answered 500, and do not count.
    void refuseEventsOf(std::string path, int times);

    /// Every request so far.
    std::vector<http::Request> requests() const;
    /// Events of the requests that were answered 200, each id once, in the order they came.
    std::vector<ReceivedEvent> events() const;
    /// `told` of each, sorted.
    std::vector<std::string> toldEvents() const;
    /// Waits until there are at least `count` events; false after the deadline.
    bool waitForEvents(std::size_t count) const;
    bool waitForRequests(std::size_t count) const;

  private:
    http::Response receive(const http::Request& request);

    SystemRandom random_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::deque<http::Response> script_;
    std::string refused_path_;
    int refusals_ = 0;
    std::vector<http::Request> requests_;
    std::vector<ReceivedEvent> events_;
    std::unique_ptr<http::Server> server_;
};

/// True if both signatures of the request verify with `key`.
bool isSigned(const http::Request& request, const std::string& key);

}  // namespace ferry::test
