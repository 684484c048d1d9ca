// fake-dropbox: the fake Dropbox as a program, for playing by hand and for clients in other
// languages. Makes an app and two linked accounts, prints how to reach them, runs until a signal.

#include "demo/fake_dropbox/fake_dropbox.h"

#include <CLI/CLI.hpp>
#include <pthread.h>

#include <csignal>
#include <iostream>

namespace {

using namespace ferry;
using namespace ferry::demo;

struct Settings {
    FakeDropboxOptions options;
    std::vector<std::string> redirect_uris = {"http://localhost:8080/oauth/callback"};
    std::vector<std::string> webhook_uris;
    std::size_t files = 3;
    bool surplus_verifier_ends_code = false;
};

/// SIGINT and SIGTERM blocked in all threads, to be waited for in the main one.
sigset_t blockEndSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

int run(const Settings& settings) {
    const sigset_t signals = blockEndSignals();
    const SystemClock clock;
    FakeDropbox fake(settings.options, clock);
    App app;
    app.key = "fakeappkey";
    app.secret = "fakeappsecret";
    app.redirect_uris = settings.redirect_uris;
    app.webhook_uris = settings.webhook_uris;
    fake.addApp(app);
    fake.setSurplusVerifierEndsCode(settings.surplus_verifier_ends_code);
    const std::string account = fake.addAccount("Ada Lovelace", "ada@example.com");
    const std::string team_account =
        fake.addTeamAccount("Grace Hopper", "grace@example.com", "Example team");
    if (const Status added = fake.addManyFiles(account, "/Documents", settings.files); !added) {
        std::cerr << "fake-dropbox: " << added.error().message << '\n';
        return 1;
    }
    if (const Status started = fake.start(); !started) {
        std::cerr << "fake-dropbox: " << started.error().message << '\n';
        return 1;
    }
    std::cout << "url: " << fake.url() << "\napp_key: " << app.key << "\napp_secret: " << app.secret
              << "\naccount: " << account
              << "\nrefresh_token: " << fake.linkedRefreshToken(app.key, account)
              << "\nteam_account: " << team_account
              << "\nteam_refresh_token: " << fake.linkedRefreshToken(app.key, team_account)
              << "\nready" << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    fake.stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App program("A Dropbox for tests: API v2, OAuth, cursors, webhooks, on one port.");
    FakeDropboxOptions& options = settings.options;
    program.add_option("--host", options.host, "address to listen on")->capture_default_str();
    program.add_option("--port", options.port, "port; 0 takes a free one")->capture_default_str();
    auto* certificate = program.add_option(
        "--tls-cert", options.tls_certificate_file, "certificate (PEM); serves https"
    );
    auto* key = program.add_option("--tls-key", options.tls_key_file, "its private key (PEM)");
    certificate->needs(key);
    key->needs(certificate);
    program.add_flag("--control", options.has_control_route, "serve /fake/... (no authentication)");
    program.add_option("--redirect-uri", settings.redirect_uris, "the app's OAuth redirect URIs")
        ->capture_default_str();
    program.add_option("--webhook-uri", settings.webhook_uris, "the app's webhook URIs");
    program.add_option("--files", settings.files, "files in /Documents at the start")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    program.add_flag(
        "--surplus-verifier-ends-code",
        settings.surplus_verifier_ends_code,
        "a PKCE verifier for a code without a challenge uses the code up"
    );
    CLI11_PARSE(program, argc, argv);
    return run(settings);
}
