#include "demo/fake_dropbox/fake_dropbox.h"

#include "demo/fake_dropbox/notice_body.h"
#include "demo/fake_dropbox/routes.h"
#include "demo/fake_dropbox/server.h"
#include "demo/fake_dropbox/webhook_sender.h"

#include <fmt/format.h>

// Life cycle, apps, accounts, OAuth shortcuts, webhooks, counters. Files: fake_dropbox_files.cpp.

namespace ferry::demo {

FakeDropbox::FakeDropbox(FakeDropboxOptions options, const Clock& clock)
    : options_(std::move(options)),
      world_(std::make_unique<World>(clock, options_.seed, options_.webhooks)) {
    world_->has_control_route = options_.has_control_route;
    world_->longpoll_second = options_.longpoll_second;
    const Clock& notice_clock = options_.sends_by_hand ? clock : real_clock_;
    world_->notice_now = [&notice_clock] { return notice_clock.now(); };
    server_ = std::make_unique<Server>(
        *world_,
        ServerOptions{
            options_.host,
            options_.port,
            options_.tls_certificate_file,
            options_.tls_key_file,
            options_.threads}
    );
    sender_ = std::make_unique<WebhookSender>(*world_, options_.webhooks, options_.webhook_ca_file);
    world_->wake_sender = [sender = sender_.get()] { sender->wake(); };
}

FakeDropbox::~FakeDropbox() {
    stop();
}

Status FakeDropbox::start() {
    {
        const std::lock_guard lock(world_->mutex);
        world_->is_stopping = false;
    }
    FERRY_TRY(server_->start());
    if (!options_.sends_by_hand) sender_->start();
    return {};
}

void FakeDropbox::stop() {
    {
        const std::lock_guard lock(world_->mutex);
        world_->is_stopping = true;
    }
    world_->changed.notify_all();
    server_->stop();
    sender_->stop();
}

std::string FakeDropbox::url() const {
    const std::uint16_t port = server_->port();
    if (port == 0) return {};
    const char* scheme = options_.tls_certificate_file.empty() ? "http" : "https";
    return fmt::format("{}://{}:{}", scheme, options_.host, port);
}

Reply FakeDropbox::handle(const Request& request) {
    return answer(*world_, request);
}

App FakeDropbox::addApp(App app) {
    const std::lock_guard lock(world_->mutex);
    if (app.key.empty()) app.key = world_->ids.token(15);
    if (app.secret.empty()) app.secret = world_->ids.token(15);
    world_->oauth.addApp(app);
    return app;
}

Status FakeDropbox::setWebhookUris(std::string_view app_key, std::vector<std::string> uris) {
    const std::lock_guard lock(world_->mutex);
    App* app = world_->oauth.findApp(app_key);
    if (app == nullptr) return fail(ErrorCode::NotFound, "no such app");
    app->webhook_uris = std::move(uris);
    return {};
}

std::string FakeDropbox::makeAccount(std::string_view display_name, std::string_view email) {
    auto account = std::make_unique<Account>(world_->ids, world_->clock);
    account->id = world_->ids.accountId();
    account->uid = static_cast<std::int64_t>(world_->ids.next()) + 10'000'000;
    account->display_name = display_name;
    account->email = email;
    account->home_namespace = world_->ids.namespaceId();
    account->root_namespace = account->home_namespace;
    std::string id = account->id;
    world_->accounts[id] = std::move(account);
    return id;
}

std::string FakeDropbox::addAccount(std::string_view display_name, std::string_view email) {
    const std::lock_guard lock(world_->mutex);
    return makeAccount(display_name, email);
}

std::string FakeDropbox::addTeamAccount(
    std::string_view display_name, std::string_view email, std::string_view team
) {
    std::string id = addAccount(display_name, email);
    const Status joined = joinTeam(id, team);
    return joined ? id : std::string();
}

Status FakeDropbox::joinTeam(std::string_view account_id, std::string_view team) {
    const std::lock_guard lock(world_->mutex);
    Account* account = world_->findAccount(account_id);
    if (account == nullptr) return fail(ErrorCode::NotFound, "no such account");
    if (!account->team_name.empty()) return fail(ErrorCode::Conflict, "already in a team");
    account->team_name = team;
    account->root_namespace = world_->ids.namespaceId();
    account->home_path = "/" + account->display_name;
    account->tree.pushDown(account->display_name);
    // What is held back was logged under paths of before: the listing of the new root has it all.
    if (account->delta_held_at) account->delta_held_at = account->tree.delta().size();
    ++account->cursor_epoch;
    world_->touched(*account);
    return {};
}

void FakeDropbox::setSuspended(std::string_view account_id, bool is_suspended) {
    const std::lock_guard lock(world_->mutex);
    if (Account* account = world_->findAccount(account_id)) account->is_suspended = is_suspended;
}

std::string FakeDropbox::issueCode(Consent consent) {
    const std::lock_guard lock(world_->mutex);
    if (const App* app = world_->oauth.findApp(consent.app_key); app && consent.scopes.empty()) {
        consent.scopes = app->scopes;
    }
    return world_->oauth.issueCode(std::move(consent));
}

void FakeDropbox::setSurplusVerifierEndsCode(bool ends_code) {
    const std::lock_guard lock(world_->mutex);
    world_->oauth.surplus_verifier_ends_code = ends_code;
}

IssuedTokens FakeDropbox::link(std::string_view app_key, std::string_view account) {
    Consent consent;
    consent.app_key = app_key;
    consent.account_id = account;
    const std::string code = issueCode(consent);
    const std::lock_guard lock(world_->mutex);
    if (!world_->oauth.findApp(app_key) || !world_->findAccount(account)) return {};
    return world_->oauth.exchange(code, app_key, {}, {}, true).value_or(IssuedTokens{});
}

std::string FakeDropbox::linkedRefreshToken(std::string_view app_key, std::string_view account) {
    return link(app_key, account).refresh_token;
}

void FakeDropbox::unlink(std::string_view app_key, std::string_view account) {
    const std::lock_guard lock(world_->mutex);
    world_->oauth.unlink(app_key, account);
}

bool FakeDropbox::isLinked(std::string_view app_key, std::string_view account) const {
    const std::lock_guard lock(world_->mutex);
    return world_->oauth.isLinked(app_key, account);
}

void FakeDropbox::expireAccessTokens(std::string_view account) {
    const std::lock_guard lock(world_->mutex);
    world_->oauth.expireAccessTokens(account);
}

Status FakeDropbox::verifyWebhook(const std::string& uri, std::string_view challenge) const {
    return verifyWebhookUri(uri, challenge, options_.webhooks.timeout, options_.webhook_ca_file);
}

void FakeDropbox::setNoticesOn(bool is_on) {
    world_->sends_notices = is_on;
}

void FakeDropbox::notify(std::string_view app_key, std::string_view account, int times) {
    Notice marked;
    marked.app_key = app_key;
    marked.accounts.emplace_back(account);
    for (int i = 0; i < times; ++i) {
        for (Notice& notice : renderNotices(*world_, marked)) {
            world_->notices.push(std::move(notice), world_->notice_now());
        }
    }
    world_->wake_sender();
}

std::vector<Notice> FakeDropbox::takeNotices() {
    const TimePoint now = world_->notice_now();
    for (const Notice& marked : world_->notices.takeMarked(now)) {
        for (Notice& notice : renderNotices(*world_, marked)) {
            world_->notices.push(std::move(notice), now);
        }
    }
    std::vector<Notice> due;
    while (auto notice = world_->notices.takeDue(now))
        due.push_back(std::move(*notice));
    return due;
}

void FakeDropbox::noticeAnswered(Notice notice, int status) {
    if (status == 200) {
        world_->notices.accepted();
    } else {
        world_->notices.failed(std::move(notice), world_->notice_now());
    }
}

NoticeCounts FakeDropbox::noticeCounts() const {
    return world_->notices.counts();
}

Faults& FakeDropbox::faults() {
    return world_->faults;
}

std::uint64_t FakeDropbox::requests(std::string_view route) const {
    const std::lock_guard lock(world_->mutex);
    const auto at = world_->request_counts.find(route);
    return at == world_->request_counts.end() ? 0 : at->second;
}

std::map<std::string, std::uint64_t, std::less<>> FakeDropbox::requestCounts() const {
    const std::lock_guard lock(world_->mutex);
    return world_->request_counts;
}

std::map<std::string, std::uint64_t, std::less<>> FakeDropbox::statusCounts() const {
    const std::lock_guard lock(world_->mutex);
    return world_->status_counts;
}

}  // namespace ferry::demo
