#pragma once
// The fixture of the contract suites: a store of each driver in a fresh place, and a vocabulary of
// records. A driver joins by adding itself to storeKinds() in store_kinds.cpp.

#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace ferry::test {

/// A place where one driver keeps its data; gone when this goes.
class StoreHarness {
  public:
    virtual ~StoreHarness() = default;
    /// Opens what is there; the store given before must be gone.
    virtual Result<std::unique_ptr<store::Store>> open() = 0;

  protected:
    StoreHarness() = default;
    StoreHarness(const StoreHarness&) = default;
    StoreHarness& operator=(const StoreHarness&) = default;
};

struct StoreKind {
    std::string name;
    std::function<std::unique_ptr<StoreHarness>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
    return out << kind.name;
}

/// Every driver that is built.
std::vector<StoreKind> storeKinds();

/// `ms` after a fixed time of day.
inline TimePoint at(std::int64_t ms) {
    return fromEpochMilliseconds(1'760'000'000'000 + ms);
}

Instance anInstance(std::string name, InstanceState state = InstanceState::Running);
store::IndexEntry anEntry(
    std::string object_id, std::string path_key, std::uint32_t generation = 1
);
store::LostObject aLostObject(std::string object_id, std::string path_key);
RecordedEvent anEvent(std::string id, TimePoint recorded_at = at(0));
/// A commit of `event_count` events for `instance`, at at(0), without index operations.
store::SyncCommit aCommit(InstanceId instance, std::size_t event_count = 0);
/// The numbers of the deliveries, in their order.
std::vector<std::int64_t> numbersOf(const std::vector<Delivery>& deliveries);
/// A first attempt of `delivery` that ended in `state` at `finished_at`.
AttemptOutcome anOutcome(const Delivery& delivery, DeliveryState state, TimePoint finished_at);

class StoreContract : public testing::TestWithParam<StoreKind> {
  protected:
    StoreContract() : harness_(GetParam().make()) { reopen(); }

    /// Ends the store as a stopped process does, and opens it again.
    void reopen();
    store::Store& store() { return *store_; }

    /// Adds an instance; one that runs has a notice that is due at at(0).
    InstanceId add(const std::string& name, InstanceState state = InstanceState::Running);
    CallbackId callback(char name);
    Status commit(const store::SyncCommit& commit);
    /// Commits `event_count` events with deliveries to `callback`, due at `now`.
    void deliver(InstanceId instance, CallbackId callback, std::size_t event_count, TimePoint now);
    std::vector<store::LeasedNotice> leaseNotices(TimePoint now, std::size_t limit = 100);
    std::vector<Delivery> leaseDeliveries(
        TimePoint now, std::size_t limit = 100, std::size_t per_callback_limit = 100
    );
    void record(const AttemptOutcome& outcome);

  private:
    std::unique_ptr<StoreHarness> harness_;
    std::unique_ptr<store::Store> store_;
};

/// The value of a Result that must have one.
template <typename T>
T valueOf(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << result.error().message;
        return T{};
    }
    return std::move(*result);
}

/// The code of a Result that must have failed.
template <typename T>
ErrorCode codeOf(const Result<T>& result) {
    if (!result) return result.error().code;
    ADD_FAILURE() << "it succeeded";
    return ErrorCode::Internal;
}

#define EXPECT_OK(expression)                                                          \
    do {                                                                               \
        const auto expect_ok_result = (expression);                                    \
        EXPECT_TRUE(expect_ok_result.has_value()) << expect_ok_result.error().message; \
    } while (false)

/// Runs the suite over every driver.
#define FERRY_CONTRACT(suite)                                        \
    INSTANTIATE_TEST_SUITE_P(                                        \
        Store,                                                       \
        suite,                                                       \
        testing::ValuesIn(storeKinds()),                             \
        [](const auto& param_info) { return param_info.param.name; } \
    )

}  // namespace ferry::test
