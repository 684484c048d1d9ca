// The plugin that runs connectors without code: one object for each connector, made of the sections
// of its YAML file.

#include "authorization.h"
#include "json.h"
#include "mapping.h"
#include "notifications.h"
#include "polling.h"
#include "subscription.h"

#include <ferry/sdk.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ferry::declarative {
namespace {

class Declarative : public sdk::Plugin {
  public:
    explicit Declarative(const sdk::SetupView& setup) {
        std::string connector(setup.connector());
        if (const auto settings = setup.settings().find("authorization")) {
            authorization_ = std::make_unique<Authorization>(
                &ParsedSettings(*settings).root(), std::move(connector)
            );
        } else {
            authorization_ = std::make_unique<Authorization>(nullptr, std::move(connector));
        }
        if (const auto polling = setup.settings().find("polling")) {
            polling_ = std::make_unique<Polling>(ParsedSettings(*polling).root());
        }
        if (const auto subscription = setup.settings().find("subscription")) {
            subscription_ =
                std::make_unique<SubscriptionPlan>(ParsedSettings(*subscription).root());
        }
        const std::int64_t tolerance = polling_ ? polling_->toleranceMs() : 0;
        if (const auto map = setup.settings().find("map")) {
            mapping_ = std::make_unique<Mapping>(ParsedSettings(*map).root(), tolerance);
        }
        if (const auto notifications = setup.settings().find("notifications")) {
            if (const auto jq = setup.settings().find("jq"))
                compileValues(ParsedSettings(*jq).root());
            std::vector<const Expression*> outside;
            if (mapping_) outside = mapping_->outside();
            for (const Expression& value : jq_values_)
                value.collectOutside(outside);
            notifications_ = std::make_unique<Notifications>(
                ParsedSettings(*notifications).root(), std::move(outside)
            );
        }
    }

    std::string authorizeUrl(
        const sdk::Call&, const sdk::AccountView& account, const sdk::AuthorizeRequestView& request
    ) const {
        return authorization_->authorizeUrl(account, request);
    }
    sdk::Task<sdk::TokenSet> exchangeCode(
        sdk::Context& context, const sdk::AccountView& account, const sdk::CodeExchange& exchange
    ) const {
        return authorization_->exchange(context, account, exchange);
    }
    sdk::Task<sdk::TokenSet> refresh(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const {
        return authorization_->refresh(context, account, tokens);
    }
    sdk::Task<sdk::Identity> verify(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const {
        return authorization_->identify(context, account, tokens);
    }

    std::optional<sdk::Reply> verifyChallenge(
        const sdk::Call& call,
        const sdk::WebhookRequestView& request,
        const sdk::FieldsView& secrets
    ) const {
        return notifications_ ? notifications_->answer(call, request, secrets) : std::nullopt;
    }
    bool verifySignature(
        const sdk::Call& call,
        const sdk::WebhookRequestView& request,
        const sdk::FieldsView& secrets
    ) const {
        if (!notifications_) return false;
        const std::string reason = notifications_->whyNotVerified(call, request, secrets);
        if (!reason.empty()) throw sdk::Error(FERRY_ERROR_BAD_SIGNATURE, reason);
        return true;
    }
    std::vector<sdk::Notice> parseNotification(
        const sdk::Call& call, const sdk::WebhookRequestView& request
    ) const {
        if (!notifications_)
            throw sdk::Error(FERRY_ERROR_UNSUPPORTED, "the connector takes no webhooks");
        return notifications_->parse(call, request);
    }

    sdk::Task<sdk::Page> fetch(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::FetchRequest& request
    ) const {
        if (!polling_) throw sdk::Error(FERRY_ERROR_UNSUPPORTED, "the connector has no 'polling'");
        return polling_->fetch(
            context, account, authorization_->accessToken(account, tokens), request
        );
    }

    sdk::Task<sdk::Subscription> subscribe(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::Subscribe& wanted
    ) const {
        return subscriptionPlan().subscribe(
            context, account, authorization_->accessToken(account, tokens), wanted
        );
    }
    sdk::Task<void> unsubscribe(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::Subscribe& wanted
    ) const {
        return subscriptionPlan().unsubscribe(
            context, account, authorization_->accessToken(account, tokens), wanted
        );
    }

    void normalize(
        const sdk::Call& call,
        const sdk::AccountView&,
        const sdk::ChangesView& changes,
        sdk::Normalizer& out
    ) const {
        RecordBuffers buffers;
        for (std::size_t i = 0; i < changes.size(); ++i) {
            if (mapping_)
                mapping_->apply(call, i, changes[i], changes.hint(i), buffers, out);
            else
                out.ignore(i);
        }
    }

  private:
    /// Another plugin maps by them; the notices keep here what they look at.
    void compileValues(const rapidjson::Value& jq) {
        if (!jq.IsObject() || !jq.HasMember("values") || !jq["values"].IsObject()) return;
        for (const auto& entry : jq["values"].GetObject())
            jq_values_.emplace_back(entry.value);
    }
    const SubscriptionPlan& subscriptionPlan() const {
        if (!subscription_)
            throw sdk::Error(FERRY_ERROR_UNSUPPORTED, "the connector has no 'subscription'");
        return *subscription_;
    }

    std::unique_ptr<const Authorization> authorization_;
    std::unique_ptr<const Mapping> mapping_;  // the notifications look at it, and at these
    std::vector<Expression> jq_values_;
    std::unique_ptr<const Notifications> notifications_;
    std::unique_ptr<const Polling> polling_;
    std::unique_ptr<const SubscriptionPlan> subscription_;
};

}  // namespace
}  // namespace ferry::declarative

FERRY_PLUGIN(ferry::declarative::Declarative, "declarative", "1.0.0");
