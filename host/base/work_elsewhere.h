#pragma once
// Work that a worker has done by executors, on their threads, while its own goes on.

#include "base/serial_executor.h"
#include "base/worker.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace ferry {

/// Set once nobody waits for a piece of work any more. May be null: somebody always does.
using IsOver = std::shared_ptr<const std::atomic<bool>>;

/// `T` is a piece of work, and has place for what comes of it. It comes back to the worker in any
/// case, whose thread destroys it. Threads: one at a time.
template <typename T>
class WorkElsewhere {
  public:
    using Work = std::function<void(T&)>;

    /// `wake` is called on the executor's thread when something has come back.
    explicit WorkElsewhere(Wake wake) { state_->wake = std::move(wake); }
    ~WorkElsewhere() { end(); }
    WorkElsewhere(const WorkElsewhere&) = delete;
    WorkElsewhere& operator=(const WorkElsewhere&) = delete;

    /// `work` changes `piece` on the executor's thread. It is left out if `is_over` says so by
    /// then, and after `end`.
    void submit(SerialExecutor& executor, T piece, IsOver is_over, Work work) {
        {
            const std::lock_guard lock(state_->mutex);
            ++state_->given;
        }
        // A task can be copied, and a piece perhaps not.
        const auto kept = std::make_shared<T>(std::move(piece));
        executor.submit(
            [state = state_, kept, is_over = std::move(is_over), work = std::move(work)] {
                if (!state->is_ended && !(is_over && *is_over)) work(*kept);
                const std::lock_guard lock(state->mutex);
                state->done.push_back(std::move(*kept));
                --state->given;
                state->all_done.notify_all();
                if (state->wake) state->wake();
            }
        );
    }

    /// What has come back.
    std::vector<T> take() {
        const std::lock_guard lock(state_->mutex);
        return std::exchange(state_->done, {});
    }

    /// Waits until all has come back.
    void wait() {
        std::unique_lock lock(state_->mutex);
        state_->all_done.wait(lock, [this] { return state_->given == 0; });
    }

    /// Leaves out what has not begun, waits for the rest, and destroys what has come back. Nothing
    /// may be submitted after it.
    void end() {
        state_->is_ended = true;
        {
            const std::lock_guard lock(state_->mutex);
            state_->wake = nullptr;
        }
        wait();
        // Not under the lock: what is destroyed may wait for the executor's thread.
        const std::vector<T> destroyed = take();
    }

  private:
    /// Outlives this for the end of a task that has given everything back.
    struct State {
        std::atomic<bool> is_ended{false};
        std::mutex mutex;
        std::condition_variable all_done;
        std::vector<T> done;
        std::size_t given = 0;  ///< and not back
        Wake wake;
    };

    const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace ferry
