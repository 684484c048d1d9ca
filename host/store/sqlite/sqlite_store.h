#pragma once
// The embedded store: one SQLite file, one process that writes it, any number that only read it.

#include "store/sqlite/core.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/sqlite_condition_store.h"
#include "store/sqlite/sqlite_cursor_store.h"
#include "store/sqlite/sqlite_delivery_search.h"
#include "store/sqlite/sqlite_delivery_store.h"
#include "store/sqlite/sqlite_event_log.h"
#include "store/sqlite/sqlite_event_search.h"
#include "store/sqlite/sqlite_inbox_store.h"
#include "store/sqlite/sqlite_instance_store.h"
#include "store/sqlite/sqlite_message_store.h"
#include "store/sqlite/sqlite_notice_store.h"
#include "store/sqlite/sqlite_replay_store.h"
#include "store/sqlite/sqlite_subscription_store.h"
#include "store/sqlite/sqlite_sync_store.h"
#include "store/sqlite/sqlite_token_store.h"
#include "store/sqlite/sqlite_topic_store.h"
#include "store/store.h"

#include <memory>
#include <optional>
#include <string>

namespace ferry::store::sqlite {

struct SqliteOptions {
    /// Writes run on the caller's thread, one by one, and there is no writer thread: for a
    /// simulation that repeats itself.
    bool inline_writes = false;
    /// Connections for reading, opened as they are needed. Two cores don't use more.
    std::size_t readers_max = 4;
    int reader_cache_kib = 2048;
    int writer_cache_kib = 8192;
    /// For tests: asked before each commit; true makes that commit fail as a full disk would.
    std::function<bool()> fails_commit;
    /// For tests: the file may have at most so many pages of 8 KiB; 0: no bound.
    std::int64_t pages_max = 0;
};

class SqliteStore final : public Store {
  public:
    /// Opens the database, makes it if there is none (mode 0600, also of one that is there), brings
    /// its schema up to date, and finishes removals that were cut short. Blocks for that long.
    /// Errors: Unavailable if the file can't be used or another process has it open in this way;
    /// Unsupported if it is of a newer program; Corrupt if it is damaged or no database, or empty
    /// beside a log that is not. An empty file alone becomes a new store.
    static Result<std::unique_ptr<SqliteStore>> open(
        const std::string& path, const SqliteOptions& options = {}
    );

    /// Opens a database for looking at it, while a hub may be running on it. Every write, lease
    /// included, fails with Unsupported. Waits a moment for a hub that has just made the file.
    /// Errors: NotFound if there is no file, or an empty one; Unsupported if its schema is not this
    /// program's.
    static Result<std::unique_ptr<SqliteStore>> openReadOnly(
        const std::string& path, const SqliteOptions& options = {}
    );

    InstanceStore& instances() override { return instances_; }
    TokenStore& tokens() override { return tokens_; }
    NoticeStore& notices() override { return notices_; }
    SyncStore& sync() override { return sync_; }
    EventLog& events() override { return events_; }
    DeliveryStore& deliveries() override { return deliveries_; }
    EventSearch& eventSearch() override { return event_search_; }
    DeliverySearch& deliverySearch() override { return delivery_search_; }
    ReplayStore& replays() override { return replays_; }
    CursorStore& cursors() override { return cursors_; }
    InboxStore& inbox() override { return inbox_; }
    ConditionStore& conditions() override { return conditions_; }
    MessageStore& messages() override { return messages_; }
    SubscriptionStore& subscriptions() override { return subscriptions_; }
    TopicStore& topics() override { return topics_; }
    MetaStore& meta() override { return meta_; }

  private:
    SqliteStore(
        std::optional<FileLock> lock,
        std::unique_ptr<Writer> writer,
        std::unique_ptr<ReaderPool> readers
    );

    std::optional<FileLock> lock_;  // given back last
    Core core_;
    SqliteInstanceStore instances_{core_};
    SqliteTokenStore tokens_{core_};
    SqliteNoticeStore notices_{core_};
    SqliteSyncStore sync_{core_};
    SqliteEventLog events_{core_};
    SqliteDeliveryStore deliveries_{core_};
    SqliteEventSearch event_search_{core_};
    SqliteDeliverySearch delivery_search_{core_};
    SqliteReplayStore replays_{core_};
    SqliteCursorStore cursors_{core_, sync_};
    SqliteInboxStore inbox_{core_};
    SqliteConditionStore conditions_{core_};
    SqliteMessageStore messages_{core_};
    SqliteSubscriptionStore subscriptions_{core_};
    SqliteTopicStore topics_{core_};
    SqliteMetaStore meta_{core_};
};

}  // namespace ferry::store::sqlite
