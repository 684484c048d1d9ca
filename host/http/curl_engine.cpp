#include "http/curl_engine.h"

#include "base/thread_priority.h"

#include <fmt/core.h>
#include <pthread.h>
#include <signal.h>

namespace ferry::http {
namespace {

constexpr std::size_t kEasyKeptMax = 256;  ///< each holds its buffers

}  // namespace

CurlEngine::CurlEngine(CurlOutboundOptions options, std::vector<std::shared_ptr<X509>> authorities)
    : options_(std::move(options)),
      context_{
          options_.policy,
          options_.user_agent.empty() ? "Ferry/" FERRY_VERSION : options_.user_agent,
          options_.connect_timeout_max,
          options_.callback_proxy,
          std::move(authorities)},
      loop_(options_.connections_kept_max) {
    thread_ = std::thread([this] { run(); });
}

CurlEngine::~CurlEngine() {
    stop();
    {
        const std::lock_guard lock(mutex_);
        is_exiting_ = true;
    }
    loop_.wake();
    thread_.join();
}

RequestHandle CurlEngine::submit(OutboundRequest request, Outbound::Completion completion) {
    const bool starts_later = request.starts_later;
    auto transfer =
        std::make_unique<CurlTransfer>(context_, std::move(request), std::move(completion));
    RequestHandle handle = 0;
    {
        const std::lock_guard lock(mutex_);
        handle = ++last_handle_;
        inbox_.push_back({Wish::Start, handle, std::move(transfer)});
    }
    if (!starts_later) loop_.wake();
    return handle;
}

void CurlEngine::post(Wish wish, RequestHandle handle) {
    {
        const std::lock_guard lock(mutex_);
        inbox_.push_back({wish, handle, nullptr});
    }
    loop_.wake();
}

void CurlEngine::cancel(RequestHandle handle) {
    post(Wish::Cancel, handle);
}

void CurlEngine::stop() {
    FERRY_CHECK(std::this_thread::get_id() != thread_.get_id(), "stop on the outbound thread");
    std::unique_lock lock(mutex_);
    is_stopping_ = true;
    loop_.wake();
    drained_.wait(lock, [this] { return is_drained_; });
}

void CurlEngine::run() {
    // Signals are for the main thread; a closed TLS connection would raise SIGPIPE here.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    pthread_setname_np(pthread_self(), "outbound");
    // What comes in is answered first: who sends it waits for seconds at most.
    setThreadPriority(ThreadPriority::Low);
    while (takeInbox()) {
        startWaiting();
        std::optional<Steady::time_point> until;
        if (!deadlines_.empty()) until = deadlines_.begin()->first;
        for (const CurlLoop::Done& done : loop_.runOnce(until))
            finish(done.easy, done.code);
        endOverdue();
    }
}

bool CurlEngine::takeInbox() {
    bool is_stopping = false;
    bool is_exiting = false;
    {
        const std::lock_guard lock(mutex_);
        letters_.swap(inbox_);
        is_stopping = is_stopping_;
        is_exiting = is_exiting_;
    }
    for (Letter& letter : letters_) {
        switch (letter.wish) {
            case Wish::Start:
                enqueue(letter.handle, std::move(letter.transfer));
                break;
            case Wish::Cancel:
                end(letter.handle, CurlTransfer::failure(TransportError::Cancelled, "cancelled"));
                break;
            case Wish::Resume:
                resume(letter.handle);
                break;
        }
    }
    letters_.clear();
    if (is_stopping) {
        endAll();
        const std::lock_guard lock(mutex_);
        // Completions may have submitted more; those are cancelled in the next round.
        is_drained_ = inbox_.empty();
        if (is_drained_) drained_.notify_all();
        is_exiting = is_exiting && is_drained_;
    }
    return !is_exiting;
}

void CurlEngine::enqueue(RequestHandle handle, std::unique_ptr<CurlTransfer> transfer) {
    if (const Status checked = transfer->check(destinations_); !checked) {
        complete(
            *transfer, CurlTransfer::failure(TransportError::Refused, checked.error().message)
        );
        return;
    }
    const Destination& to = transfer->destination();
    const bool is_provider = transfer->request().traffic == Traffic::Provider;
    const auto wait_until = Steady::now() + transfer->request().timeout;
    const std::string destination =
        fmt::format("{} {} {} {}", is_provider ? 'p' : 'c', to.scheme, to.host, to.port);
    const std::size_t in_flight_max =
        is_provider ? options_.provider_destination_max : options_.callback_destination_max;
    const auto entry = entries_.emplace(handle, Entry{}).first;
    entry->second.transfer = std::move(transfer);
    entry->second.lane = lanes_.enter(destination, in_flight_max, handle);
    ++waiting_;
    startWaiting();
    if (!entry->second.is_in_flight) {
        entry->second.deadline = deadlines_.emplace(wait_until, handle);
    }
}

void CurlEngine::startWaiting() {
    const auto is_there = [this](RequestHandle handle) { return entries_.count(handle) != 0; };
    while (in_flight_.load() < options_.in_flight_max) {
        const auto handle = lanes_.next(is_there);
        if (!handle) return;
        start(*handle, entries_.find(*handle)->second);
    }
}

void CurlEngine::start(RequestHandle handle, Entry& entry) {
    if (entry.deadline) deadlines_.erase(*entry.deadline);
    entry.deadline.reset();
    entry.is_in_flight = true;
    ++in_flight_;
    --waiting_;
    EasyHandle easy;
    if (spare_easies_.empty()) {
        easy = makeEasyHandle(context_);
    } else {
        easy = std::move(spare_easies_.back());
        spare_easies_.pop_back();
    }
    handles_.emplace(easy.get(), handle);
    if (CurlStream* stream = entry.transfer->stream()) {
        stream->begin([this, handle] { post(Wish::Resume, handle); });
        entry.deadline = deadlines_.emplace(stream->idleAt(), handle);
    }
    entry.transfer->begin(std::move(easy));
    loop_.add(entry.transfer->request().traffic, entry.transfer->easy());
}

void CurlEngine::resume(RequestHandle handle) {
    const auto found = entries_.find(handle);
    if (found == entries_.end() || !found->second.is_in_flight) return;
    CurlTransfer& transfer = *found->second.transfer;
    const CURLcode code = transfer.stream()->resume(transfer.easy());
    // What was held back is handed on inside, and that can fail.
    if (code != CURLE_OK) end(handle, transfer.takeResponse(code));
}

void CurlEngine::finish(CURL* easy, CURLcode code) {
    // A completion that ran just before can't have ended it: cancels come through the inbox.
    const auto found = handles_.find(easy);
    FERRY_CHECK(found != handles_.end(), "curl finished a transfer of nobody");
    CurlTransfer& transfer = CurlTransfer::of(easy);
    if (transfer.wasConnectionStale(code)) {
        // Once, and as one attempt: the server closes what is kept whenever it likes.
        loop_.remove(transfer.request().traffic, easy);
        transfer.beginOnNewConnection();
        loop_.add(transfer.request().traffic, easy);
        return;
    }
    end(found->second, transfer.takeResponse(code));
}

void CurlEngine::end(RequestHandle handle, OutboundResponse response) {
    const auto found = entries_.find(handle);
    if (found == entries_.end()) return;
    Entry entry = std::move(found->second);
    entries_.erase(found);
    if (entry.deadline) deadlines_.erase(*entry.deadline);
    if (entry.is_in_flight) {
        loop_.remove(entry.transfer->request().traffic, entry.transfer->easy());
        handles_.erase(entry.transfer->easy());
        EasyHandle easy = entry.transfer->end();
        if (spare_easies_.size() < kEasyKeptMax) spare_easies_.push_back(std::move(easy));
        --in_flight_;
        lanes_.leave(entry.lane);
    } else {
        --waiting_;
    }
    complete(*entry.transfer, std::move(response));
}

void CurlEngine::complete(CurlTransfer& transfer, OutboundResponse response) {
    if (CurlStream* stream = transfer.stream()) stream->end(response.error, response.error_detail);
    transfer.takeCompletion()(std::move(response));
}

void CurlEngine::endOverdue() {
    const auto now = Steady::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const RequestHandle handle = deadlines_.begin()->second;
        Entry& entry = entries_.find(handle)->second;
        std::string detail = "no connection to this destination became free in time";
        if (entry.is_in_flight) {
            // Looked at when it is due, and not moved with each piece of a body.
            const CurlStream& stream = *entry.transfer->stream();
            const auto idle_at = stream.idleAt();
            deadlines_.erase(*entry.deadline);
            entry.deadline = deadlines_.emplace(idle_at, handle);
            if (idle_at > now) continue;
            detail = stream.idleText();
        }
        end(handle, CurlTransfer::failure(TransportError::Timeout, std::move(detail)));
    }
}

void CurlEngine::endAll() {
    while (!entries_.empty()) {
        end(entries_.begin()->first,
            CurlTransfer::failure(TransportError::Cancelled, "the hub is stopping"));
    }
}

}  // namespace ferry::http
