#include "http/destination_cache.h"

namespace ferry::http {

Result<std::shared_ptr<const Destination>> DestinationCache::parse(const std::string& url) {
    const auto found = known_.find(url);
    if (found != known_.end()) return found->second;
    FERRY_TRY_ASSIGN(Destination parsed, parseDestination(url));
    auto destination = std::make_shared<const Destination>(std::move(parsed));
    // Those in use are soon there again.
    if (known_.size() >= kKnownMax) known_.clear();
    known_.emplace(url, destination);
    return destination;
}

}  // namespace ferry::http
