#pragma once
// A value that another thread gives, for a handler that waits for it; whoever waits may give up,
// and the value then comes to nobody.

#include "base/clock.h"
#include "http/message.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace ferry::api {

/// Threads: giver() may be called from any thread, once; all else by one.
template <typename T>
class Awaited {
  public:
    std::function<void(T)> giver() {
        return [state = state_](T value) {
            const std::lock_guard lock(state->mutex);
            state->value.emplace(std::move(value));
            state->changed.notify_all();
        };
    }

    /// nullopt: it did not come within `patience`, or `client`, who may be null, is gone.
    std::optional<T> wait(http::Client* client, Milliseconds patience) {
        const auto until = std::chrono::steady_clock::now() + patience;
        std::unique_lock lock(state_->mutex);
        while (!state_->value) {
            if (std::chrono::steady_clock::now() >= until) return std::nullopt;
            if (client != nullptr && client->isGone()) return std::nullopt;
            state_->changed.wait_for(lock, kLookInterval);
        }
        return std::move(state_->value);
    }

  private:
    /// How often the client is looked at.
    static constexpr Milliseconds kLookInterval{200};

    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<T> value;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace ferry::api
