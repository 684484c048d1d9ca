#pragma once
// What a caller of oauth/url asks for, from the query of a GET or the JSON of a POST.

#include "base/result.h"
#include "http/message.h"
#include "pipeline/instance_settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

/// What is not given is empty. The secret of the app is dropped: a URL has no use for it.
struct OauthUrlRequest {
    std::string app_key;       ///< apiKey
    std::string callback_url;  ///< callbackUrl
    std::string scope;
    std::string state;
};

/// A text that a caller may give, by the name that it has in a query and in JSON.
struct OauthUrlField {
    std::string_view name;
    std::size_t bytes_max;
    std::string_view description;
};

/// All of them; those without a member in OauthUrlRequest are checked and have no effect.
const std::vector<OauthUrlField>& oauthUrlFields();

/// Errors of both: InvalidArgument naming everything that is wrong with its form at once. No text
/// of an error quotes a value.
Result<OauthUrlRequest> readOauthUrlQuery(const http::Request& request);
Result<OauthUrlRequest> readOauthUrlBody(std::string_view body);

/// The request with what it leaves open: from the instance if there is one, and the key of the
/// connector as the state.
/// Errors: InvalidArgument if the app key or the callback URL are missing still, or the callback
/// URL is no absolute URL.
Result<OauthUrlRequest> completed(
    OauthUrlRequest request,
    const pipeline::InstanceSettings* instance,
    std::string_view connector_key
);

}  // namespace ferry::api
