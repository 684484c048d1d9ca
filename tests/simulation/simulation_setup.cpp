// The world before it begins: provider, apps, accounts, instances.

#include "simulation/simulation.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

namespace ferry::test {
namespace {

constexpr std::string_view kSignatureKey = "customer signature key";
constexpr std::array kOrderings{"none", "instance", "object", "object"};

std::filesystem::path buildFolder() {
    const char* folder = std::getenv("FERRY_BUILD_DIR");
    FERRY_CHECK(folder != nullptr, "FERRY_BUILD_DIR names the build folder (ctest sets it)");
    return folder;
}

}  // namespace

Simulation::Simulation(SimulationOptions options)
    : options_(options),
      random_(options.seed * 2 + 1),
      hub_random_(options.seed * 2 + 2),
      receiver_(std::string(kSignatureKey)) {
    makeWorld();
    configure();
}

Simulation::~Simulation() {
    is_crashed_ = true;  // the destructors of the hub's parts write nothing more
    hub_.reset();
}

void Simulation::makeWorld() {
    demo::FakeDropboxOptions fake;
    fake.sends_by_hand = true;
    fake.seed = "simulation " + std::to_string(options_.seed);
    fake.webhooks.coalesce_delay = Milliseconds(random_.below(3) * 500);
    provider_ = std::make_unique<demo::FakeDropbox>(fake, clock_);
    network_ = std::make_unique<SimNetwork>(clock_, hub_random_, *provider_, receiver_);

    std::vector<demo::App> apps;
    for (const char* name : {"first", "second"}) {
        demo::App app;
        app.name = name;
        app.webhook_uris = {"https://hub.test/elements/api-v2/events/dropbox"};
        apps.push_back(provider_->addApp(app));
    }
    const std::uint64_t accounts = options_.is_stormy ? 2 + random_.below(2) : 1;
    for (std::uint64_t i = 0; i < accounts; ++i) {
        const std::string name = fmt::format("User{}", i);
        const std::string mail = name + "@example.com";
        const bool is_team = random_.below(5) == 0;
        const std::string account = is_team ? provider_->addTeamAccount(name, mail, "Team")
                                            : provider_->addAccount(name, mail);
        if (options_.is_stormy) provider_->setShape(account, randomShape(random_));
        FileActor& actor = actors_.emplace_back(*provider_, random_, account);
        for (std::uint64_t n = random_.below(30); n > 0; --n)
            actor.act();
        for (std::size_t at = 0; at < apps.size(); ++at) {
            // Every account has the first app; some have both.
            if (at > 0 && random_.below(3) != 0) continue;
            Customer customer;
            customer.name = fmt::format("{}-{}", name, apps[at].name);
            customer.app_key = apps[at].key;
            customer.account = account;
            customer.reports_baseline = random_.below(3) == 0;
            if (customer.reports_baseline) customer.baseline.emplace();
            customer.ordering = kOrderings[random_.below(kOrderings.size())];
            customer.has_own_url = random_.below(2) == 0;
            addInstance(customer, apps[at].secret);
            customers_.push_back(std::move(customer));
        }
    }
}

void Simulation::addInstance(Customer& customer, const std::string& app_secret) {
    config::InstanceDefinition definition;
    definition.name = customer.name;
    definition.key = "dropbox";
    definition.tags = {"tag"};
    definition.file = "instances.yaml";
    definition.line = static_cast<std::uint32_t>(instances_.instances.size() + 1);
    auto& values = definition.configuration;
    values["authentication.type"] = "oauth2";
    values["oauth.callback.url"] = "https://hub.test/oauth/callback";
    values["oauth.api.key"] = customer.app_key;
    values["oauth.api.secret"] = app_secret;
    values["oauth.user.refresh_token"] =
        provider_->linkedRefreshToken(customer.app_key, customer.account);
    values["event.notification.enabled"] = "true";
    values["event.notification.callback.url"] =
        customer.has_own_url ? fmt::format("{}/{}", kCallbackUrl, customer.name) : kCallbackUrl;
    values["event.notification.ordering"] = customer.ordering;
    values["event.notification.raw"] = customer.has_own_url ? "all" : "own";
    values["event.notification.signature.key"] = kSignatureKey;
    if (customer.reports_baseline) values["event.baseline"] = "true";
    instances_.instances.push_back(std::move(definition));
}

void Simulation::configure() {
    config_.public_url = "https://hub.test";
    config_.plugins = {buildFolder() / "plugins"};
    config_.connectors.clear();
    for (const char* name : {"www", "api", "content", "notify"}) {
        config_.providers["dropbox"].base_urls[name] = kProviderUrl;
    }
    config_.providers["dropbox"].poll_interval = Milliseconds(20 * 60'000);
    auto key = SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    FERRY_CHECK(key.has_value(), "a key can be made");
    key_.emplace(std::move(*key));
    machine_.emplace(SimMachine{
        clock_,
        hub_random_,
        *network_,
        config_,
        instances_,
        *key_,
        (folder_.path() / "ferry.db").string(),
        [this](std::uint64_t call, std::string_view name) { return storeFault(call, name); },
        [this] { return failsCommit(); },
        [this](std::string_view line) { trace(std::string(line)); }});
    machine_->drains_max = 1 + random_.below(4);
    machine_->page_records = static_cast<unsigned>(1 + random_.below(30));
    boot_at_ = clock_.now();
}

}  // namespace ferry::test
