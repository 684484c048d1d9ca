#include "http/destination_cache.h"

namespace ferry::http {

Result<Destination> DestinationCache::parse(const std::string& url) {
    const auto found = known_.find(url);
    if (found != known_.end()) return found->second;
    FERRY_TRY_ASSIGN(Destination destination, parseDestination(url));
    // Those in use are soon there again.
    if (known_.size() >= kKnownMax) known_.clear();
    known_.emplace(url, destination);
    return destination;
}

}  // namespace ferry::http
