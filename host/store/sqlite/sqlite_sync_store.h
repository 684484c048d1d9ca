#pragma once
// SyncStore on SQLite: reads in sqlite_sync_store.cpp, writes in sqlite_sync_writes.cpp.

#include "store/sqlite/core.h"
#include "store/sync_store.h"

namespace ferry::store::sqlite {

class SqliteSyncStore final : public SyncStore {
  public:
    explicit SqliteSyncStore(Core& core) : core_(core) {}

    Result<SyncPosition> position(InstanceId instance) override;
    Result<std::vector<IndexPlace>> placesAt(
        InstanceId instance, std::span<const std::string> storage_keys
    ) override;
    Result<std::vector<std::optional<IndexEntry>>> entriesById(
        InstanceId instance, std::span<const std::string> object_ids
    ) override;
    Result<std::vector<IndexEntry>> entriesBelow(
        InstanceId instance,
        std::string_view path_key,
        std::string_view after_key,
        std::size_t limit
    ) override;
    Result<std::vector<IndexEntry>> entriesOlderThan(
        InstanceId instance, std::uint32_t generation, std::string_view after_key, std::size_t limit
    ) override;
    Result<std::vector<std::optional<LostObject>>> lostById(
        InstanceId instance, std::span<const std::string> object_ids
    ) override;
    Result<std::vector<LostObject>> lost(InstanceId instance, std::size_t limit) override;
    Result<std::vector<LostObject>> lostUnder(InstanceId instance, std::string_view path_key)
        override;
    Result<std::vector<FolderMove>> folderMoves(InstanceId instance) override;
    Result<std::vector<bool>> hasTombstones(
        InstanceId instance, std::span<const std::string> object_ids
    ) override;
    std::vector<Status> commit(std::span<const SyncCommit> commits) override;
    void submit(std::vector<SyncCommit> commits, Committed done) override;
    Status reset(InstanceId instance) override;
    Result<std::size_t> pruneTombstones(TimePoint before, std::size_t limit) override;

  private:
    std::vector<Write> writesOf(
        std::span<const SyncCommit> commits, std::span<std::optional<TimePoint>> notice_due_at
    );

    void noteDeliveries(const SyncCommit& commit);

    Core& core_;
};

}  // namespace ferry::store::sqlite
