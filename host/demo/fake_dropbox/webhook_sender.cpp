#include "demo/fake_dropbox/webhook_sender.h"

#include "base/encoding.h"
#include "demo/fake_dropbox/notice_body.h"
#include "demo/fake_dropbox/webhook_http.h"

namespace ferry::demo {

WebhookSender::WebhookSender(World& world, const WebhookPolicy& policy, std::string ca_file)
    : world_(world), policy_(policy), ca_file_(std::move(ca_file)) {}

WebhookSender::~WebhookSender() {
    stop();
}

void WebhookSender::start() {
    is_stopping_ = false;
    for (int i = 0; i < std::max(1, policy_.senders); ++i)
        threads_.emplace_back([this] { run(); });
}

void WebhookSender::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    condition_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

void WebhookSender::wake() {
    {
        const std::lock_guard lock(mutex_);
        ++wakes_;
    }
    condition_.notify_all();
}

void WebhookSender::run() {
    std::uint64_t seen_wakes = 0;
    while (!is_stopping_) {
        {
            const std::lock_guard lock(mutex_);
            seen_wakes = wakes_;
        }
        renderMarked();
        if (auto notice = world_.notices.takeDue(world_.notice_now())) {
            send(std::move(*notice));
            continue;
        }
        const TimePoint due = world_.notices.nextDue();
        std::unique_lock lock(mutex_);
        const auto isWoken = [&] { return is_stopping_ || wakes_ != seen_wakes; };
        if (due == TimePoint::max()) {
            condition_.wait(lock, isWoken);
        } else {
            const Milliseconds wait = std::max(Milliseconds(1), due - world_.notice_now());
            condition_.wait_for(lock, wait, isWoken);
        }
    }
}

void WebhookSender::renderMarked() {
    const TimePoint now = world_.notice_now();
    bool has_several = false;
    for (const Notice& marked : world_.notices.takeMarked(now)) {
        for (Notice& notice : renderNotices(world_, marked)) {
            world_.notices.push(std::move(notice), now);
            has_several = true;
        }
    }
    if (has_several) wake();
}

void WebhookSender::send(Notice notice) {
    Request request;
    for (const auto& [name, value] : notice.headers)
        request.headers[name] = value;
    request.body = notice.body;
    const auto answer =
        exchangeWithWebhook(notice.url, request, policy_.timeout, ca_file_, is_stopping_);
    if (answer && answer->status == 200) {
        world_.notices.accepted();
    } else {
        world_.notices.failed(std::move(notice), world_.notice_now());
    }
}

Status verifyWebhookUri(
    const std::string& url,
    std::string_view challenge,
    Milliseconds timeout,
    const std::string& ca_file
) {
    const std::string separator = url.find('?') == std::string::npos ? "?" : "&";
    Request request;
    request.method = "GET";
    const std::atomic<bool> is_stopping{false};
    FERRY_TRY_ASSIGN(
        WebhookAnswer answer,
        exchangeWithWebhook(
            url + separator + "challenge=" + percentEncode(challenge),
            request,
            timeout,
            ca_file,
            is_stopping
        )
    );
    const auto wrong = [&](const std::string& what) {
        return fail(ErrorCode::PermissionDenied, "webhook verification of " + url + ": " + what);
    };
    if (answer.status != 200) return wrong("status " + std::to_string(answer.status) + ", not 200");
    if (answer.body != challenge) return wrong("the body is not the challenge");
    if (!answer.headers["Content-Type"].starts_with("text/plain")) {
        return wrong("Content-Type is not text/plain");
    }
    if (answer.headers["X-Content-Type-Options"] != "nosniff") {
        return wrong("X-Content-Type-Options is not nosniff");
    }
    return {};
}

}  // namespace ferry::demo
