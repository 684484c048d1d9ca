#pragma once
// A call that is made for a caller of the hub.

#include "dropbox_api.h"
#include "dropbox_errors.h"
#include "json.h"

#include <ferry/sdk.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace ferry::dropbox {

/// One call of a caller. Follows a root namespace that has changed since the account was verified.
class Reading {
  public:
    Reading(sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens)
        : context_(context),
          account_(account),
          credentials_(account, tokens),
          root_(configuredRoot(account)) {}

    /// The 200 answer of an RPC route as JSON.
    sdk::Task<void> ask(Route route, std::string body, rapidjson::Document& answer) {
        const sdk::HttpResponse response = co_await send(route, [&] {
            sdk::Request request = rpc(account_, credentials_, routeName(route), body, root_);
            request.timeout(std::chrono::seconds(60)).responseBytesMax(kAnswerBytesMax);
            return request;
        });
        const json::Fault fault = json::parse(response.body(), answer);
        if (fault != json::Fault::None || !isJsonType(response))
            throw bodyError(routeName(route), response, fault, credentials_);
    }

    sdk::Task<sdk::HttpResponse> download(std::string argument, std::string range) {
        sdk::HttpResponse response = co_await send(Route::Download, [&] {
            sdk::Request request = contentDownload(account_, credentials_, argument, root_);
            if (!range.empty()) request.header("Range", range);
            request.streamAnswer();
            return request;
        });
        co_return response;
    }

    [[noreturn]] void throwBodyError(Route route, const sdk::HttpResponse& response) const {
        throw bodyError(routeName(route), response, json::Fault::BadShape, credentials_);
    }

  private:
    static constexpr std::int64_t kAnswerBytesMax = 16 << 20;

    template <typename Make>
    sdk::Task<sdk::HttpResponse> send(Route route, Make make) {
        sdk::HttpResponse response = co_await context_.send(make());
        if (isInvalidRoot(response)) {
            const std::optional<std::string> root = newRoot(response);
            if (root && *root != root_) {
                root_ = *root;
                response = co_await context_.send(make());
            }
        }
        if (!response.ok()) throw apiError(route, response, credentials_);
        co_return response;
    }

    sdk::Context& context_;
    const sdk::AccountView& account_;
    const Credentials credentials_;
    std::string root_;
};

}  // namespace ferry::dropbox
