#include "bench/provider.h"

#include "bench/http_load.h"
#include "bench/seed.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <thread>

namespace ferry::bench {

Result<std::unique_ptr<Provider>> Provider::make(
    std::size_t accounts, const std::function<std::string(std::size_t)>& callback
) {
    std::unique_ptr<Provider> provider(new Provider);
    demo::FakeDropboxOptions options;
    options.threads = 64;  // as many as the hub drains at once
    provider->fake_ = std::make_unique<demo::FakeDropbox>(options, provider->clock_);
    FERRY_TRY(provider->fake_->start());
    provider->fake_->setNoticesOn(false);
    const demo::App app = provider->fake_->addApp({});
    std::vector<SeedInstance> seeds;
    for (std::size_t i = 0; i < accounts; ++i) {
        const std::string account =
            provider->fake_->addAccount("Bench", fmt::format("bench-{}@example.com", i));
        const demo::IssuedTokens tokens = provider->fake_->link(app.key, account);
        provider->accounts_.push_back(account);
        provider->access_tokens_.push_back(tokens.access_token);
        provider->notices_.push_back(notification(app.secret, account));
        seeds.push_back({account, tokens.access_token, tokens.refresh_token, callback(i)});
    }
    const Seed seed{
        provider->folder(), app.key, app.secret, accounts, [&](std::size_t i) { return seeds[i]; }};
    FERRY_TRY(seedInstances(seed));
    return provider;
}

Result<std::unique_ptr<HubProcess>> Provider::startHub() const {
    FERRY_TRY_ASSIGN(auto hub, HubProcess::start({folder(), fake_->url(), {}}));
    // A count of drains can't tell: at a start some accounts are drained twice.
    FERRY_TRY_ASSIGN(
        const auto store,
        store::sqlite::SqliteStore::openReadOnly((folder() / "data" / "ferry.db").string())
    );
    const auto seconds = std::chrono::seconds(30 + accounts() / 100);
    const auto deadline = Steady::now() + seconds;
    for (std::size_t i = 0; i < accounts();) {
        FERRY_TRY_ASSIGN(
            const SyncPosition position,
            store->sync().position(InstanceId(static_cast<std::int64_t>(i) + 1))
        );
        if (position.phase == SyncPhase::Live) {
            ++i;
            continue;
        }
        if (Steady::now() > deadline) {
            return fail(
                ErrorCode::Unavailable,
                fmt::format(
                    "the baseline of account {} of {} did not end in {} s",
                    i + 1,
                    accounts(),
                    seconds.count()
                )
            );
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return hub;
}

std::uint16_t Provider::port() const {
    const std::string url = fake_->url();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

}  // namespace ferry::bench
