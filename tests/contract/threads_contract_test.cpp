// Goal: stores keep their promises when many threads use them at once, in every driver.
// Method: threads that write, lease and read until each has done its share; sanitizers watch.

#include "contract/store_contract.h"

#include <fmt/format.h>

#include <mutex>
#include <set>
#include <thread>

namespace ferry::test {
namespace {

using testing::SizeIs;

void runThreads(int count, const std::function<void(int)>& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back(work, i);
    for (std::thread& thread : threads)
        thread.join();
}

class ThreadsContract : public StoreContract {};
FERRY_CONTRACT(ThreadsContract);

TEST_P(ThreadsContract, NoNoticeIsLeasedTwice) {
    std::vector<Instance> many;
    for (int i = 0; i < 200; ++i)
        many.push_back(anInstance(fmt::format("i{}", i)));
    EXPECT_OK(store().instances().put(many, at(0)));
    std::mutex mutex;
    std::multiset<InstanceId> leased;

    runThreads(8, [&](int) {
        for (;;) {
            const auto some = store().notices().lease(at(0), 3);
            ASSERT_TRUE(some);
            if (some->empty()) return;
            const std::lock_guard lock(mutex);
            for (const auto& notice : *some)
                leased.insert(notice.instance);
        }
    });

    EXPECT_THAT(leased, SizeIs(200));
    EXPECT_THAT(std::set<InstanceId>(leased.begin(), leased.end()), SizeIs(200));
}

TEST_P(ThreadsContract, NoDeliveryIsLeasedTwiceAndLimitsHold) {
    const InstanceId id = add("a");
    for (char to = 'a'; to < 'f'; ++to)
        deliver(id, callback(to), 400, at(0));
    std::mutex mutex;
    std::multiset<DeliveryId> leased;
    std::map<CallbackId, int> out;

    runThreads(6, [&](int) {
        for (;;) {
            const auto some = store().deliveries().lease({at(0), 4, 2});
            ASSERT_TRUE(some);
            {
                const std::lock_guard lock(mutex);
                if (some->empty() && leased.size() == 100) return;
                for (const Delivery& delivery : *some) {
                    leased.insert(delivery.id);
                    EXPECT_LE(++out[delivery.callback], 2);
                }
            }
            for (const Delivery& delivery : *some) {
                const std::lock_guard lock(mutex);
                --out[delivery.callback];
                record(anOutcome(delivery, DeliveryState::Delivered, at(1)));
            }
        }
    });

    EXPECT_THAT(std::set<DeliveryId>(leased.begin(), leased.end()), SizeIs(100));
    EXPECT_THAT(leased, SizeIs(100));
}

TEST_P(ThreadsContract, EveryMarkLeadsToADrain) {
    const InstanceId id = add("a");
    std::atomic<int> marks{0};
    std::atomic<bool> is_over{false};
    std::atomic<std::uint64_t> seen_mark{0};

    std::thread drainer([&] {
        // Due times only say "past" here: the marks decide whether there is one more drain.
        for (bool was_over = false;;) {
            was_over = is_over.load();
            const auto leased = store().notices().lease(at(1000), 1);
            ASSERT_TRUE(leased);
            if (leased->empty() && was_over) return;
            for (const auto& notice : *leased) {
                seen_mark = notice.mark;
                store::SyncCommit last = aCommit(notice.instance);
                last.notice = notice;
                last.now = at(1000);
                last.next_due_at = at(1'000'000);
                EXPECT_OK(commit(last));
            }
        }
    });
    runThreads(4, [&](int) {
        for (int i = 0; i < 25; ++i) {
            EXPECT_OK(store().notices().mark(std::span(&id, 1), at(500)));
            ++marks;
        }
    });
    is_over = true;
    drainer.join();

    EXPECT_EQ(marks, 100);
    EXPECT_EQ(seen_mark, 101U) << "the mark of the last drain counts them all";
}

TEST_P(ThreadsContract, WritersAndReadersGetConsistentNumbers) {
    std::vector<InstanceId> ids;
    for (int i = 0; i < 4; ++i)
        ids.push_back(add(fmt::format("i{}", i)));

    runThreads(8, [&](int thread) {
        const InstanceId id = ids[static_cast<std::size_t>(thread) / 2];
        for (int i = 0; i < 10; ++i) {
            if (thread % 2 == 0) {
                EXPECT_OK(commit(aCommit(id, 5)));
                const auto count = store().events().count(id);
                ASSERT_TRUE(count);
                EXPECT_EQ(*count, 5 * (i + 1)) << "a read sees the writes that returned";
            } else {
                const auto events = store().events().after({}, id, 1000);
                ASSERT_TRUE(events);
                EXPECT_EQ(events->size() % 5, 0U) << "a commit is seen whole";
            }
        }
    });

    const auto all = valueOf(store().events().after({}, {}, 1000));
    ASSERT_THAT(all, SizeIs(200));
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].number.value, static_cast<std::int64_t>(i) + 1);
        EXPECT_EQ(all[i].instance, all[i - i % 5].instance) << "consecutive per commit";
    }
}

TEST_P(ThreadsContract, AWriteThatFailsHarmsNoOther) {
    const InstanceId id = add("a");
    std::atomic<int> conflicts{0};

    runThreads(8, [&](int thread) {
        for (int i = 0; i < 10; ++i) {
            if (thread % 2 == 0) {
                const Instance pair[] = {
                    anInstance(fmt::format("new-{}-{}", thread, i)), anInstance("a")};
                if (codeOf(store().instances().put(pair, at(0))) == ErrorCode::Conflict)
                    ++conflicts;
            } else {
                EXPECT_OK(store().notices().mark(std::span(&id, 1), at(0)));
            }
        }
    });

    EXPECT_EQ(conflicts, 40);
    EXPECT_EQ(leaseNotices(at(0)).at(0).mark, 41U);
    EXPECT_THAT(valueOf(store().instances().page({}, 100)), SizeIs(1));
}

}  // namespace
}  // namespace ferry::test
