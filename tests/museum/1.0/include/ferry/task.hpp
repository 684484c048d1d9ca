#pragma once
// Task<T>: a coroutine that may wait for the provider, and the context it waits with. A driver loop
// resumes one coroutine after the other, so that deep or long chains of tasks need no stack.

#include <ferry/call.hpp>
#include <ferry/http.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace ferry::sdk {

template <typename T>
class Task;

namespace detail {
class OperationBase;
template <typename T, typename... Args>
class Operation;

/// Which coroutine runs next.
class Driver {
  public:
    Driver() {}
    void schedule(std::coroutine_handle<> handle) noexcept { next_ = handle; }
    void run() {
        while (next_)
            std::exchange(next_, nullptr).resume();
    }

  private:
    std::coroutine_handle<> next_;
};

/// What all promises share. Not a template, so that a task can wait for a task of another type.
class PromiseBase {
  public:
    std::suspend_always initial_suspend() const noexcept { return {}; }

    class FinalAwaiter {
      public:
        FinalAwaiter() {}
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            PromiseBase& promise = ended.promise();
            if (promise.continuation) promise.driver->schedule(promise.continuation);
        }
        void await_resume() const noexcept {}
    };
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    Driver* driver = nullptr;
    std::coroutine_handle<> continuation;
    std::exception_ptr error;
};

template <typename T>
class Promise : public PromiseBase {
  public:
    Task<T> get_return_object() noexcept;
    void return_value(T result) { value = std::move(result); }
    void return_value(Error failure) noexcept {
        error = std::make_exception_ptr(std::move(failure));
    }
    T take() {
        if (error) std::rethrow_exception(std::exchange(error, nullptr));
        return std::move(*value);
    }

    std::optional<T> value;
};

template <>
class Promise<void> : public PromiseBase {
  public:
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() {
        if (error) std::rethrow_exception(std::exchange(error, nullptr));
    }
};

}  // namespace detail

/// The result of a coroutine hook or of a helper coroutine of a plugin. It starts when it is waited
/// for; to end it before its end destroys its frame and all that lives in it.
///
/// An error is thrown, or given back with `co_return Error(...)`. Wait for a task once.
template <typename T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle) noexcept : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    class Awaiter {
      public:
        explicit Awaiter(Handle handle) noexcept : handle_(handle) {}
        bool await_ready() const noexcept { return false; }
        template <typename Parent>
        void await_suspend(std::coroutine_handle<Parent> parent) const noexcept {
            static_assert(
                std::is_base_of_v<detail::PromiseBase, Parent>, "wait for a Task only in a Task"
            );
            detail::PromiseBase& promise = handle_.promise();
            promise.driver = parent.promise().driver;
            promise.continuation = parent;
            promise.driver->schedule(handle_);
        }
        T await_resume() const { return handle_.promise().take(); }

      private:
        Handle handle_;
    };
    Awaiter operator co_await() && noexcept { return Awaiter(handle_); }

  private:
    template <typename, typename...>
    friend class detail::Operation;
    Handle handle_;
};

template <typename T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// What a coroutine hook works with. It lives as long as the operation; one thread at a time.
class Context {
  public:
    explicit Context(const Services& services) noexcept : services_(&services) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// The call of the current step: a new one after each co_await.
    Call call() const noexcept { return {call_, *services_}; }

    class SendAwaiter {
      public:
        SendAwaiter(Context& context, Request request)
            : context_(context), request_(std::move(request)) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiting) {
            context_.request_.emplace(std::move(request_));
            context_.waiting_ = waiting;
        }
        HttpResponse await_resume() const { return std::move(context_.response_); }

      private:
        Context& context_;
        Request request_;
    };

    /// Hands `request` to the host and waits: `auto response = co_await context.send(request)`.
    /// A failure on the way is a response with status 0, not an exception.
    [[nodiscard]] SendAwaiter send(Request request) { return {*this, std::move(request)}; }

  private:
    template <typename, typename...>
    friend class detail::Operation;

    const Services* services_;
    const ferry_call* call_ = nullptr;
    detail::Driver driver_;
    std::optional<Request> request_;
    std::coroutine_handle<> waiting_;
    HttpResponse response_;
};

}  // namespace ferry::sdk
