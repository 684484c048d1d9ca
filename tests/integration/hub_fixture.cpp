#include "integration/hub_fixture.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "support/http/raw_client.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace ferry::test {

namespace fs = std::filesystem;

namespace {

std::string textAt(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    return member == object.MemberEnd() || !member->value.IsString() ? std::string()
                                                                     : member->value.GetString();
}

/// "CREATED /a.txt" of an event's body.
std::string toldBody(const std::string& body) {
    rapidjson::Document document;
    document.Parse(body.data(), body.size());
    if (document.HasParseError()) return "no JSON: " + body;
    ReceivedEvent event;
    event.type = textAt(document, "eventType");
    event.path = textAt(document["object"], "path");
    event.previous_path = textAt(document["object"], "previousPath");
    return told(event);
}

}  // namespace

std::uint16_t portOf(const std::string& url) {
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', 5) + 1)));
}

std::string targetOf(const std::string& url) {
    const std::size_t slash = url.find('/', url.find("://") + 3);
    return slash == std::string::npos ? "/" : url.substr(slash);
}

Answer ask(
    std::uint16_t port,
    std::string_view method,
    std::string_view target,
    const std::vector<std::pair<std::string, std::string>>& headers,
    std::string_view body
) {
    std::string head =
        fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", method, target, port);
    for (const auto& [name, value] : headers)
        head += fmt::format("{}: {}\r\n", name, value);
    if (!body.empty() || method == "POST")
        head += fmt::format("Content-Length: {}\r\n", body.size());
    head += "Connection: close\r\n\r\n";
    RawClient client(port);
    client.send(head);
    client.send(body);
    const std::string received = client.readToEnd();
    Answer answer;
    answer.status = statusOfAnswer(received);
    answer.body = bodyOfAnswer(received);
    std::size_t at = received.find("\r\n");
    while (at != std::string::npos) {
        const std::size_t begin = at + 2;
        at = received.find("\r\n", begin);
        if (at == std::string::npos || at == begin) break;
        const std::string line = received.substr(begin, at - begin);
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos) continue;
        std::string name = line.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        answer.headers[name] = line.substr(colon + 2);
    }
    return answer;
}

HubTest::HubTest()
    : log_(
          clock_,
          observe::LogLevel::Debug,
          observe::LogFormat::Text,
          [this](std::string_view line) {
              const std::lock_guard lock(log_mutex_);
              log_text_.append(line).append("\n");
          }
      ),
      fake_(std::make_unique<demo::FakeDropbox>(demo::FakeDropboxOptions{}, clock_)) {
    FERRY_CHECK(fake_->start().has_value(), "the fake Dropbox listens");
    demo::App app;
    app.redirect_uris = {std::string(kRedirectUri)};
    app_ = fake_->addApp(app);
    account_ = fake_->addAccount("Alice", "alice@example.com");
    fs::create_directories(folder_.path() / "instances");

    const char* build = std::getenv("FERRY_BUILD_DIR");
    FERRY_CHECK(build != nullptr, "FERRY_BUILD_DIR says where the plugins are");
    config_.public_url = "http://hub.test";
    config_.listen_port = 0;
    config_.data_dir = folder_.path() / "data";
    config_.key_file = folder_.path() / "data" / "master.key";
    config_.plugins = {fs::path(build) / "plugins"};
    config_.connectors.clear();
    config_.instances = {folder_.path() / "instances"};
    config_.delivery.allow_networks = {IpNetwork::parse("127.0.0.0/8").value()};
    config_.delivery.retry_schedule.delays.assign(9, Milliseconds(20));
    for (const char* name : {"www", "api", "content", "notify"})
        config_.providers["dropbox"].base_urls[name] = fake_->url();
}

HubTest::~HubTest() {
    fake_->stop();
    stopHub();
    if (HasFailure()) fmt::print(stderr, "log of the hub:\n{}\n", logText());
}

void HubTest::declare(const std::string& name, const Overrides& overrides) {
    Overrides values{
        {"authentication.type", "oauth2"},
        {"oauth.api.key", app_.key},
        {"oauth.api.secret", app_.secret},
        {"oauth.callback.url", std::string(kRedirectUri)},
        {"event.notification.enabled", "true"},
        {"event.notification.callback.url", receiver_.url()},
        {"event.notification.signature.key", signature_key_},
        {"event.move.window", "200ms"},
    };
    if (!overrides.contains("oauth.user.refresh_token") &&
        !overrides.contains("dropbox.authorization.apikey") && !overrides.contains("code")) {
        std::string& token = refresh_tokens_[name];
        if (token.empty()) token = fake_->linkedRefreshToken(app_.key, account_);
        values["oauth.user.refresh_token"] = token;
    }
    for (const auto& [key, value] : overrides)
        values[key] = value;
    // Written beside and renamed: a watcher never sees half of it.
    const fs::path file = folder_.path() / "instances" / (name + ".yaml");
    const fs::path draft = folder_.path() / ".draft";
    std::ofstream out(draft);
    out << "instances:\n  - name: " << name << "\n    key: dropbox\n    configuration:\n";
    for (const auto& [key, value] : values) {
        if (!value.empty()) out << "      " << key << ": '" << value << "'\n";
    }
    out.close();
    fs::rename(draft, file);
}

