#include "http/reactor.h"

#include "base/check.h"
#include "http/problem.h"
#include "http/request_head.h"
#include "http/response_writer.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

namespace ferry::http {
namespace {

constexpr int kEventsMax = 256;
/// How long a connection waits here for its next request. A busy client has asked again by then;
/// waits of any length are the gate's, with its limits.
constexpr Milliseconds kBusyWait{100};
/// Of half a request; the gate has a limit for those of all connections.
constexpr std::size_t kHeldMax = 64 * 1024;

}  // namespace

/// A connection while it is here.
struct Reactor::Served {
    std::unique_ptr<Connection> connection;
    Place self{};
    Steady::time_point waits_since{};
    bool is_readable = false;  ///< bytes came, or its end, that were not read yet
    // Of the request whose answer is outstanding.
    std::string method;
    std::string request_id;
    bool keeps_alive = false;
};

Reactor::Reactor(ReactorOptions options, GiveBack give_back, RequestIds& ids)
    : options_(std::move(options)),
      give_back_(std::move(give_back)),
      ids_(ids),
      inbox_(std::make_shared<ReactorInbox>()),
      epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    FERRY_CHECK(epoll_fd_ >= 0, "epoll failed");
    epoll_event event{EPOLLIN, {.ptr = nullptr}};
    FERRY_CHECK(
        ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, inbox_->wakeFd(), &event) == 0, "epoll_ctl failed"
    );
    thread_ = std::thread([this] { loop(); });
    pthread_setname_np(thread_.native_handle(), "http-reactor");
}

Reactor::~Reactor() {
    stop(Milliseconds(0));
    ::close(epoll_fd_);
}

void Reactor::take(std::unique_ptr<Connection> connection) {
    inbox_->bring(std::move(connection));
}

void Reactor::beginStop() {
    is_stopping_ = true;
    inbox_->wake();
}

bool Reactor::stop(Milliseconds grace) {
    if (!thread_.joinable()) return true;
    beginStop();
    {
        std::unique_lock lock(mutex_);
        idle_.wait_for(lock, grace, [this] { return in_flight_ == 0; });
    }
    is_cut_ = true;
    thread_.join();
    return cut_ == 0;
}

void Reactor::loop() {
    for (;;) {
        poll();
        takeInbox();
        endWaits(Steady::now());
        if (!is_stopping_) continue;
        while (!waiting_.empty())
            drop(waiting_.begin());
        if (busy_.empty()) return;
    }
}

void Reactor::poll() {
    epoll_event events[kEventsMax];
    const int wait_ms =
        waiting_.empty() && !is_stopping_ ? -1 : static_cast<int>(kBusyWait.count());
    const int count = ::epoll_wait(epoll_fd_, events, kEventsMax, wait_ms);
    for (int i = 0; i < count; ++i) {
        if (events[i].data.ptr == nullptr) continue;  // the inbox, which is looked into anyway
        // An event ends no connection but its own, so all that follow are still there.
        Served& served = *static_cast<Served*>(events[i].data.ptr);
        served.is_readable = true;
        if (served.request_id.empty()) advance(served.self);
    }
}

void Reactor::takeInbox() {
    ReactorInbox::Brought brought = inbox_->take();
    for (ReactorInbox::Answered& answered : brought.answers) {
        answer(static_cast<Served*>(answered.served)->self, std::move(answered.response));
    }
    if (is_stopping_) return;
    for (std::unique_ptr<Connection>& newcomer : brought.newcomers)
        enter(std::move(newcomer));
}

void Reactor::enter(std::unique_ptr<Connection> connection) {
    const Place place = waiting_.emplace(waiting_.end());
    place->self = place;
    place->connection = std::move(connection);
    place->waits_since = Steady::now();
    // By edges: whatever comes while a request is in flight is noted once and costs no call.
    epoll_event event{EPOLLIN | EPOLLET, {.ptr = &*place}};
    if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, place->connection->fd, &event) != 0) {
        waiting_.erase(place);
        return;
    }
    advance(place);
}

void Reactor::advance(Place place) {
    Served& served = *place;
    RequestReader& reader = served.connection->reader;
    while (reader.wantsBytes() && served.is_readable) {
        if (!receive(served)) return drop(place);
    }
    if (reader.state() == RequestReader::State::Ready) {
        if (options_.is_deferred(reader.method(), reader.target())) return serve(place);
        return giveBack(place);
    }
    if (reader.state() == RequestReader::State::Refused) return giveBack(place);
    sendContinue(served.connection->fd, reader);
    if (reader.hasBegun() && reader.bytesHeld() > kHeldMax) giveBack(place);
}

