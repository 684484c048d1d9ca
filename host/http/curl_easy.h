#pragma once
// curl's handles: the options that all requests have in common, who is trusted, and how curl reads
// a URL.

#include "base/check.h"
#include "base/result.h"
#include "http/egress_policy.h"
#include "http/outbound.h"

#include <curl/curl.h>
#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::http {

/// What all transfers of one CurlOutbound have in common. Immutable while transfers run.
struct TransferContext {
    EgressPolicy policy;
    std::string user_agent;
    Milliseconds connect_timeout_max;
    Secret callback_proxy;  ///< empty: none
    std::vector<std::shared_ptr<X509>> extra_authorities;
};

struct UrlDeleter {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// Where a URL leads, as curl itself reads it.
struct Destination {
    std::string scheme;
    std::string host;
    std::uint16_t port = 0;
    std::unique_ptr<CURLU, UrlDeleter> url;  ///< what was read, for CURLOPT_CURLU
};

/// Errors: InvalidArgument for what curl can't read, and for user names and passwords in URLs.
Result<Destination> parseDestination(const std::string& url);

/// The certificates of a PEM file. Errors: InvalidArgument if it can't be read or holds none.
Result<std::vector<std::shared_ptr<X509>>> loadAuthorities(const std::string& pem_file);

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;

/// A handle with everything set that is the same for all requests.
EasyHandle makeEasyHandle(const TransferContext& context);

/// Tells `easy` who this side is and whom it trusts; null: no certificate, and the usual
/// authorities. Both live as long as the transfer: nothing is copied.
void setTls(CURL* easy, const TransferContext& context, const TlsIdentity* tls);
/// Takes back what `setTls` gave.
void clearTls(CURL* easy);

template <typename Value>
void setOption(CURL* easy, CURLoption option, Value value) {
    // Fails only for options that this curl was built without, or without memory.
    FERRY_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK, "curl_easy_setopt failed");
}

/// True for text that would end a line of a request's head: CR, LF or NUL.
bool hasLineBreak(std::string_view text);

}  // namespace ferry::http
