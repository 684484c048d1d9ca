#include "bench/seed.h"

#include "app/key_file.h"
#include "pipeline/instance_lookup.h"
#include "pipeline/instance_settings.h"
#include "pipeline/token_vault.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <map>
#include <thread>
#include <vector>

namespace ferry::bench {

namespace {

/// Tokens are written one a call; the store commits the calls of many threads together.
constexpr std::size_t kThreads = 32;
constexpr std::size_t kBatch = 1'000;

class Seeder {
  public:
    Seeder(const Seed& seed, store::Store& store, const SealingKey& key)
        : seed_(seed), store_(store), key_(key) {}

    Status run() {
        const auto sealed = pipeline::sealWebhookSecret(Secret(seed_.app_secret), key_, random_);
        FERRY_TRY_ASSIGN(
            secret_, store_.instances().internWebhookSecret(sealed.fingerprint, sealed.sealed)
        );
        for (std::size_t first = 0; first < seed_.count; first += kBatch) {
            FERRY_TRY(putBatch(first, std::min(seed_.count, first + kBatch)));
        }
        return {};
    }

  private:
    Status putBatch(std::size_t first, std::size_t last) {
        std::vector<SeedInstance> seeds;
        std::vector<Instance> batch;
        for (std::size_t i = first; i < last; ++i) {
            seeds.push_back(seed_.make(i));
            FERRY_TRY_ASSIGN(Instance instance, instanceOf(i, seeds.back()));
            batch.push_back(std::move(instance));
        }
        FERRY_TRY_ASSIGN(const auto ids, store_.instances().put(batch, clock_.now()));
        return putTokens(seeds, ids);
    }

    Result<Instance> instanceOf(std::size_t number, const SeedInstance& from) {
        Instance instance;
        instance.name = fmt::format("bench-{}", number);
        instance.connector_key = "dropbox";
        instance.account_id = from.account;
        instance.state = InstanceState::Running;
        instance.events_enabled = !from.callback_url.empty();
        instance.webhook_secret = secret_;
        instance.created_at = clock_.now();
        instance.updated_at = instance.created_at;
        pipeline::Configuration configuration{
            {"authentication.type", "oauth2"},
            {"oauth.api.key", seed_.app_key},
            {"oauth.api.secret", seed_.app_secret},
            {"oauth.callback.url", "http://127.0.0.1/oauth/callback"},
            {"oauth.user.refresh_token", from.refresh_token}
        };
        if (instance.events_enabled) {
            configuration["event.notification.enabled"] = "true";
            configuration["event.notification.callback.url"] = from.callback_url;
            configuration["event.notification.signature.key"] = "bench signature key";
            FERRY_TRY_ASSIGN(
                instance.callback,
                store_.instances().internCallback(key_.fingerprint("callback\n" + from.callback_url)
                )
            );
        }
        instance.sealed_configuration =
            pipeline::sealConfiguration(configuration, instance.name, key_, random_);
        return instance;
    }

    Status putTokens(const std::vector<SeedInstance>& seeds, const std::vector<InstanceId>& ids) {
        std::vector<Status> results(kThreads);
        std::vector<std::thread> threads;
        for (std::size_t part = 0; part < kThreads; ++part) {
            threads.emplace_back([&, part] {
                for (std::size_t i = part; i < ids.size() && results[part]; i += kThreads) {
                    if (seeds[i].access_token.empty()) continue;
                    SystemRandom random;
                    pipeline::TokenVault vault(key_, random, store_.tokens());
                    TokenSet tokens;
                    tokens.access_token = Secret(seeds[i].access_token);
                    tokens.refresh_token = Secret(seeds[i].refresh_token);
                    tokens.expires_at = clock_.wallNow() + Milliseconds(4LL * 3'600'000);
                    tokens.account_id = seeds[i].account;
                    results[part] = vault.save(ids[i], tokens);
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        for (const Status& result : results)
            FERRY_TRY(result);
        return {};
    }

    const Seed& seed_;
    store::Store& store_;
    const SealingKey& key_;
    const SystemClock clock_;
    SystemRandom random_;
    WebhookSecretId secret_;
};

}  // namespace

Status seedInstances(const Seed& seed) {
    const std::filesystem::path data = seed.folder / "data";
    std::error_code error;
    std::filesystem::create_directories(data, error);
    FERRY_TRY_ASSIGN(auto store, store::sqlite::SqliteStore::open((data / "ferry.db").string()));
    SystemRandom random;
    FERRY_TRY_ASSIGN(
        const SealingKey key, app::keyForStore(data / "master.key", store->meta(), random)
    );
    return Seeder(seed, *store, key).run();
}

}  // namespace ferry::bench