bool Reactor::receive(Served& served) {
    RequestReader& reader = served.connection->reader;
    const std::span<char> space = reader.space();
    const ssize_t got = ::recv(served.connection->fd, space.data(), space.size(), MSG_DONTWAIT);
    if (got > 0) {
        // Less than there was room for is all that there is; what comes after gives an event.
        served.is_readable = static_cast<std::size_t>(got) == space.size();
        reader.added(static_cast<std::size_t>(got));
        return true;
    }
    if (got == 0) {
        reader.ended();
        return reader.state() == RequestReader::State::Refused;
    }
    if (errno == EINTR) return true;
    served.is_readable = false;
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

void Reactor::serve(Place place) {
    Served& served = *place;
    RequestReader& reader = served.connection->reader;
    busy_.splice(busy_.end(), waiting_, place);
    const bool is_full = in_flight_.fetch_add(1) >= options_.in_flight_max;
    Request request;
    request.request_id = served.request_id = ids_.next();
    request.peer = served.connection->peer_text;
    const RequestHead head = readHead(reader.head(), request);
    served.keeps_alive = head.keeps_alive;
    served.method = request.method;
    const auto ticket = std::make_shared<AnswerTicket>(inbox_, &served);
    if (is_full) {
        Response response = problem(503, request.request_id, "too many requests are in progress");
        response.headers.add("Retry-After", "1");
        return ticket->use(std::move(response));
    }
    if (!head.has_path) {
        return ticket->use(problem(400, request.request_id, "the request target is not a path"));
    }
    request.body = reader.takeBody();
    const Answer answer = [ticket](Response response) { ticket->use(std::move(response)); };
    answerWith(options_.handler, request, answer, options_.report);
}

void Reactor::answer(Place place, std::optional<Response> response) {
    Served& served = *place;
    const auto why = response ? whyNotSendable(*response) : "the handler gave no answer";
    if (why || response->stream) {
        Request request;
        request.request_id = served.request_id;
        if (options_.report)
            options_.report(request, why.value_or("a deferred answer is streamed"));
        response = problem(Error(ErrorCode::Internal, ""), served.request_id);
    }
    const bool keeps_alive = served.keeps_alive && !is_stopping_;
    const std::string bytes = renderResponse(
        *response,
        {served.request_id, date(), keeps_alive, framingOf(served.method, *response, true)}
    );
    if (is_cut_) ++cut_;
    // So little fits in, unless a client sends and sends and reads no answer: it gets no more.
    const ssize_t sent =
        is_cut_ ? -1
                : ::send(
                      served.connection->fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL
                  );
    waiting_.splice(waiting_.end(), busy_, place);
    served.request_id.clear();
    if (--in_flight_ == 0 && is_stopping_) {
        const std::lock_guard lock(mutex_);
        idle_.notify_all();
    }
    if (sent != static_cast<ssize_t>(bytes.size()) || !keeps_alive) return drop(place);
    Connection& connection = *served.connection;
    connection.reader.next();
    connection.stage = Connection::Stage::Idle;
    served.waits_since = Steady::now();
    connection.deadline = served.waits_since + options_.idle;
    advance(place);
}

/// Closing alone does not end the events: a process that was forked, and has not yet come to what
/// it runs, has the connection open as well.
void Reactor::forget(Place place) {
    ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, place->connection->fd, nullptr);
}

void Reactor::drop(Place place) {
    forget(place);
    waiting_.erase(place);
}

void Reactor::giveBack(Place place) {
    forget(place);
    std::unique_ptr<Connection> connection = std::move(place->connection);
    waiting_.erase(place);
    give_back_(std::move(connection));
}

void Reactor::endWaits(Steady::time_point now) {
    const auto isDue = [&] {
        return now - waiting_.front().waits_since >= kBusyWait ||
               waiting_.size() > options_.waiting_max;
    };
    while (!waiting_.empty() && isDue())
        giveBack(waiting_.begin());
}

const std::string& Reactor::date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_second_) {
        date_second_ = now;
        date_ =
            Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT);
    }
    return date_;
}

}  // namespace ferry::http
