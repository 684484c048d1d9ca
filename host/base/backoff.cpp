#include "base/backoff.h"

#include <algorithm>

namespace ferry {

Milliseconds exponentialBackoff(const BackoffRange& range, unsigned failures, double unit) {
    const unsigned doublings = std::min(failures == 0 ? 0U : failures - 1, 40U);
    double delay = static_cast<double>(range.first.count());
    for (unsigned i = 0; i < doublings && delay < static_cast<double>(range.ceiling.count()); ++i) {
        delay *= 2;
    }
    delay = std::min(delay, static_cast<double>(range.ceiling.count()));
    return Milliseconds(static_cast<Milliseconds::rep>(delay * (0.5 + 0.5 * unit)));
}

Milliseconds jitter(Milliseconds base, double fraction, double unit) {
    const double factor = 1.0 - fraction + 2.0 * fraction * unit;
    return Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(base.count()) * factor));
}

}  // namespace ferry
