#pragma once
// The connections that reads use, a few for all threads: each costs a page cache.

#include "store/sqlite/connection.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace ferry::store::sqlite {

/// Threads: any.
class ReaderPool {
  public:
    /// A connection on loan. It goes back when this goes.
    class Loan {
      public:
        Loan(ReaderPool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}
        Loan(Loan&&) = default;
        Loan& operator=(Loan&&) = delete;
        ~Loan() {
            if (connection_) pool_->giveBack(std::move(connection_));
        }
        Connection& operator*() const { return *connection_; }
        Connection* operator->() const { return connection_.get(); }

      private:
        ReaderPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    /// Connections are opened as they are needed, at most `size`.
    ReaderPool(std::string path, ConnectionMode mode, int cache_kib, std::size_t size)
        : path_(std::move(path)), mode_(mode), cache_kib_(cache_kib), size_(size) {}

    /// Waits until a connection is free. Unavailable if one can't be opened.
    Result<Loan> borrow();

  private:
    void giveBack(std::unique_ptr<Connection> connection);

    const std::string path_;
    const ConnectionMode mode_;
    const int cache_kib_;
    const std::size_t size_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::size_t open_count_ = 0;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace ferry::store::sqlite
