#pragma once
// Where the URLs lead that requests go to again and again.

#include "base/result.h"
#include "http/curl_easy.h"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace ferry::http {

/// Reading a URL costs more than all else that is looked at before a request. Threads: one.
class DestinationCache {
  public:
    /// As `parseDestination`. Never null.
    Result<std::shared_ptr<const Destination>> parse(const std::string& url);

  private:
    static constexpr std::size_t kKnownMax = 1'024;

    std::unordered_map<std::string, std::shared_ptr<const Destination>> known_;
};

}  // namespace ferry::http
