#pragma once
// A customer's callback: listens, verifies both signatures, and keeps what came.

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/server.h"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace ferry::demo {

struct ReceivedEvent {
    std::string id;
    std::string type;         ///< "CREATED", ...
    std::string object_type;  ///< "file" or "folder"
    std::string path;
    std::string previous_path;
};

/// Threads: all functions from any thread.
class DemoReceiver {
  public:
    DemoReceiver(std::string signature_key, const Clock& clock, Random& random);
    ~DemoReceiver();

    Status start();
    void stop();
    std::string url() const;

    /// Waits until there are more than `seen` events, or `timeout` has passed; gives all so far.
    std::vector<ReceivedEvent> waitForMore(std::size_t seen, Milliseconds timeout);

    /// Callbacks whose signature did not verify.
    std::size_t badSignatures() const;

  private:
    http::Response receive(const http::Request& request);
    bool verify(const http::Request& request) const;

    const std::string signature_key_;
    const Clock& clock_;
    std::unique_ptr<http::Server> server_;
    mutable std::mutex mutex_;
    std::condition_variable condition_;
    std::vector<ReceivedEvent> events_;
    std::set<std::string> ids_;  // deliveries may repeat; an id is an event
    std::size_t bad_signatures_ = 0;
};

}  // namespace ferry::demo
