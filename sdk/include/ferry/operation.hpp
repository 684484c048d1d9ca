#pragma once
// A coroutine hook as a resumable operation of the ABI: its copied arguments, its context, its
// task, and how each kind of result goes to the host's sink.

#include <ferry/documents.hpp>
#include <ferry/records.hpp>
#include <ferry/subscriptions.hpp>
#include <ferry/task.hpp>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace ferry::sdk::detail {

/// Copies a ferry_account and all it points at.
class AccountCopy {
  public:
    explicit AccountCopy(const ferry_account& from)
        : id_(toView(from.account_id)), state_(toView(from.account_state)) {
        copy(FieldsView(from.configuration), configuration_);
        copy(FieldsView(from.base_urls), base_urls_);
        account_.struct_size = sizeof account_;
        account_.account_id = toStr(id_);
        account_.account_state = toStr(state_);
        account_.configuration = configuration_.fields(configuration_fields_);
        account_.base_urls = base_urls_.fields(base_url_fields_);
    }
    AccountCopy(const AccountCopy&) = delete;
    AccountCopy& operator=(const AccountCopy&) = delete;
    const AccountView& get() const noexcept { return view_; }

  private:
    static void copy(const FieldsView& from, Headers& to) {
        for (std::size_t i = 0; i < from.size(); ++i)
            to.add(std::string(from.name(i)), std::string(from.value(i)));
    }
    std::string id_;
    std::string state_;
    Headers configuration_;
    Headers base_urls_;
    std::vector<ferry_field> configuration_fields_;
    std::vector<ferry_field> base_url_fields_;
    ferry_account account_{};
    AccountView view_{account_};
};

/// A record that its constructor copies whole.
template <typename T>
class RecordCopy {
  public:
    template <typename Abi>
    explicit RecordCopy(const Abi& from) : value_(from) {}
    const T& get() const noexcept { return value_; }

  private:
    T value_;
};

inline ferry_status emit(const ferry_sink* sink, const TokenSet& tokens) {
    ferry_token_set out{};
    out.struct_size = sizeof out;
    out.access_token = toStr(tokens.access_token);
    out.refresh_token = toStr(tokens.refresh_token);
    out.token_type = toStr(tokens.token_type);
    out.expires_at_ms = tokens.expires_at_ms;
    out.scope = toStr(tokens.scope);
    out.account_id = toStr(tokens.account_id);
    out.extra = toStr(tokens.extra);
    return sink->token_set(sink, &out);
}

inline ferry_status emit(const ferry_sink* sink, const Identity& identity) {
    ferry_identity out{};
    out.struct_size = sizeof out;
    out.account_id = toStr(identity.account_id);
    out.label = toStr(identity.label);
    out.tenant = toStr(identity.tenant);
    out.account_state = toStr(identity.account_state);
    out.extra = toStr(identity.extra);
    return sink->identity(sink, &out);
}

inline ferry_status emitPage(
    const ferry_sink* sink, std::string_view cursor, bool has_more, std::uint32_t flags = 0
) {
    const ferry_page out{sizeof(ferry_page), has_more ? 1 : 0, toStr(cursor), flags, 0};
    return sink->page(sink, &out);
}

inline ferry_status emit(const ferry_sink* sink, const Page& page) {
    for (std::size_t i = 0; i < page.size(); ++i) {
        const ferry_change change{sizeof(ferry_change), 0, toBytes(page[i]), toStr(page.hint(i))};
        if (const ferry_status status = sink->change(sink, &change); status < 0) return status;
    }
    const std::uint32_t flags = page.lists_next ? FERRY_PAGE_LIST_NEXT : 0;
    return emitPage(sink, page.next_cursor, page.has_more, flags);
}

/// The only hook with a text for a result is initialCursor.
inline ferry_status emit(const ferry_sink* sink, const std::string& cursor) {
    return emitPage(sink, cursor, false);
}

/// What the host holds as ferry_operation*.
class OperationBase {
  public:
    OperationBase() = default;
    OperationBase(const OperationBase&) = delete;
    OperationBase& operator=(const OperationBase&) = delete;
    virtual ~OperationBase() = default;
    virtual ferry_status advance(
        const ferry_call* call, const ferry_http_response* response, const ferry_sink* sink
    ) = 0;

    ferry_operation* toAbi() noexcept { return reinterpret_cast<ferry_operation*>(this); }
    static OperationBase* fromAbi(ferry_operation* op) noexcept {
        return reinterpret_cast<OperationBase*>(op);
    }
};

template <typename T, typename... Args>
class Operation final : public OperationBase {
  public:
    /// Copies the arguments and makes the coroutine, which does not run yet.
    template <typename Hook, typename... Abi>
    Operation(const ferry_call* call, const Services& services, Hook&& hook, const Abi&... abi)
        : context_(services), arguments_(abi...), task_(make(call, hook)) {
        task_.handle_.promise().driver = &context_.driver_;
    }

    ferry_status advance(
        const ferry_call* call, const ferry_http_response* response, const ferry_sink* sink
    ) override {
        const Entered entered(context_, call);
        if (!resume(response)) throw Error::invalid("advance without the answer it waits for");
        context_.driver_.run();
        if (task_.handle_.done()) return finish(sink);
        if (!context_.request_)
            throw Error::internal("the coroutine waits for something other than context.send");
        const Request request = std::move(*std::exchange(context_.request_, std::nullopt));
        require(request.emit(sink), "the http request");
        return FERRY_NEED_HTTP;
    }

  private:
    /// The call is known only while the host is in one.
    class Entered {
      public:
        Entered(Context& context, const ferry_call* call) : context_(context) {
            context.call_ = call;
        }
        ~Entered() { context_.call_ = nullptr; }
        Entered(const Entered&) = delete;
        Entered& operator=(const Entered&) = delete;

      private:
        Context& context_;
    };

    template <typename Hook>
    Task<T> make(const ferry_call* call, Hook&& hook) {
        const Entered entered(context_, call);
        return std::apply(
            [&](const auto&... copies) { return hook(context_, copies.get()...); }, arguments_
        );
    }

    bool resume(const ferry_http_response* response) {
        if (!is_started_) {
            is_started_ = true;
            context_.driver_.schedule(task_.handle_);
            return true;
        }
        if (response == nullptr || !context_.waiting_) return false;
        context_.response_ = HttpResponse(*response);
        context_.driver_.schedule(std::exchange(context_.waiting_, nullptr));
        return true;
    }

    ferry_status finish(const ferry_sink* sink) {
        if constexpr (std::is_void_v<T>) {
            (void)sink;
            task_.handle_.promise().take();
        } else {
            const T result = task_.handle_.promise().take();
            require(emit(sink, result), "the result");
        }
        return FERRY_OK;
    }

    Context context_;
    std::tuple<Args...> arguments_;
    Task<T> task_;
    bool is_started_ = false;
};

}  // namespace ferry::sdk::detail
