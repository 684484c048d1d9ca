#include "faults/fault_bench.h"

#include "store/sqlite/sqlite_store.h"
#include "support/event_replay.h"

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>

namespace ferry::test {
namespace {

constexpr std::string_view kSignatureKey = "fault bench key";
constexpr Milliseconds kStartTimeout{60'000};  // sanitizers, and other builds on the machine

std::filesystem::path buildFolder() {
    const char* folder = std::getenv("FERRY_BUILD_DIR");
    FERRY_CHECK(folder != nullptr, "FERRY_BUILD_DIR names the build folder (ctest sets it)");
    return folder;
}

/// Looks at `is_true` until it is, as another process makes it so.
bool waitFor(Milliseconds timeout, const std::function<bool()>& is_true) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!is_true()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        ::poll(nullptr, 0, 50);
    }
    return true;
}

std::string nameOf(std::size_t index) {
    return fmt::format("user{}", index);
}

}  // namespace

FaultBench::FaultBench(std::uint64_t seed, FaultBenchOptions options)
    : random_(seed),
      data_dir_(
          options.data_dir.empty() ? folder_.path() / "data"
                                   : std::filesystem::path(options.data_dir)
      ),
      receiver_(std::string(kSignatureKey)),
      orderings_(std::move(options.orderings)) {
    demo::FakeDropboxOptions fake;
    fake.webhooks.retry_first = Milliseconds(200);
    provider_ = std::make_unique<demo::FakeDropbox>(fake, clock_);
    const Status started = provider_->start();
    FERRY_CHECK(started.has_value(), "the fake can listen");
    app_ = provider_->addApp({});
    for (std::size_t i = 0; i < 3; ++i) {
        accounts_.push_back(provider_->addAccount(nameOf(i), nameOf(i) + "@example.com"));
        provider_->setShape(accounts_.back(), randomShape(random_));
        actors_.emplace_back(*provider_, random_, accounts_.back());
    }
    server_ = std::make_unique<http::Server>(
        http::ServerOptions{},
        [this](const http::Request& request) { return receive(request); },
        [](const http::Request&, std::string_view) {},
        system_random_
    );
    const Status listens = server_->start();
    FERRY_CHECK(listens.has_value(), "the receiver can listen");
    if (options.callback_url.empty())
        options.callback_url = fmt::format("http://127.0.0.1:{}/events", server_->port());
    if (options.plugins_dir.empty()) options.plugins_dir = (buildFolder() / "plugins").string();
    writeConfiguration(options);
}

FaultBench::~FaultBench() {
    stopLoad();
    hub_.reset();
    provider_->stop();
    server_->stop(Milliseconds(0));
}

void FaultBench::writeConfiguration(const FaultBenchOptions& options) {
    std::ofstream config(folder_.path() / "ferry.yaml");
    config << "public_url: http://127.0.0.1\nlisten: 127.0.0.1:0\n"
           << "data_dir: " << data_dir_.string() << "\n"
           << "plugins: [" << options.plugins_dir << "]\nconnectors: []\n"
           << "instances: [./instances.yaml]\n"
           << "encryption:\n  key_file: " << (folder_.path() / "master.key").string() << "\n"
           << "delivery:\n  allow_networks: [127.0.0.0/8]\n  timeout: 2s\n"
           << "  retry_schedule: [300ms, 500ms, 1s, 1s, 1s, 1s, 2s, 2s, 2s, 2s, 5s, 5s, 5s, 5s, "
              "5s, 5s, 5s, 5s, 5s, 5s]\n"
           << "providers:\n  dropbox:\n    poll_interval: 1m\n    base_urls:\n";
    for (const char* name : {"www", "api", "content", "notify"})
        config << "      " << name << ": " << provider_->url() << "\n";
    std::ofstream instances(folder_.path() / "instances.yaml");
    instances << "instances:\n";
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        instances << "  - name: " << nameOf(i) << "\n    key: dropbox\n    configuration:\n"
                  << "      authentication.type: oauth2\n      oauth.api.key: '" << app_.key
                  << "'\n      oauth.api.secret: '" << app_.secret
                  << "'\n      oauth.callback.url: http://127.0.0.1/oauth/callback\n"
                  << "      oauth.user.refresh_token: '"
                  << provider_->linkedRefreshToken(app_.key, accounts_[i])
                  << "'\n      event.notification.enabled: true\n      event.baseline: true\n"
                  << "      event.notification.callback.url: " << options.callback_url << "/"
                  << nameOf(i) << "\n"
                  << "      event.notification.ordering: " << orderingOf(i) << "\n"
                  << "      event.notification.signature.key: " << kSignatureKey << "\n";
    }
}

std::vector<std::string> FaultBench::serveCommand() const {
    return {
        (buildFolder() / "bin" / "ferry").string(),
        "--config",
        (folder_.path() / "ferry.yaml").string(),
        "serve"};
}

std::optional<Milliseconds> FaultBench::startHub() {
    const auto begin = std::chrono::steady_clock::now();
    hub_ = std::make_unique<ChildProcess>(serveCommand());
    const std::string line = hub_->waitForLine("listening", kStartTimeout);
    const auto took = std::chrono::steady_clock::now() - begin;
    const std::size_t at = line.find("127.0.0.1:");
    if (at == std::string::npos) return std::nullopt;
    const int port = std::atoi(line.c_str() + at + 10);
    const Status told = provider_->setWebhookUris(
        app_.key, {fmt::format("http://127.0.0.1:{}/elements/api-v2/events/dropbox", port)}
    );
    FERRY_CHECK(told.has_value(), "the app is known");
    return std::chrono::duration_cast<Milliseconds>(took);
}

