// Webhooks: what is genuine is taken, and nothing else.

#include "plugin_check/bench.h"
#include "plugin_check/place.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>

#include <functional>

namespace ferry::plugin_check {
namespace {

Inputs inputsOf(const RuleContext& context, const WebhookFixture& fixture) {
    Inputs inputs = inputsOf(context.subject);
    inputs.webhook = fixture.request;
    inputs.secrets = secretsOf(fixture.secret);
    return inputs;
}

/// Calls `judge` for each webhook of the fixtures; it gives a text for what is wrong.
Outcome forAllWebhooks(
    const RuleContext& context,
    PureHook hook,
    const std::function<std::string(Bench&, const WebhookFixture&)>& judge
) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    if (!(*bench)->has(hook)) return skip(fmt::format("the plugin has no {}", hookName(hook)));
    const std::vector<WebhookFixture>& webhooks = context.subject.fixtures().webhooks;
    if (webhooks.empty()) return skip("check.yaml has no webhooks");
    for (const WebhookFixture& webhook : webhooks)
        if (std::string wrong = judge(**bench, webhook); !wrong.empty())
            return fail(fmt::format("{}: {}", webhook.name, wrong));
    return pass(fmt::format("{} webhooks", webhooks.size()));
}

bool isTaken(Bench& bench, const Inputs& inputs) {
    return bench.call(PureHook::VerifySignature, inputs).status == FERRY_OK;
}

Outcome genuineTaken(const RuleContext& context) {
    return forAllWebhooks(
        context,
        PureHook::VerifySignature,
        [&](Bench& bench, const WebhookFixture& webhook) -> std::string {
            const Said said = bench.call(PureHook::VerifySignature, inputsOf(context, webhook));
            if (said.status == FERRY_OK) return {};
            return fmt::format("refused: {} {}", statusName(said.status), said.message);
        }
    );
}

/// Tries every change of one bit in `text`, which is part of `inputs`; how many were taken.
std::size_t takenChanges(
    Bench& bench, const Inputs& inputs, std::string& text, std::string& where
) {
    std::size_t taken = 0;
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        const auto flip = [&] {
            text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
        };
        flip();
        if (isTaken(bench, inputs) && taken++ == 0)
            where = fmt::format("bit {} of byte {}", bit % 8, bit / 8);
        flip();
    }
    return taken;
}

/// Which headers the signature depends on: without it the webhook is refused.
std::vector<std::size_t> signingHeaders(Bench& bench, const Inputs& inputs) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < inputs.webhook.headers.size(); ++i) {
        Inputs without = inputs;
        without.webhook.headers.erase(
            without.webhook.headers.begin() + static_cast<std::ptrdiff_t>(i)
        );
        if (!isTaken(bench, without)) found.push_back(i);
    }
    return found;
}

Outcome oneBitRefused(const RuleContext& context) {
    const auto judge = [&](Bench& bench, const WebhookFixture& webhook) -> std::string {
        Inputs inputs = inputsOf(context, webhook);
        std::string where;
        const auto of = [&](std::string_view part, std::string& text) -> std::string {
            setRound(fmt::format(", one bit of {}", part));
            const std::size_t taken = takenChanges(bench, inputs, text, where);
            if (taken == 0) return {};
            return fmt::format(
                "{} of the {} is changed, and it is taken all the same (so are {} of {} such "
                "changes)",
                where,
                part,
                taken,
                text.size() * 8
            );
        };
        if (std::string wrong = of("body", inputs.webhook.body); !wrong.empty()) return wrong;
        if (std::string wrong = of("secret", inputs.secrets.front().value); !wrong.empty())
            return wrong;
        for (const std::size_t header : signingHeaders(bench, inputs)) {
            plugin::Field& field = inputs.webhook.headers[header];
            if (std::string wrong = of("header " + field.name, field.value); !wrong.empty())
                return wrong;
        }
        return {};
    };
    return forAllWebhooks(context, PureHook::VerifySignature, judge);
}

