#include "plugin_check/inputs.h"

#include "plugin_check/subject.h"

#include <algorithm>
#include <map>

namespace ferry::plugin_check {
namespace {

constexpr std::int64_t kNowMs = 1'800'000'000'000;  // 2027-01-15
constexpr const char* kAccessToken = "check-access-token-0123456789";
constexpr const char* kRefreshToken = "check-refresh-token-0123456789";
constexpr const char* kCode = "check-grant-code-0123456789";
constexpr const char* kVerifier = "check-code-verifier-0123456789";
constexpr const char* kSubscribeSecret = "check-subscribe-secret-0123456789";
constexpr const char* kRegistration = "check-registration";
constexpr const char* kSecretParameter = "check-secret-parameter-0123456789";

/// A value that a parameter can have.
std::string valueFor(const config::Field& field) {
    if (field.is_secret) return kSecretParameter;
    if (field.default_value) return *field.default_value;
    if (!field.example.empty()) return field.example;
    switch (field.type) {
        case config::ValueType::Boolean:
            return "false";
        case config::ValueType::Integer:
            return std::to_string(field.min.value_or(1));
        case config::ValueType::Duration:
            return "1s";
        case config::ValueType::Bytes:
            return "1KiB";
        case config::ValueType::Url:
            return "https://example.com/";
        case config::ValueType::Enum:
            return field.values.empty() ? std::string() : field.values.front();
        default:
            return "value";
    }
}

plugin::Fields configurationOf(const Subject& subject) {
    const config::ConnectorManifest& manifest = subject.manifest();
    std::map<std::string, std::string> values;
    for (const config::Field& field : manifest.parameters.fields())
        // Those that may be left out, and have no value of their own, are left out.
        if (field.is_required || field.default_value) values[field.key] = valueFor(field);
    if (!manifest.profiles.empty())
        values[manifest.authentication_parameter] = manifest.profiles.front().key;
    for (const plugin::Field& field : subject.fixtures().configuration)
        values[field.name] = field.value;
    plugin::Fields fields;
    for (auto& [name, value] : values)
        fields.push_back({name, value});
    return fields;
}

}  // namespace

plugin::Fields secretsOf(const std::string& secret) {
    return {{"webhook.secret", secret}};
}

TimePoint checkedTime(const Subject& subject) {
    return subject.fixtures().now.value_or(fromEpochMilliseconds(kNowMs));
}

Inputs inputsOf(const Subject& subject) {
    const Fixtures& fixtures = subject.fixtures();
    Inputs inputs;
    inputs.now = checkedTime(subject);
    inputs.account.account_id = fixtures.account_id.empty() ? "check-account" : fixtures.account_id;
    inputs.account.account_state = fixtures.account_state;
    inputs.account.configuration = configurationOf(subject);
    for (const auto& [name, url] : subject.manifest().base_urls)
        inputs.account.base_urls.push_back({name, url});
    inputs.tokens.access_token = Secret(kAccessToken);
    inputs.tokens.refresh_token = Secret(kRefreshToken);
    inputs.tokens.token_type = "bearer";
    inputs.authorize.redirect_uri = "https://hub.example.com/oauth/callback";
    inputs.authorize.state = "check-state";
    inputs.authorize.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    inputs.authorize.scopes = {"read", "list"};
    inputs.exchange = {Secret(kCode), inputs.authorize.redirect_uri, Secret(kVerifier)};
    inputs.fetch = {plugin::FetchMode::Baseline, "", 100};
    inputs.document.path = "/check";
    inputs.text = "check";
    inputs.subscribe = {
        "https://hub.example.com/elements/api-v2/events/check/MQ==",
        Secret(kSubscribeSecret),
        "00000000-0000-4000-8000-000000000001",
        Secret(kRegistration)};
    inputs.webhook = {"POST", "/events", "", {{"content-type", "application/json"}}, "{}"};
    inputs.secrets = secretsOf("check-webhook-secret");
    if (!fixtures.webhooks.empty()) {
        inputs.webhook = fixtures.webhooks.front().request;
        inputs.secrets = secretsOf(fixtures.webhooks.front().secret);
    }
    inputs.changes = fixtures.changes;
    if (inputs.changes.empty())
        inputs.changes = {R"({"id":"1","name":"a.txt","path":"/a.txt","type":"file"})", "", "{}"};
    return inputs;
}

std::vector<std::string> secretTexts(const Subject& subject, const Inputs& inputs) {
    std::vector<std::string> texts{
        inputs.tokens.access_token.reveal(),
        inputs.tokens.refresh_token.reveal(),
        inputs.exchange.code.reveal(),
        inputs.exchange.code_verifier.reveal(),
        inputs.subscribe.secret.reveal()};
    for (const plugin::Field& secret : inputs.secrets)
        texts.push_back(secret.value);
    for (const plugin::Field& field : inputs.account.configuration) {
        const config::Field* parameter = subject.manifest().parameters.find(field.name);
        if (parameter != nullptr && parameter->is_secret) texts.push_back(field.value);
    }
    // What is shorter may stand in a message by chance.
    constexpr std::size_t kBytesMin = 6;
    std::erase_if(texts, [](const std::string& text) { return text.size() < kBytesMin; });
    return texts;
}

std::vector<Play> recordedPlays(const Subject& subject) {
    std::vector<Play> plays;
    for (const OperationFixture& fixture : subject.fixtures().operations) {
        const auto hook = operationHook(fixture.hook);
        if (!hook) continue;
        Play play{fixture.name, *hook, inputsOf(subject), fixture.answers, fixture.result};
        if (fixture.now) play.inputs.now = *fixture.now;
        play.inputs.cursor = fixture.cursor;
        play.inputs.fetch.cursor = fixture.cursor;
        if (!fixture.cursor.empty()) play.inputs.fetch.mode = plugin::FetchMode::Continue;
        const bool is_path = fixture.document.starts_with('/');
        play.inputs.document = {
            is_path ? "" : fixture.document, is_path ? fixture.document : std::string()};
        if (!fixture.text.empty()) play.inputs.text = fixture.text;
        play.inputs.subscribe.state = Secret(fixture.state);
        plays.push_back(std::move(play));
    }
    return plays;
}

std::vector<Play> commonPlays(
    const Subject& subject, const std::vector<OperationHook>& hooks, int answers_max
) {
    using plugin::TransportError;
    const plugin::Fields json{{"content-type", "application/json"}};
    const plugin::Fields html{{"content-type", "text/html"}};
    const plugin::Fields wait{{"retry-after", "7"}};
    const plugin::HttpResponse answers[] = {
        {0, TransportError::Timeout, {}, ""},
        {0, TransportError::RefusedByPolicy, {}, ""},
        {200, TransportError::None, json, "{}"},
        {200, TransportError::None, {}, ""},
        {200, TransportError::None, html, "<html>sign in to this network</html>"},
        {302, TransportError::None, {{"location", "https://example.org/"}}, ""},
        {400, TransportError::None, json, "{\"error\":\"invalid_grant\"}"},
        {401, TransportError::None, json, "{\"error\":\"invalid_token\"}"},
        {403, TransportError::None, json, "[]"},
        {404, TransportError::None, {}, ""},
        {409, TransportError::None, json, "null"},
        {429, TransportError::None, wait, ""},
        {500, TransportError::None, html, "<h1>oops</h1>"},
        {503, TransportError::None, wait, ""}};
    std::vector<Play> plays;
    for (const OperationHook hook : hooks)
        for (const plugin::HttpResponse& answer : answers)
            plays.push_back(
                {std::string(hookName(hook)) + " answered with status " +
                     std::to_string(answer.status),
                 hook,
                 inputsOf(subject),
                 std::vector<plugin::HttpResponse>(static_cast<std::size_t>(answers_max), answer),
                 {}}
            );
    return plays;
}

}  // namespace ferry::plugin_check
