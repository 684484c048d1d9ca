#include "demo/demo.h"

#include "app/hub.h"
#include "demo/demo_receiver.h"
#include "demo/demo_story.h"
#include "demo/fake_dropbox/fake_dropbox.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace ferry::demo {

namespace fs = std::filesystem;

namespace {

constexpr Milliseconds kStepTimeout{30'000};
constexpr std::string_view kSignatureKey = "demo signature key";

/// A folder of its own that is gone after the demo.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::string name = (fs::temp_directory_path() / "ferry-demo-XXXXXX").string();
        if (::mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

class Demo {
  public:
    explicit Demo(const DemoOptions& options)
        : options_(options),
          log_(
              clock_,
              observe::LogLevel::Info,
              observe::LogFormat::Text,
              options.shows_log ? observe::Log::standardError() : observe::Log::nowhere()
          ),
          receiver_(std::string(kSignatureKey), clock_, random_) {}
    ~Demo();

    Status start();
    Status tell(const std::vector<StoryStep>& steps, app::Signals& signals);
    bool wasStopped() const { return was_stopped_; }
    /// How to look at the hub from another terminal.
    std::string invitation() const;

  private:
    Status startFake();
    Status writeInstance(const std::string& refresh_token);
    Status startHub();
    Status waitForBaseline();
    Status waitForEvents(const StoryStep& step, app::Signals& signals);

    const DemoOptions options_;
    const SystemClock clock_;
    SystemRandom random_;
    const std::string api_key_ = random_.token(18);
    ScratchFolder folder_;
    observe::Log log_;
    DemoReceiver receiver_;
    std::unique_ptr<FakeDropbox> fake_;
    App app_;
    std::string account_;
    std::unique_ptr<app::Hub> hub_;
    std::size_t seen_ = 0;
    bool was_stopped_ = false;
};

Demo::~Demo() {
    if (fake_) fake_->stop();
    if (hub_) hub_->stop(Milliseconds(5'000));
    receiver_.stop();
}

Status Demo::start() {
    if (folder_.path().empty())
        return fail(ErrorCode::Unavailable, "can't make a temporary folder");
    FERRY_TRY(startFake());
    FERRY_TRY(receiver_.start());
    std::cout << "callback receiver  " << receiver_.url() << "\n";
    FERRY_TRY(writeInstance(fake_->linkedRefreshToken(app_.key, account_)));
    FERRY_TRY(startHub());
    FERRY_TRY(fake_->setWebhookUris(
        app_.key, {fmt::format("http://127.0.0.1:{}/elements/api-v2/events/dropbox", hub_->port())}
    ));
    return waitForBaseline();
}

Status Demo::startFake() {
    fake_ = std::make_unique<FakeDropbox>(FakeDropboxOptions{}, clock_);
    FERRY_TRY(fake_->start());
    app_ = fake_->addApp({});
    account_ = fake_->addAccount("Alice Example", "alice@example.com");
    if (const auto old = fake_->putFile(account_, "/welcome.txt", "was here before"); !old) {
        return fail(old.error());
    }
    std::cout << "fake Dropbox       " << fake_->url() << "\n";
    return {};
}

Status Demo::writeInstance(const std::string& refresh_token) {
    fs::create_directories(folder_.path() / "instances");
    std::ofstream out(folder_.path() / "instances" / "alice.yaml");
    out << "instances:\n  - name: alice\n    key: dropbox\n    tags: [demo]\n    configuration:\n"
        << "      authentication.type: oauth2\n"
        << "      oauth.api.key: '" << app_.key << "'\n"
        << "      oauth.api.secret: '" << app_.secret << "'\n"
        << "      oauth.callback.url: http://127.0.0.1/oauth/callback\n"
        << "      oauth.user.refresh_token: '" << refresh_token << "'\n"
        << "      event.notification.enabled: true\n"
        << "      event.notification.callback.url: " << receiver_.url() << "\n"
        << "      event.notification.signature.key: " << kSignatureKey << "\n";
    out.close();
    return out ? Status() : Status(fail(ErrorCode::Unavailable, "can't write the instance file"));
}

/// A port that was free a moment ago: the hub is told its own address before it listens there.
Result<std::uint16_t> freePort() {
    try {
        const Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
        return socket.address().port();
    } catch (const Poco::Exception& exception) {
        return fail(ErrorCode::Unavailable, "no free port: " + exception.message());
    }
}

Status Demo::startHub() {
    config::HubConfig config;
    FERRY_TRY_ASSIGN(config.listen_port, freePort());
    config.public_url = fmt::format("http://127.0.0.1:{}", config.listen_port);
    config.data_dir = folder_.path() / "data";
    config.key_file = folder_.path() / "data" / "master.key";
    config.api.user_secret = Secret(api_key_);
    config.plugins = {options_.plugins};
    config.connectors.clear();
    config.instances = {folder_.path() / "instances"};
    config.delivery.allow_networks = {IpNetwork::parse("127.0.0.0/8").value()};
    for (const char* name : {"www", "api", "content", "notify"}) {
        config.providers["dropbox"].base_urls[name] = fake_->url();
    }
    FERRY_TRY_ASSIGN(hub_, app::Hub::create(std::move(config), clock_, random_, log_));
    FERRY_TRY_ASSIGN(const auto applied, hub_->reload());
    if (hub_->catalog().find("dropbox") == nullptr) {
        const auto refused = hub_->catalog().snapshot()->refused;
        return fail(
            ErrorCode::NotFound,
            refused.empty() ? "there is no dropbox plugin in " + options_.plugins.string()
                            : refused.front().message
        );
    }
    if (applied.diagnostics.hasErrors()) {
        return fail(
            ErrorCode::InvalidArgument, config::describe(applied.diagnostics.items().front())
        );
    }
    FERRY_TRY(hub_->start());
    std::cout << fmt::format("hub                http://127.0.0.1:{}\n", hub_->port());
    return {};
}

std::string Demo::invitation() const {
    return fmt::format(
        "Ask the hub yourself, from another terminal:\n"
        "    curl -H 'Authorization: Bearer {}' http://127.0.0.1:{}/elements/api-v2/instances\n",
        api_key_,
        hub_->port()
    );
}

Status Demo::waitForBaseline() {
    const auto deadline = std::chrono::steady_clock::now() + kStepTimeout;
    while (std::chrono::steady_clock::now() < deadline) {
        FERRY_TRY_ASSIGN(const auto instance, hub_->store().instances().findByName("alice"));
        if (!instance) return fail(ErrorCode::Internal, "the instance was not made");
        FERRY_TRY_ASSIGN(const auto position, hub_->store().sync().position(instance->id));
        if (instance->state == InstanceState::Running && position.phase == SyncPhase::Live) {
            std::cout << "instance 'alice' is running; what was there before gave no events\n\n";
            return {};
        }
        ::usleep(20'000);
    }
    return fail(ErrorCode::DeadlineExceeded, "the instance did not start running");
}

Status Demo::tell(const std::vector<StoryStep>& steps, app::Signals& signals) {
    for (const StoryStep& step : steps) {
        std::cout << "Alice " << step.told << std::endl;
        FERRY_TRY(step.change(*fake_, account_));
        FERRY_TRY(waitForEvents(step, signals));
        if (was_stopped_) return {};
    }
    return {};
}

Status Demo::waitForEvents(const StoryStep& step, app::Signals& signals) {
    std::vector<ExpectedEvent> missing = step.expected;
    const auto begin = std::chrono::steady_clock::now();
    while (!missing.empty()) {
        if (signals.wait(Milliseconds(0)) == app::Signal::Stop) {
            was_stopped_ = true;
            return {};
        }
        const auto events = receiver_.waitForMore(seen_, Milliseconds(200));
        const auto waited =
            std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin);
        for (; seen_ < events.size(); ++seen_) {
            const ReceivedEvent& event = events[seen_];
            const std::string from =
                event.previous_path.empty() ? "" : "  (was " + event.previous_path + ")";
            std::cout << fmt::format(
                             "    {:<8} {:<6} {}{}  [signatures verified, {} ms]\n",
                             event.type,
                             event.object_type,
                             event.path,
                             from,
                             waited.count()
                         )
                      << std::flush;
            const auto found =
                std::find_if(missing.begin(), missing.end(), [&](const ExpectedEvent& wanted) {
                    return wanted.type == event.type && wanted.object_type == event.object_type &&
                           wanted.path == event.path && wanted.previous_path == event.previous_path;
                });
            if (found == missing.end()) {
                return fail(ErrorCode::Internal, "an event came that nothing explains");
            }
            missing.erase(found);
        }
        if (receiver_.badSignatures() > 0) {
            return fail(ErrorCode::Unauthenticated, "a callback's signature did not verify");
        }
        if (waited > kStepTimeout) {
            return fail(
                ErrorCode::DeadlineExceeded,
                fmt::format(
                    "no {} event for {} came within {} s",
                    missing.front().type,
                    missing.front().path,
                    kStepTimeout.count() / 1000
                )
            );
        }
    }
    return {};
}

}  // namespace

Status runDemo(const DemoOptions& options, app::Signals& signals) {
    Demo demo(options);
    FERRY_TRY(demo.start());
    FERRY_TRY(demo.tell(story("/Reports"), signals));
    if (options.runs_once || demo.wasStopped()) {
        if (!demo.wasStopped())
            std::cout << "\nAll expected events arrived, each signed as it should be.\n";
        return {};
    }
    std::cout << "\nThat was the story; it goes on until you press Ctrl-C.\n" << demo.invitation();
    for (int round = 2; !demo.wasStopped(); ++round) {
        std::cout << "\n";
        FERRY_TRY(demo.tell(story(fmt::format("/Reports {}", round)), signals));
        if (signals.wait(Milliseconds(2'000)) == app::Signal::Stop) break;
    }
    return {};
}

}  // namespace ferry::demo
