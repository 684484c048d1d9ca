#pragma once
// Serves the requests whose answers come later, such as webhooks that are answered when they are on
// disk: one thread reads them, calls their handlers, and sends the answers as they come, many in
// one go. A thread for each would sleep and wake twice a request, and that costs more than all
// else.

#include "http/connection.h"
#include "http/handler_guard.h"
#include "http/message.h"
#include "http/reactor_inbox.h"
#include "http/request_ids.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <ctime>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ferry::http {

struct ReactorOptions {
    DeferredHandler handler;
    RequestTest is_deferred;   ///< which requests are for it; the others' connections go back
    FailureReport report;      ///< may be empty
    Milliseconds idle{15000};  ///< what a connection that goes back may wait for its next request
    /// Requests whose answers are outstanding; more are answered 503 with Retry-After.
    std::size_t in_flight_max = 4096;
    /// Connections that wait here for their next request, for a moment; more go back earlier.
    std::size_t waiting_max = 1024;
};

/// Threads: take() and inFlight() by any; construction, stop() and destruction by the owner.
class Reactor {
  public:
    using GiveBack = std::function<void(std::unique_ptr<Connection>)>;

    /// `give_back` gets, on the reactor's thread, connections whose next request is for others or
    /// long in coming, and those whose request was refused. `ids` outlives it.
    Reactor(ReactorOptions options, GiveBack give_back, RequestIds& ids);
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Takes a connection whose request is Ready and deferred.
    void take(std::unique_ptr<Connection> connection);

    /// Takes no more, and closes connections without a request.
    void beginStop();
    /// Waits for the answers of the others; after `grace` they are dropped as they come. Returns
    /// when all have come, so that no handler's work is left. True if nobody missed an answer.
    bool stop(Milliseconds grace);

    std::size_t inFlight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }

  private:
    using Steady = Connection::Steady;
    struct Served;
    using Place = std::list<Served>::iterator;

    void loop();
    void poll();
    void takeInbox();
    void enter(std::unique_ptr<Connection> connection);
    /// Goes on with a connection that is not in flight: reads, serves, waits, or lets it go.
    void advance(Place place);
    /// False if the connection is over.
    bool receive(Served& served);
    void serve(Place place);
    void answer(Place place, std::optional<Response> response);
    void forget(Place place);
    void drop(Place place);
    void giveBack(Place place);
    void endWaits(Steady::time_point now);
    const std::string& date();

    const ReactorOptions options_;
    const GiveBack give_back_;
    RequestIds& ids_;
    const std::shared_ptr<ReactorInbox> inbox_;
    int epoll_fd_;

    std::list<Served> waiting_;  // for their next request, the one that waits longest first
    std::list<Served> busy_;     // with a request whose answer is outstanding
    std::string date_;
    std::time_t date_second_ = 0;

    std::atomic<std::size_t> in_flight_{0};
    std::atomic<std::size_t> cut_{0};
    std::atomic<bool> is_stopping_{false};
    std::atomic<bool> is_cut_{false};
    std::mutex mutex_;
    std::condition_variable idle_;
    std::thread thread_;
};

}  // namespace ferry::http
