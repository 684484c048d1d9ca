// Goal: the cache gives the settings as they are stored now, opens each version once, stays small.
// Method: an instance store in memory; identity of the given pointer tells hits from openings.

#include "pipeline/settings_cache.h"

#include "support/memory_store.h"
#include "support/seeded_random.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

class SettingsCacheTest : public testing::Test {
  protected:
    void put(std::int64_t id, std::int64_t version, const std::string& url) {
        Instance instance;
        instance.id = InstanceId(id);
        instance.name = "instance-" + std::to_string(id);
        instance.state = InstanceState::Disabled;
        instance.updated_at = fromEpochMilliseconds(version);
        instance.sealed_configuration = sealConfiguration(
            {{"event.notification.callback.url", url}}, instance.name, key_, random_
        );
        instances_.set(instance);
    }
    std::shared_ptr<const InstanceSettings> get(std::int64_t id) {
        auto settings = cache_.get(InstanceId(id));
        EXPECT_TRUE(settings) << id;
        return settings ? *settings : nullptr;
    }

    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    test::MemoryInstanceStore instances_;
    SettingsCache cache_{instances_, key_, 3};
};

TEST_F(SettingsCacheTest, OpensAnInstanceOnce) {
    put(1, 1, "https://a.example.com/");

    const auto first = get(1);

    EXPECT_EQ(first->callback_url, "https://a.example.com/");
    EXPECT_EQ(first->state, InstanceState::Disabled);
    EXPECT_EQ(get(1), first);
}

TEST_F(SettingsCacheTest, SeesAChange) {
    put(1, 1, "https://a.example.com/");
    const auto first = get(1);

    put(1, 2, "https://b.example.com/");

    EXPECT_EQ(get(1)->callback_url, "https://b.example.com/");
    EXPECT_EQ(first->callback_url, "https://a.example.com/");  // still valid for who holds it
    EXPECT_EQ(cache_.size(), 1U);
}

TEST_F(SettingsCacheTest, ForgetsTheLeastRecentlyUsed) {
    for (std::int64_t id = 1; id <= 4; ++id)
        put(id, 1, "https://a.example.com/");
    const auto first = get(1);
    const auto second = get(2);
    get(3);
    get(1);

    get(4);

    EXPECT_EQ(cache_.size(), 3U);
    EXPECT_EQ(get(1), first);
    EXPECT_NE(get(2), second);
}

TEST_F(SettingsCacheTest, OpensAgainAfterInvalidate) {
    put(1, 1, "https://a.example.com/");
    const auto first = get(1);

    cache_.invalidate(InstanceId(1));
    cache_.invalidate(InstanceId(77));

    EXPECT_EQ(cache_.size(), 0U);
    EXPECT_NE(get(1), first);
}

TEST_F(SettingsCacheTest, SaysWhatIsWrong) {
    put(1, 1, "https://a.example.com/");
    get(1);
    instances_.erase(InstanceId(1));
    const auto gone = cache_.get(InstanceId(1));
    put(2, 1, "https://a.example.com/");
    instances_.is_down = true;
    const auto unavailable = cache_.get(InstanceId(2));

    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::NotFound);
    ASSERT_FALSE(unavailable);
    EXPECT_EQ(unavailable.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(cache_.size(), 0U);
}

}  // namespace
}  // namespace ferry::pipeline
