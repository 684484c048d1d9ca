#pragma once
// MessageStore on SQLite.

#include "store/message_store.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteMessageStore final : public MessageStore {
  public:
    explicit SqliteMessageStore(Core& core) : core_(core) {}

    Result<std::vector<Message>> all() override;
    Result<std::optional<Message>> find(DeliveryId id) override;
    Result<DeliveryId> add(const Message& message, std::size_t count_max) override;
    Status update(const Message& message) override;
    Status remove(DeliveryId id) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