Outcome signatureNeeded(const RuleContext& context) {
    const auto judge = [&](Bench& bench, const WebhookFixture& webhook) -> std::string {
        const Inputs genuine = inputsOf(context, webhook);
        if (signingHeaders(bench, genuine).empty() && !genuine.webhook.headers.empty())
            return "taken without any one of its headers, so without its signature";
        Inputs changed = genuine;
        changed.webhook.headers.clear();
        if (isTaken(bench, changed)) return "taken without headers";
        changed = genuine;
        changed.secrets.clear();
        if (isTaken(bench, changed)) return "taken without a secret";
        changed.secrets = secretsOf("");
        if (isTaken(bench, changed)) return "taken with an empty secret";
        changed.secrets = secretsOf(webhook.secret + "x");
        if (isTaken(bench, changed)) return "taken with another secret";
        return {};
    };
    return forAllWebhooks(context, PureHook::VerifySignature, judge);
}

Outcome accountsNamed(const RuleContext& context) {
    const auto judge = [&](Bench& bench, const WebhookFixture& webhook) -> std::string {
        const Said said = bench.call(PureHook::ParseNotification, inputsOf(context, webhook));
        if (!said.breach.empty()) return said.breach;
        if (said.status != FERRY_OK)
            return fmt::format("not understood: {} {}", statusName(said.status), said.message);
        std::string wanted;
        for (const std::string& account : webhook.accounts)
            wanted += "notice " + account + " \n";
        std::string found;
        for (std::size_t at = 0; at < said.outputs.size();) {
            // What the hint says is the provider's business: the account stands before it.
            const std::size_t end = said.outputs.find('\n', at);
            const std::string line = said.outputs.substr(at, end - at);
            found += line.substr(0, line.find(' ', sizeof "notice")) + " \n";
            at = end + 1;
        }
        return found == wanted ? "" : fmt::format("it names\n{}wanted is\n{}", found, wanted);
    };
    return forAllWebhooks(context, PureHook::ParseNotification, judge);
}

Outcome challengeAnswered(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    if (!(*bench)->has(PureHook::VerifyChallenge)) return skip("the plugin has no verifyChallenge");
    const std::vector<ChallengeFixture>& challenges = context.subject.fixtures().challenges;
    if (challenges.empty()) return skip("check.yaml has no challenges");
    for (const ChallengeFixture& challenge : challenges) {
        Inputs inputs = inputsOf(context.subject);
        inputs.webhook = challenge.request;
        const Said said = (*bench)->call(PureHook::VerifyChallenge, inputs);
        const std::string wanted =
            fmt::format("reply {} {}\n", challenge.reply.status, challenge.reply.body);
        if (said.status != FERRY_YES)
            return fail(fmt::format(
                "{}: not answered: {} {}", challenge.name, statusName(said.status), said.message
            ));
        if (said.outputs != wanted)
            return fail(fmt::format("{}: {}wanted is {}", challenge.name, said.outputs, wanted));
    }
    return pass(fmt::format("{} challenges", challenges.size()));
}

}  // namespace

std::vector<Rule> webhookRules() {
    return {
        {801,
         "genuine-taken",
         "the signed webhooks in check.yaml are taken",
         "a webhook that is refused is told again for hours, and then not any more",
         "sign the exact bytes of the body, before any parsing",
         {401},
         genuineTaken},
        {802,
         "one-bit-refused",
         "a webhook with any one bit changed in body, secret or signature is refused",
         "who can change a bit can name another account, or replay with another time",
         "compare the whole value, with equalConstantTime, and take one spelling of it only",
         {801},
         oneBitRefused},
        {803,
         "signature-needed",
         "without signature or with another secret a webhook is refused",
         "anybody may send a webhook: what is not clearly right is wrong",
         "return false for everything but an equal signature; an empty secret is none",
         {801},
         signatureNeeded},
        {804,
         "accounts-named",
         "webhooks name the accounts that check.yaml says, in that order",
         "an account that is not named is drained only when the slow poll comes round",
         "give one Notice with the id that verify() gives as Identity::account_id",
         {401},
         accountsNamed},
        {805,
         "challenge-answered",
         "the provider's questions in check.yaml get the wanted answers",
         "without it the webhook can't be registered",
         "return a Reply with exactly that body",
         {401},
         challengeAnswered}};
}

}  // namespace ferry::plugin_check
