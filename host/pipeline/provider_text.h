#pragma once
// What a provider said in refusing a request, in its own words, for callers of the API.

#include "http/outbound.h"

#include <string>
#include <vector>

namespace ferry::pipeline {

/// Made before the request is sent, as it knows what of it must never come back to anybody.
class ProviderText {
  public:
    ProviderText() = default;
    explicit ProviderText(const http::OutboundRequest& request);

    /// The body of a refusal (4xx, 5xx) as it came. Empty if there is none that people can read: no
    /// refusal, longer than 4 KiB, no UTF-8 text, or one that repeats a secret that was sent.
    std::string of(const http::OutboundResponse& response) const;

  private:
    std::vector<std::string> secrets_;
};

}  // namespace ferry::pipeline