void HubTest::undeclare(const std::string& name) {
    // An empty folder removes nothing: it may be one that is not mounted.
    std::ofstream(folder_.path() / "instances/none.yaml") << "instances: []\n";
    fs::remove(folder_.path() / "instances" / (name + ".yaml"));
}

void HubTest::startHub() {
    auto hub = app::Hub::create(config_, clock_, random_, log_);
    ASSERT_TRUE(hub) << hub.error().message;
    hub_ = std::move(*hub);
    const auto applied = hub_->reload();
    ASSERT_TRUE(applied) << applied.error().message;
    const Status started = hub_->start();
    ASSERT_TRUE(started) << started.error().message;
    webhook_uris_ = {fmt::format("http://127.0.0.1:{}{}", hub_->port(), kWebhookTarget)};
    ASSERT_TRUE(fake_->setWebhookUris(app_.key, webhook_uris_));
}

void HubTest::stopHub() {
    if (hub_) hub_->stop(Milliseconds(5'000));
    hub_.reset();
}

app::ReloadReport HubTest::reload() {
    auto report = hub_->reload();
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(*report) : app::ReloadReport();
}

std::optional<Instance> HubTest::instance(const std::string& name) {
    const auto found = hub_->store().instances().findByName(name);
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
}

InstanceState HubTest::state(const std::string& name) {
    const auto found = instance(name);
    EXPECT_TRUE(found) << "there is no instance " << name;
    return found ? found->state : InstanceState::Disabled;
}

std::string HubTest::reason(const std::string& name) {
    const auto found = instance(name);
    return found ? found->state_reason : std::string();
}

bool HubTest::waitForState(const std::string& name, InstanceState wanted) {
    return eventually([&] { return state(name) == wanted; });
}

bool HubTest::waitUntilLive(const std::string& name) {
    return eventually([&] {
        const auto found = instance(name);
        if (!found || found->state != InstanceState::Running) return false;
        const auto position = hub_->store().sync().position(found->id);
        return position && position->phase == SyncPhase::Live && !position->cursor.empty();
    });
}

void HubTest::startWith(const std::string& name, const Overrides& overrides) {
    declare(name, overrides);
    startHub();
    ASSERT_TRUE(hub_);
    ASSERT_TRUE(waitUntilLive(name)) << reason(name);
}

std::vector<std::string> HubTest::loggedEvents() {
    std::vector<std::string> lines;
    const auto events = hub_->store().events().after(EventNumber(), InstanceId(), 100'000);
    EXPECT_TRUE(events);
    if (!events) return lines;
    for (const RecordedEvent& event : *events)
        lines.push_back(toldBody(event.body));
    return lines;
}

double HubTest::metric(const std::string& name_and_labels) {
    const std::string text = "\n" + metricsText();
    const std::size_t at = text.find("\n" + name_and_labels + " ");
    EXPECT_NE(at, std::string::npos) << "no metric " << name_and_labels << " in\n" << text;
    if (at == std::string::npos) return -1;
    return std::stod(text.substr(at + 2 + name_and_labels.size()));
}

std::string HubTest::logText() const {
    const std::lock_guard lock(log_mutex_);
    return log_text_;
}

bool HubTest::waitForLog(std::string_view part) {
    return eventually([&] { return logText().find(part) != std::string::npos; });
}

void HubTest::changeAFile() {
    ASSERT_TRUE(fake_->createFolder(account_, "/a"));
    ASSERT_TRUE(receiver_.waitForEvents(1));
    put("/a/one.txt", "1");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    put("/a/one.txt", "2");
    ASSERT_TRUE(receiver_.waitForEvents(3));
    ASSERT_TRUE(fake_->move(account_, "/a/one.txt", "/two.txt"));
    ASSERT_TRUE(receiver_.waitForEvents(4));
}

void HubTest::put(const std::string& path, const std::string& content) {
    const auto written = fake_->putFile(account_, path, content);
    ASSERT_TRUE(written) << written.error().message;
}

Answer HubTest::postWebhook(
    const std::string& target, const std::string& body, const std::string& secret
) {
    return ask(
        hub_->port(),
        "POST",
        target,
        {{"Content-Type", "application/json"},
         {"X-Dropbox-Signature", hexEncode(asText(hmacSha256(secret, body)))}},
        body
    );
}

std::string HubTest::noticeBody(const std::string& account) {
    return fmt::format(
        R"({{"list_folder":{{"accounts":["{}"]}},"delta":{{"users":[1]}}}})", account
    );
}

}  // namespace ferry::test
