#pragma once
// What other threads bring to the reactor: connections, and answers to the requests that it has. It is
// shared with those who have yet to answer.

#include "http/connection.h"
#include "http/message.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace ferry::http {

/// Threads: bring() by any, take() by the reactor.
class ReactorInbox {
  public:
    struct Answered {
        void* served;                      ///< the reactor's; lives until it is answered
        std::optional<Response> response;  ///< none: the handler let go of its answer
    };
    struct Brought {
        std::vector<Answered> answers;
        std::vector<std::unique_ptr<Connection>> newcomers;
    };

    ReactorInbox();
    ~ReactorInbox();
    ReactorInbox(const ReactorInbox&) = delete;
    ReactorInbox& operator=(const ReactorInbox&) = delete;

    void bring(Answered answered);
    void bring(std::unique_ptr<Connection> connection);
    void wake();
    Brought take();
    /// Readable while something was brought and not taken, or after wake().
    int wakeFd() const noexcept { return wake_fd_; }

  private:
    void wakeOnce();

    const int wake_fd_;
    std::mutex mutex_;
    Brought brought_;
    bool is_woken_ = false;
};

/// The right to answer one request, held by its handler until it does. Threads: any.
class AnswerTicket {
  public:
    AnswerTicket(std::shared_ptr<ReactorInbox> inbox, void* served)
        : inbox_(std::move(inbox)), served_(served) {}
    ~AnswerTicket() {
        if (!is_used_) inbox_->bring({served_, std::nullopt});
    }
    AnswerTicket(const AnswerTicket&) = delete;
    AnswerTicket& operator=(const AnswerTicket&) = delete;

    /// What comes after the first answer is dropped.
    void use(Response response) {
        if (!is_used_.exchange(true)) inbox_->bring({served_, std::move(response)});
    }

  private:
    const std::shared_ptr<ReactorInbox> inbox_;
    void* const served_;
    std::atomic<bool> is_used_{false};
};

}  // namespace ferry::http
