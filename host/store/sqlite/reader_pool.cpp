#include "store/sqlite/reader_pool.h"

namespace ferry::store::sqlite {

Result<ReaderPool::Loan> ReaderPool::borrow() {
    {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return !idle_.empty() || open_count_ < size_; });
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return Loan(*this, std::move(connection));
        }
        ++open_count_;
    }
    auto opened = Connection::open(path_, mode_, cache_kib_);
    if (!opened) {
        {
            const std::lock_guard lock(mutex_);
            --open_count_;
        }
        returned_.notify_one();
        return fail(std::move(opened.error()));
    }
    return Loan(*this, std::move(*opened));
}

void ReaderPool::giveBack(std::unique_ptr<Connection> connection) {
    {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
}

}  // namespace ferry::store::sqlite
