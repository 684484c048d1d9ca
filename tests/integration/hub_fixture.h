#pragma once
// The whole hub in this process, with the real Dropbox plugin and SQLite, between a fake Dropbox
// and a callback receiver.

#include "app/hub.h"
#include "demo/fake_dropbox/fake_dropbox.h"
#include "support/callback_receiver.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::test {

/// What came back from a server, headers by lower-case name.
struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;
    std::string body;
};

/// One HTTP request to 127.0.0.1, as a browser or a provider makes it. Redirects are not followed.
Answer ask(
    std::uint16_t port,
    std::string_view method,
    std::string_view target,
    const std::vector<std::pair<std::string, std::string>>& headers = {},
    std::string_view body = {}
);

/// The port and what comes after it of "http://127.0.0.1:4711/x".
std::uint16_t portOf(const std::string& url);
std::string targetOf(const std::string& url);

class HubTest : public testing::Test {
  protected:
    using Overrides = std::map<std::string, std::string>;

    HubTest();
    ~HubTest() override;

    /// Writes the instance file `<name>.yaml`, of alice's account at app_, with a refresh token
    /// unless an override takes it away: a value of "" leaves the key out.
    void declare(const std::string& name, const Overrides& overrides = {});
    void undeclare(const std::string& name);

    /// Makes the hub from config_ and what is declared, starts it, and has the app's webhooks
    /// come to it.
    void startHub();
    void stopHub();
    app::ReloadReport reload();

    std::optional<Instance> instance(const std::string& name);
    InstanceState state(const std::string& name);
    std::string reason(const std::string& name);
    bool waitForState(const std::string& name, InstanceState wanted);
    /// Running, and the baseline is in.
    bool waitUntilLive(const std::string& name);
    /// Declares one instance, starts, waits until it is live.
    void startWith(const std::string& name, const Overrides& overrides = {});

    /// Events in the log, of all instances, as "CREATED /a.txt", in order.
    std::vector<std::string> loggedEvents();
    std::string metricsText() { return ask(hub_->port(), "GET", "/metrics").body; }
    double metric(const std::string& name_and_labels);
    std::string logText() const;
    bool waitForLog(std::string_view part);
    /// Puts a small file at the account.
    void put(const std::string& path, const std::string& content = "x");
    /// A folder /a, a file /a/one.txt in it, another content of it, and its move to /two.txt: four
    /// events, each of which the receiver has before the next is made.
    void changeAFile();

    /// A webhook with this body, signed with `secret`.
    Answer postWebhook(
        const std::string& target, const std::string& body, const std::string& secret
    );
    static std::string noticeBody(const std::string& account);

    TempDir folder_;
    SystemClock clock_;
    SystemRandom random_;
    mutable std::mutex log_mutex_;
    std::string log_text_;
    observe::Log log_;
    CallbackReceiver receiver_;
    config::HubConfig config_;
    std::unique_ptr<demo::FakeDropbox> fake_;
    demo::App app_;
    std::string account_;
    std::unique_ptr<app::Hub> hub_;
    std::map<std::string, std::string> refresh_tokens_;  ///< by instance: the same in each version
    std::vector<std::string> webhook_uris_;
    const std::string signature_key_ = "the-signature-key-of-the-tests";
};

inline constexpr std::string_view kWebhookTarget = "/elements/api-v2/events/dropbox";
inline constexpr std::string_view kRedirectUri = "http://hub.test/oauth/callback";

}  // namespace ferry::test
