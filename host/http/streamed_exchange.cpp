#include "http/streamed_exchange.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

namespace ferry::http {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
/// How often a client is looked at while something else is waited for.
constexpr Milliseconds kLookInterval{200};
/// How long the other server may take nothing of a body while it sends an answer that nobody reads
/// before the body is sent: then each waits for the other.
constexpr Milliseconds kStallMax{60'000};

/// What is left of an exchange once its head is there.
class ExchangeBody final : public BodySource {
  public:
    ExchangeBody(Outbound& outbound, RequestHandle handle, std::shared_ptr<BodyPipe> pipe)
        : outbound_(outbound), handle_(handle), pipe_(std::move(pipe)) {}
    ~ExchangeBody() override {
        pipe_->abandon();
        outbound_.cancel(handle_);
    }
    ExchangeBody(const ExchangeBody&) = delete;
    ExchangeBody& operator=(const ExchangeBody&) = delete;

    Result<std::size_t> read(std::span<char> into, Milliseconds patience) override {
        return pipe_->read(into, patience);
    }

  private:
    Outbound& outbound_;
    const RequestHandle handle_;
    const std::shared_ptr<BodyPipe> pipe_;
};

bool isOnlyLate(const Result<std::size_t>& result) {
    return !result && result.error().code == ErrorCode::DeadlineExceeded;
}

}  // namespace

StreamedExchange::StreamedExchange(Outbound& outbound, OutboundRequest request, Client* client)
    : outbound_(outbound),
      client_(client),
      up_(request.stream->request_body),
      down_(request.stream->response_body) {
    const auto keep = [state = state_](
                          std::optional<OutboundResponse> State::* place, OutboundResponse response
                      ) {
        const std::lock_guard lock(state->mutex);
        (*state).*place = std::move(response);
        state->changed.notify_all();
    };
    request.stream->on_head = [keep](OutboundResponse head) {
        keep(&State::head, std::move(head));
    };
    handle_ = outbound_.submit(std::move(request), [keep](OutboundResponse end) {
        keep(&State::end, std::move(end));
    });
}

StreamedExchange::~StreamedExchange() {
    if (!down_) return;
    down_->abandon();
    outbound_.cancel(handle_);
}

OutboundResponse StreamedExchange::waitForHead() {
    if (up_) {
        if (auto failure = sendBody()) return std::move(*failure);
    }
    std::unique_lock lock(state_->mutex);
    while (!state_->head && !state_->end) {
        state_->changed.wait_for(lock, kLookInterval);
        if (client_ != nullptr && client_->isGone()) {
            return giveUp(TransportError::Cancelled, "the client is gone");
        }
    }
    return state_->head ? *state_->head : *state_->end;
}

/// Nothing if what comes next is an answer.
std::optional<OutboundResponse> StreamedExchange::sendBody() {
    std::vector<char> buffer(kPieceBytes);
    for (;;) {
        const Result<std::size_t> got = client_->read(buffer, kLookInterval);
        if (isOnlyLate(got)) {
            if (isAnswered()) return std::nullopt;
            continue;
        }
        if (!got) {
            up_->fail(got.error());
            return giveUp(TransportError::Cancelled, "the body of the request is cut off");
        }
        if (*got == 0) {
            up_->finish();
            return std::nullopt;
        }
        auto stalled_at = std::chrono::steady_clock::now() + kStallMax;
        for (std::string_view left(buffer.data(), *got); !left.empty();) {
            const Result<std::size_t> written = up_->write(left, kLookInterval);
            if (written) {
                left.remove_prefix(*written);
                stalled_at = std::chrono::steady_clock::now() + kStallMax;
                continue;
            }
            // Nobody takes it any more: the exchange has ended, or does without the rest.
            if (!isOnlyLate(written)) return std::nullopt;
            if (client_->isGone()) return giveUp(TransportError::Cancelled, "the client is gone");
            if (std::chrono::steady_clock::now() > stalled_at) {
                return giveUp(TransportError::Timeout, "the body of the request is not taken");
            }
        }
    }
}

/// The answer came, or why there is none, before the body was sent.
bool StreamedExchange::isAnswered() {
    const std::lock_guard lock(state_->mutex);
    return state_->end.has_value() || (state_->head && state_->head->status >= 400);
}

OutboundResponse StreamedExchange::giveUp(TransportError error, const char* detail) {
    outbound_.cancel(handle_);
    OutboundResponse response;
    response.error = error;
    response.error_detail = detail;
    return response;
}

std::shared_ptr<BodySource> StreamedExchange::takeBody() {
    return std::make_shared<ExchangeBody>(outbound_, handle_, std::move(down_));
}

Result<std::string> readWhole(BodySource& source, std::size_t bytes_max, Milliseconds patience) {
    std::string all;
    std::vector<char> piece(kPieceBytes);
    for (;;) {
        FERRY_TRY_ASSIGN(const std::size_t got, source.read(piece, patience));
        if (got == 0) return all;
        if (got > bytes_max - all.size()) {
            return fail(
                ErrorCode::Unavailable, fmt::format("the body is longer than {} bytes", bytes_max)
            );
        }
        all.append(piece.data(), got);
    }
}

}  // namespace ferry::http
