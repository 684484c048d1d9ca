#pragma once
// Threads that POST due notices to the apps' webhook URIs, in real time, and the GET that verifies
// a URI.

#include "base/result.h"
#include "demo/fake_dropbox/world.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ferry::demo {

class WebhookSender {
  public:
    /// `world` outlives it. `ca_file` is what https receivers are verified with; "": the system's.
    WebhookSender(World& world, const WebhookPolicy& policy, std::string ca_file);
    ~WebhookSender();
    WebhookSender(const WebhookSender&) = delete;
    WebhookSender& operator=(const WebhookSender&) = delete;

    void start();
    /// Ends tries under way within 50 ms or so (they count as not made), and joins.
    void stop();
    /// Threads: any.
    void wake();

  private:
    void run();
    void renderMarked();
    void send(Notice notice);

    World& world_;
    const WebhookPolicy policy_;
    const std::string ca_file_;
    std::mutex mutex_;
    std::condition_variable condition_;
    std::uint64_t wakes_ = 0;
    std::atomic<bool> is_stopping_{false};
    std::vector<std::thread> threads_;
};

/// Asks `url` with "?challenge=…" as the App Console does, and checks status, body, Content-Type
/// and X-Content-Type-Options. Errors: InvalidArgument (bad URL), Unavailable (no answer),
/// PermissionDenied (the answer is wrong; the message says how).
Status verifyWebhookUri(
    const std::string& url,
    std::string_view challenge,
    Milliseconds timeout,
    const std::string& ca_file
);

}  // namespace ferry::demo
