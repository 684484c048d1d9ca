#pragma once
// One streamed exchange with another server, as a thread sees it that may block: sends the body of
// its client, waits for the head of the answer, and hands its body on as a source. Gives up when
// the client does.

#include "http/message.h"
#include "http/outbound.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace ferry::http {

/// Threads: one.
class StreamedExchange {
  public:
    /// Begins. `request` has its stream with the pipe of the answer; its body, if it has a pipe, is
    /// that of `client`, who may be null otherwise. Lifetime: `outbound` outlives it and its body;
    /// `client` outlives waitForHead().
    StreamedExchange(Outbound& outbound, OutboundRequest request, Client* client);
    /// Ends the exchange, if its body was not taken.
    ~StreamedExchange();
    StreamedExchange(const StreamedExchange&) = delete;
    StreamedExchange& operator=(const StreamedExchange&) = delete;

    /// Sends the body, then waits for the answer: status and headers, with the body in
    /// takeBody(), or why there is none: Cancelled if the client is gone, or its body is cut off.
    OutboundResponse waitForHead();

    /// The body of the answer, once the head is there. The exchange ends with it.
    std::shared_ptr<BodySource> takeBody();

  private:
    /// Outlives this: the outbound thread has it.
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<OutboundResponse> head;
        std::optional<OutboundResponse> end;
    };

    std::optional<OutboundResponse> sendBody();
    bool isAnswered();
    OutboundResponse giveUp(TransportError error, const char* detail);

    Outbound& outbound_;
    Client* client_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
    std::shared_ptr<BodyPipe> up_;
    std::shared_ptr<BodyPipe> down_;
    RequestHandle handle_;
};

/// All of `source`, at most `bytes_max` of it. Errors: those of the source; Unavailable if there is
/// more, or nothing comes for `patience`.
Result<std::string> readWhole(BodySource& source, std::size_t bytes_max, Milliseconds patience);

}  // namespace ferry::http
