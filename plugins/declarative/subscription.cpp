#include "subscription.h"

#include "answers.h"
#include "text.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace ferry::declarative {
namespace {

/// What the templates look at.
class SubscriptionSources final : public AccountSources {
  public:
    /// All of it outlives this.
    SubscriptionSources(
        const sdk::AccountView& account,
        std::string_view access_token,
        const sdk::Subscribe& wanted,
        std::int64_t end_ms
    )
        : AccountSources(account, access_token), wanted_(wanted), end_ms_(end_ms) {
        state_.parseOrNull(wanted.state);
    }

    Value word(std::string_view name, Scratch& scratch) const override {
        if (name == "webhook_url") return text(wanted_.callback_url);
        if (name == "secret") return text(wanted_.secret);
        if (name == "nonce") return text(wanted_.nonce);
        if (name == "cursor") return text(cursor);
        if (end_ms_ > 0 && name == "expires") return text(scratch.keep(formatTime(end_ms_)));
        if (end_ms_ > 0 && name == "expires_epoch_ms")
            return {Value::Kind::Number, scratch.keep(std::to_string(end_ms_))};
        return AccountSources::word(name, scratch);
    }
    Value outside(std::string_view key, Scratch& scratch) const override {
        if (!key.starts_with("kept:")) return AccountSources::outside(key, scratch);
        return valueAt(state_.root(), {std::string(key.substr(5))}, scratch);
    }

    std::string cursor;  ///< that the provider wants to be told where to begin

  private:
    const sdk::Subscribe& wanted_;
    const std::int64_t end_ms_;
    JsonDocument state_;
};

Secrets secretsOf(
    const sdk::AccountView& account, std::string_view access_token, const sdk::Subscribe& wanted
) {
    Secrets secrets(account, access_token);
    secrets.add(wanted.secret);
    return secrets;
}

bool isGone(const sdk::HttpResponse& response) {
    return response.status() == 404 || response.status() == 410;
}

}  // namespace

SubscriptionPlan::SubscriptionPlan(const rapidjson::Value& settings) {
    if (!settings.IsObject() || !settings.HasMember("create") || !settings.HasMember("delete"))
        throw sdk::Error::invalid("settings: 'subscription' has no 'create' or no 'delete'");
    create_ = RequestTemplate(settings["create"]);
    delete_ = RequestTemplate(settings["delete"]);
    if (settings.HasMember("start")) {
        start_.emplace(settings["start"]);
        if (settings["start"].HasMember("cursor"))
            cursor_ = Expression(settings["start"]["cursor"]);
    }
    if (settings.HasMember("renew")) renew_.emplace(settings["renew"]);
    kept_ = expressionsAt(settings, "keep");
    if (settings.HasMember("expires")) expires_ = Expression(settings["expires"]);
    if (settings.HasMember("secret")) secret_.emplace(settings["secret"]);
    lifetime_ms_ = numberAt(settings, "lifetime_ms", lifetime_ms_);
}

/// `state`: of the registration that was renewed, whose answer may leave out what has not changed.
sdk::Subscription SubscriptionPlan::read(
    const sdk::HttpResponse& response, std::string_view state, std::int64_t wanted_end_ms
) const {
    JsonDocument body;
    body.parseOrNull(response.body());
    JsonDocument before;
    before.parseOrNull(state);
    const AnswerSources answer(response, body.root());
    Scratch scratch;
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const auto& [name, expression] : kept_) {
        Value value = expression.evaluate(answer, scratch);
        if (value.isMissing()) value = valueAt(before.root(), {name}, scratch);
        if (value.isMissing())
            throw sdk::Error::malformed("subscription: the answer has no value for '" + name + "'");
        writer.Key(name.c_str());
        writer.String(value.text.data(), static_cast<rapidjson::SizeType>(value.text.size()));
    }
    writer.EndObject();
    sdk::Subscription subscription(std::string(buffer.GetString(), buffer.GetSize()));
    const Value end = expires_.evaluate(answer, scratch);
    subscription.expires_at_ms =
        end.isMissing() ? wanted_end_ms : parseTime(end.text).value_or(wanted_end_ms);
    if (!secret_) return subscription;
    subscription.secret = secret_->evaluate(answer, scratch).text;
    // What was renewed is signed as before unless its answer says otherwise.
    if (subscription.secret.empty() && state.empty())
        throw sdk::Error::malformed("subscription: the answer has no value for 'secret'");
    return subscription;
}

sdk::Task<sdk::Subscription> SubscriptionPlan::subscribe(
    sdk::Context& context,
    const sdk::AccountView& account,
    std::string access_token,
    const sdk::Subscribe& wanted
) const {
    const std::int64_t end = lifetime_ms_ > 0 ? context.call().nowMs() + lifetime_ms_ : 0;
    SubscriptionSources sources(account, access_token, wanted, end);
    const Secrets secrets = secretsOf(account, access_token, wanted);
    bool is_known = !wanted.state.empty();
    if (is_known && renew_) {
        const sdk::HttpResponse response = co_await context.send(renew_->make(sources));
        if (!isGone(response)) {
            throwUnlessOk(response, "renewal of the webhook", secrets);
            co_return read(response, wanted.state, end);
        }
        is_known = false;
    }
    if (start_) {
        const sdk::HttpResponse position = co_await context.send(start_->make(sources));
        throwUnlessOk(position, "registration of the webhook", secrets);
        JsonDocument body;
        body.parseOrNull(position.body());
        Scratch scratch;
        sources.cursor = cursor_.evaluate(AnswerSources(position, body.root()), scratch).text;
    }
    const sdk::HttpResponse response = co_await context.send(create_.make(sources));
    throwUnlessOk(response, "registration of the webhook", secrets);
    sdk::Subscription made = read(response, {}, end);
    if (!is_known) co_return made;
    // The new one is there before the old one goes: nothing is missed in between. What is left of
    // the old one ends by itself.
    const sdk::HttpResponse removed = co_await context.send(delete_.make(sources));
    if (!removed.ok() && !isGone(removed))
        context.call().warning(
            "the former webhook could not be removed: answered " +
            std::to_string(removed.status()) + said(removed, secrets)
        );
    co_return made;
}

sdk::Task<void> SubscriptionPlan::unsubscribe(
    sdk::Context& context,
    const sdk::AccountView& account,
    std::string access_token,
    const sdk::Subscribe& wanted
) const {
    const SubscriptionSources sources(account, access_token, wanted, 0);
    const sdk::HttpResponse response = co_await context.send(delete_.make(sources));
    const Secrets secrets = secretsOf(account, access_token, wanted);
    if (!isGone(response)) throwUnlessOk(response, "removal of the webhook", secrets);
    co_return;
}

}  // namespace ferry::declarative
