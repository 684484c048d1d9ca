#pragma once
// Messages: what a caller asked for and gets later, at a URL. Few, and each on its way until it has
// arrived or is given up.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ferry::store {

struct Message {
    DeliveryId id;               ///< of the numbers of deliveries: receivers know callbacks by them
    InstanceId instance;         ///< goes with it
    std::string sealed;          ///< what it is about and where it goes; the store does not look
    bool is_asked = true;        ///< what it is to say has still to be found out
    unsigned attempt_count = 0;  ///< of bringing it
    TimePoint due_at;
    TimePoint created_at;
};

class MessageStore {
  public:
    virtual ~MessageStore() = default;

    /// All of them in the order of their ids, without `sealed`.
    virtual Result<std::vector<Message>> all() = 0;
    virtual Result<std::optional<Message>> find(DeliveryId id) = 0;

    /// Keeps one, and gives it a number, whatever `message.id` is. Errors: RateLimited if there are
    /// `count_max` already; NotFound if there is no such instance.
    virtual Result<DeliveryId> add(const Message& message, std::size_t count_max) = 0;
    /// Replaces `sealed`, `is_asked`, `attempt_count` and `due_at`; one that is gone stays gone.
    virtual Status update(const Message& message) = 0;
    virtual Status remove(DeliveryId id) = 0;
};

}  // namespace ferry::store
