#include "oauth/authorization_wait.h"

#include <future>
#include <memory>
#include <utility>

namespace ferry::oauth {

std::optional<Result<AuthorizedAccount>> authorizeAndWait(
    AccountAuthorizer& authorizer, BrowserGrant grant, Milliseconds patience
) {
    const auto promise = std::make_shared<std::promise<Result<AuthorizedAccount>>>();
    auto answer = promise->get_future();
    authorizer.exchange(std::move(grant), [promise](Result<AuthorizedAccount> result) {
        promise->set_value(std::move(result));
    });
    if (answer.wait_for(patience) != std::future_status::ready) return std::nullopt;
    return answer.get();
}

}  // namespace ferry::oauth
