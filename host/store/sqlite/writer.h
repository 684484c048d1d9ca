#pragma once
// The one writer of the file, with group commit: the writes that wait while a commit is on its way
// to the disk share the next one. See host/decisions/0004-notice-rows-and-group-commit.md.

#include "store/sqlite/connection.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace ferry::store::sqlite {

/// One write: complete or not at all.
struct Write {
    /// Writes. May be called a second time, after everything it wrote was rolled back.
    std::function<Status(Connection&)> apply;
    /// Called when it is on disk, before the caller goes on: updates what is kept in memory.
    std::function<void()> committed;
    std::size_t bytes = 0;  ///< about how much it writes; bounds the group
    Status result;          ///< set by `Writer::run`
    /// How long it waits for a commit of others that it can share, at most; 0: not at all. A commit
    /// of its own would keep waiting whoever writes next.
    Milliseconds patience{0};
};

struct WriterOptions {
    bool is_inline = false;  ///< run on the caller's thread (the simulation)
    std::size_t group_writes_max =
        256;  ///< what a group may hold; writers that wait are many fewer
    std::size_t group_bytes_max = 4U << 20U;
    /// For tests: asked before each COMMIT; true makes that fail as a full disk would.
    std::function<bool()> fails_commit;
};

/// Threads: any, but for construction and destruction.
class Writer {
  public:
    Writer(std::unique_ptr<Connection> connection, WriterOptions options);
    /// Does what waits, then ends.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Runs the writes in one transaction and returns when each has its result and what succeeded
    /// is on disk. A write that fails leaves nothing behind and harms no other.
    void run(std::span<Write> writes);

    /// The same without waiting: `done` gets the writes with their results, on the writer's thread
    /// (within this call if the writer is inline), and must not write itself.
    void post(std::vector<Write> writes, std::function<void(std::span<Write>)> done);

    /// Runs one.
    Status run(
        std::function<Status(Connection&)> apply,
        std::function<void()> committed = {},
        std::size_t bytes = 0,
        Milliseconds patience = Milliseconds(0)
    );

    /// Why it can't write: see MetaStore::writeFailure.
    std::optional<Error> failure() const;

  private:
    /// Writes that nobody waits for.
    struct Posted {
        std::vector<Write> writes;
        std::function<void(std::span<Write>)> done;
    };
    struct Group {
        std::vector<Write*> writes;
        std::vector<Posted> posted;
        std::size_t bytes = 0;
        std::atomic<int> is_done{0};
        std::chrono::steady_clock::time_point wait_until{};  ///< of a patient one
        std::shared_ptr<Group>
            guest;  ///< a patient one that shares the commit; its writes are here
    };

    std::shared_ptr<Group> enqueue(std::span<Write> writes, Posted posted);
    std::shared_ptr<Group>& groupFor(std::span<const Write> writes, std::size_t bytes);
    bool hasRoom(const Group& group, std::size_t writes, std::size_t bytes) const;
    void waitForWork(std::unique_lock<std::mutex>& lock);
    void takeGuest(Group& host);
    void loop();
    std::shared_ptr<Group> nextGroup();
    void finish(Group& group);
    void tellDone(Group& group);
    void execute(Group& group);
    bool applyTogether(Group& group);
    void applyEach(Group& group);
    void commit(Group& group);
    void makeRoomIfFull(const Group& group);
    void noteOutcome(const Group& group, std::int64_t changes_before);
    void rollBack();
    Status begin();
    static void failAll(Group& group, const Error& error);

    std::unique_ptr<Connection> connection_;
    const WriterOptions options_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::deque<std::shared_ptr<Group>> waiting_;
    std::shared_ptr<Group> patient_;  ///< waits for a group to share its commit
    bool is_idle_ = false;
    bool is_stopping_ = false;
    mutable std::mutex failure_mutex_;
    std::optional<Error> failure_;  ///< guarded by failure_mutex_
    std::thread thread_;
};

}  // namespace ferry::store::sqlite