std::string_view FaultBench::orderingOf(std::size_t account) const {
    return account < orderings_.size() ? std::string_view(orderings_[account]) : "none";
}

void FaultBench::startLoad() {
    if (has_load_.exchange(true)) return;
    load_ = std::thread([this] { changeFiles(); });
}

void FaultBench::stopLoad() {
    has_load_ = false;
    if (load_.joinable()) load_.join();
}

void FaultBench::changeFiles() {
    constexpr unsigned kFiles = 100;  // of each account
    constexpr int kPause = 2;         // ms
    for (unsigned i = 0; has_load_; ++i) {
        const std::string& account = accounts_[i % accounts_.size()];
        static_cast<void>(provider_->putFile(
            account, fmt::format("/Load/{}.txt", i / 3 % kFiles), fmt::format("load {}", i)
        ));
        ::poll(nullptr, 0, kPause);
    }
}

http::Response FaultBench::receive(const http::Request& request) {
    if (has_load_) ::poll(nullptr, 0, static_cast<int>(received_++ % 10));
    http::Response response;
    response.body = "{}";
    const int wanted = answer_;
    response.status = wanted != 0 ? wanted : receiver_.take(request.headers, request.body);
    return response;
}

void FaultBench::act() {
    actors_[random_.below(actors_.size())].act();
}

bool FaultBench::waitForBaseline(Milliseconds timeout) {
    return waitFor(timeout, [this] {
        auto store = store::sqlite::SqliteStore::openReadOnly((data_dir_ / "ferry.db").string());
        if (!store) return false;
        for (std::size_t i = 0; i < accounts_.size(); ++i) {
            const auto instance = (*store)->instances().findByName(nameOf(i));
            if (!instance || !*instance) return false;
            const auto position = (*store)->sync().position((*instance)->id);
            if (!position || position->phase != SyncPhase::Live) return false;
        }
        return true;
    });
}

bool FaultBench::waitUntilQuiet(Milliseconds timeout) {
    return waitFor(timeout, [this] { return isQuiet(); });
}

bool FaultBench::isQuiet() {
    auto store = store::sqlite::SqliteStore::openReadOnly((data_dir_ / "ferry.db").string());
    if (!store) return false;
    const auto deliveries = (*store)->deliveries().countByState();
    if (!deliveries) return false;
    for (const auto& [state, count] : *deliveries) {
        if (state == DeliveryState::Waiting && count > 0) return false;
    }
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        const auto instance = (*store)->instances().findByName(nameOf(i));
        if (!instance || !*instance) return false;
        const auto lost = (*store)->sync().lost((*instance)->id, 1);
        if (!lost || !lost->empty()) return false;
        const auto objects = indexedObjects(**store, (*instance)->id);
        const auto entries = provider_->entries(accounts_[i]);
        if (!objects || objects->size() != entries.size()) return false;
        std::map<std::string, std::string> states;
        for (const IndexedObject& object : *objects)
            states[object.object_id] = object.path_key + object.content_hash + object.revision;
        for (const demo::EntryPtr& entry : entries) {
            if (states[entry->id] != entry->path_lower + entry->content_hash + entry->rev)
                return false;
        }
    }
    return true;
}

std::vector<std::string> FaultBench::problems() {
    std::vector<std::string> found = receiver_.problems();
    const auto append = [&](std::vector<std::string> more) {
        found.insert(found.end(), more.begin(), more.end());
    };
    auto store = store::sqlite::SqliteStore::openReadOnly((data_dir_ / "ferry.db").string());
    if (!store) return {store.error().message};
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        const auto instance = (*store)->instances().findByName(nameOf(i));
        if (!instance || !*instance) return {nameOf(i) + ": its instance is gone"};
        if ((*instance)->state != InstanceState::Running) {
            found.push_back(nameOf(i) + ": is not running: " + (*instance)->state_reason);
        }
        const auto events = eventsOf(**store, (*instance)->id);
        if (!events) return {events.error().message};
        EventReplay replay(nameOf(i));
        for (const RecordedEvent& event : *events)
            replay.apply(event);
        replay.compareWith(provider_->entries(accounts_[i]));
        append(replay.problems());
        append(receiver_.missing(*events));
        if (orderingOf(i) != "none")
            append(receiver_.outOfOrder(*events, orderingOf(i) == "object"));
    }
    const auto deliveries = (*store)->deliveries().countByState();
    if (!deliveries) return {deliveries.error().message};
    for (const auto& [state, count] : *deliveries) {
        if (state != DeliveryState::Delivered && count > 0)
            found.push_back(fmt::format("{} deliveries are {}", count, deliveryStateName(state)));
    }
    return found;
}

std::size_t FaultBench::loggedEvents() {
    auto store = store::sqlite::SqliteStore::openReadOnly((data_dir_ / "ferry.db").string());
    if (!store) return 0;
    return static_cast<std::size_t>((*store)->events().count(InstanceId()).value_or(0));
}

}  // namespace ferry::test
