#pragma once
// The host's side of a call for tests of the SDK alone: remembers what the plugin said and gave.

#include <ferry/sdk.hpp>

#include <string>
#include <vector>

namespace ferry::sdk::test {

class FakeCall {
  public:
    FakeCall() {
        call_.struct_size = sizeof call_;
        call_.ctx = this;
        call_.is_cancelled = [](const ferry_call*) noexcept -> ferry_bool { return 0; };
        call_.fail =
            [](const ferry_call* call, ferry_status code, std::int64_t wait_ms, ferry_str text
            ) noexcept {
                auto& self = *static_cast<FakeCall*>(call->ctx);
                self.status = code;
                self.retry_after_ms = wait_ms;
                self.message = toView(text);
            };
    }
    FakeCall(const FakeCall&) = delete;
    FakeCall& operator=(const FakeCall&) = delete;
    const ferry_call* abi() const { return &call_; }

    ferry_status status = 0;
    std::int64_t retry_after_ms = 0;
    std::string message;

  private:
    ferry_call call_{};
};

/// Takes requests, tokens and pages.
class FakeSink {
  public:
    FakeSink() {
        sink_.struct_size = sizeof sink_;
        sink_.ctx = this;
        sink_.http_request = [](const ferry_sink* s, const ferry_http_request* r) noexcept {
            self(s).urls.emplace_back(toView(r->url));
            return self(s).answer;
        };
        sink_.token_set = [](const ferry_sink* s, const ferry_token_set* t) noexcept {
            self(s).access_token = toView(t->access_token);
            return self(s).answer;
        };
    }
    FakeSink(const FakeSink&) = delete;
    FakeSink& operator=(const FakeSink&) = delete;
    const ferry_sink* abi() const { return &sink_; }

    std::vector<std::string> urls;
    std::string access_token;
    ferry_status answer = FERRY_OK;  ///< what every function returns

  private:
    static FakeSink& self(const ferry_sink* sink) { return *static_cast<FakeSink*>(sink->ctx); }
    ferry_sink sink_{};
};

inline ferry_host fakeHost() {
    ferry_host host{};
    host.struct_size = sizeof host;
    host.abi_major = FERRY_ABI_MAJOR;
    host.abi_minor = FERRY_ABI_MINOR;
    host.get_service = [](const ferry_host*, const char*) noexcept -> const void* {
        return nullptr;
    };
    return host;
}

}  // namespace ferry::sdk::test
