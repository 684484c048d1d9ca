#include "store/sqlite/writer.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace ferry::store::sqlite {

namespace {

// std::atomic::wait yields the processor many times before it sleeps. A commit takes far longer
// than that, and with tens of waiting threads it was a quarter of what a webhook costs.
void sleepUntilDone(std::atomic<int>& is_done) {
    static_assert(sizeof(is_done) == sizeof(int));
    while (is_done.load(std::memory_order_acquire) == 0)
        ::syscall(SYS_futex, &is_done, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
}

// A log that begins anew takes small writes on a disk that is full, while large ones go on failing.
constexpr std::uint64_t kRoomToRecover = 256U << 10U;

void wakeAll(std::atomic<int>& is_done) {
    ::syscall(SYS_futex, &is_done, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, WriterOptions options)
    : connection_(std::move(connection)), options_(std::move(options)) {
    if (options_.is_inline) return;
    thread_ = std::thread([this] { loop(); });
    pthread_setname_np(thread_.native_handle(), "store-writer");
}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    work_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Writer::run(std::span<Write> writes) {
    if (writes.empty()) return;
    sleepUntilDone(enqueue(writes, {})->is_done);
}

void Writer::post(std::vector<Write> writes, std::function<void(std::span<Write>)> done) {
    Posted posted{std::move(writes), std::move(done)};
    const std::span<Write> all(posted.writes);  // moving a vector leaves its elements in place
    enqueue(all, std::move(posted));
}

std::shared_ptr<Writer::Group> Writer::enqueue(std::span<Write> writes, Posted posted) {
    std::size_t bytes = 0;
    for (const Write& write : writes)
        bytes += write.bytes;

    std::unique_lock lock(mutex_);
    // The group is shared: whoever waits for it may wake and be gone before the writer has notified
    // the last.
    auto group = options_.is_inline ? std::make_shared<Group>() : groupFor(writes, bytes);
    for (Write& write : writes)
        group->writes.push_back(&write);
    group->bytes += bytes;
    if (posted.done) group->posted.push_back(std::move(posted));
    if (options_.is_inline) {
        finish(*group);
        return group;
    }
    const bool must_wake = is_idle_;
    is_idle_ = false;
    lock.unlock();
    if (must_wake) work_.notify_one();
    return group;
}

bool Writer::hasRoom(const Group& group, std::size_t writes, std::size_t bytes) const {
    return group.writes.size() + writes <= options_.group_writes_max &&
           group.bytes + bytes <= options_.group_bytes_max;
}

/// The group that the writes are put into, a new one if there is none with room. What comes while
/// patient ones wait for company is that company.
std::shared_ptr<Writer::Group>& Writer::groupFor(std::span<const Write> writes, std::size_t bytes) {
    const Milliseconds patience = writes.empty() ? Milliseconds(0) : writes.front().patience;
    const bool is_patient = patience.count() > 0 && waiting_.empty();
    if (is_patient && (!patient_ || hasRoom(*patient_, writes.size(), bytes))) {
        if (!patient_) {
            patient_ = std::make_shared<Group>();
            patient_->wait_until = std::chrono::steady_clock::now() + patience;
        }
        return patient_;
    }
    const bool fits = !waiting_.empty() && hasRoom(*waiting_.back(), writes.size(), bytes);
    if (!fits) waiting_.push_back(std::make_shared<Group>());
    return waiting_.back();
}

Status Writer::run(
    std::function<Status(Connection&)> apply,
    std::function<void()> committed,
    std::size_t bytes,
    Milliseconds patience
) {
    Write write{std::move(apply), std::move(committed), bytes, {}, patience};
    run(std::span(&write, 1));
    return std::move(write.result);
}

void Writer::loop() {
    while (const auto group = nextGroup())
        finish(*group);
}

void Writer::finish(Group& group) {
    const std::int64_t changes_before = connection_->totalChanges();
    execute(group);
    noteOutcome(group, changes_before);
    makeRoomIfFull(group);
    const std::shared_ptr<Group> guest = std::move(group.guest);
    tellDone(group);
    if (guest) tellDone(*guest);
    connection_->checkpointIfDue();
}

void Writer::tellDone(Group& group) {
    group.is_done.store(1, std::memory_order_release);
    if (!options_.is_inline) wakeAll(group.is_done);
    for (Posted& posted : group.posted)
        posted.done(posted.writes);
    group.posted.clear();
}

/// Waits for the next group. Null: nothing waits and the writer is to end.
std::shared_ptr<Writer::Group> Writer::nextGroup() {
    std::unique_lock lock(mutex_);
    while (waiting_.empty() && !is_stopping_)
        waitForWork(lock);
    is_idle_ = false;
    if (waiting_.empty() && patient_) waiting_.push_back(std::move(patient_));
    if (waiting_.empty()) return nullptr;
    auto group = std::move(waiting_.front());
    waiting_.pop_front();
    takeGuest(*group);
    return group;
}

void Writer::waitForWork(std::unique_lock<std::mutex>& lock) {
    is_idle_ = true;
    if (!patient_) {
        work_.wait(lock);
    } else if (work_.wait_until(lock, patient_->wait_until) == std::cv_status::timeout && waiting_.empty()) {
        waiting_.push_back(std::move(patient_));
    }
}

void Writer::takeGuest(Group& host) {
    if (!patient_) return;
    host.guest = std::move(patient_);
    host.writes.insert(host.writes.end(), host.guest->writes.begin(), host.guest->writes.end());
}

void Writer::execute(Group& group) {
    if (const Status begun = begin(); !begun) {
        failAll(group, begun.error());
        return;
    }
    if (applyTogether(group)) {
        commit(group);
        return;
    }
    // One failed with half of its rows written. Failures are rare, so the savepoints that keep the
    // others unharmed are paid for only now: on the hot path they would copy every changed page.
    rollBack();
    if (group.writes.size() == 1) return;
    if (const Status begun = begin(); !begun) {
        failAll(group, begun.error());
        return;
    }
    applyEach(group);
}

Status Writer::begin() {
    if (RowCounts* counts = connection_->rowCounts().get()) counts->begin();
    return connection_->query("BEGIN IMMEDIATE").run();
}

bool Writer::applyTogether(Group& group) {
    for (Write* write : group.writes) {
        const std::int64_t changes_before = connection_->totalChanges();
        write->result = write->apply(*connection_);
        const bool left_nothing =
            connection_->totalChanges() == changes_before && connection_->isInTransaction();
        if (!write->result && !left_nothing) return false;
    }
    return true;
}

void Writer::applyEach(Group& group) {
    RowCounts* const counts = connection_->rowCounts().get();
    for (Write* write : group.writes) {
        const auto counted = counts == nullptr ? RowCounts::Counts() : counts->mark();
        if (auto made = connection_->query("SAVEPOINT one").run(); !made) {
            write->result = std::move(made);
        } else {
            write->result = write->apply(*connection_);
            if (!write->result && connection_->isInTransaction()) {
                (void)connection_->query("ROLLBACK TO one").run();
                if (counts != nullptr) counts->backTo(counted);
            }
            if (connection_->isInTransaction()) (void)connection_->query("RELEASE one").run();
        }
        if (!connection_->isInTransaction()) {
            // SQLite gives up the whole transaction on some I/O errors.
            const std::string text =
                write->result ? "transaction lost" : write->result.error().message;
            failAll(group, Error(ErrorCode::Unavailable, text));
            return;
        }
    }
    commit(group);
}

void Writer::commit(Group& group) {
    const bool must_fail = options_.fails_commit && options_.fails_commit();
    const Status status = must_fail
                              ? Status(fail(ErrorCode::Unavailable, "store: commit: injected"))
                              : connection_->query("COMMIT").run();
    if (!status) {
        rollBack();
        failAll(group, Error(ErrorCode::Unavailable, status.error().message));
        return;
    }
    if (RowCounts* counts = connection_->rowCounts().get()) counts->commit();
    for (Write* write : group.writes) {
        if (write->result && write->committed) write->committed();
    }
}

std::optional<Error> Writer::failure() const {
    const std::lock_guard lock(failure_mutex_);
    return failure_;
}

/// What changed nothing went to no disk, so its success says nothing about that.
void Writer::noteOutcome(const Group& group, std::int64_t changes_before) {
    std::optional<Error> failure;
    const bool is_written = connection_->totalChanges() != changes_before;
    for (const Write* write : group.writes) {
        const bool is_refused =
            !write->result && write->result.error().code == ErrorCode::Unavailable;
        if (is_refused) failure = write->result.error();
    }
    const std::lock_guard lock(failure_mutex_);
    if (failure) {
        failure_ = std::move(failure);
    } else if (failure_ && is_written && connection_->roomLeft() >= kRoomToRecover) {
        failure_.reset();
    }
}

void Writer::makeRoomIfFull(const Group& group) {
    // The log grows up to its limit before it is copied into the file. A disk that is full before
    // that would stay so: copied, the log is written again from its beginning, which takes no room.
    const bool is_failed = std::any_of(group.writes.begin(), group.writes.end(), [](auto* write) {
        return !write->result && write->result.error().code == ErrorCode::Unavailable;
    });
    if (is_failed) connection_->checkpoint();
}

void Writer::rollBack() {
    if (connection_->isInTransaction()) (void)connection_->query("ROLLBACK").run();
}

void Writer::failAll(Group& group, const Error& error) {
    for (Write* write : group.writes) {
        if (write->result) write->result = fail(error);
    }
}

}  // namespace ferry::store::sqlite
