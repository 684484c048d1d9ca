// Bad input of all kinds, by a seed: nothing that a stranger or a provider sends may do harm.

#include "plugin_check/bench.h"
#include "plugin_check/mutator.h"
#include "plugin_check/place.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>

namespace ferry::plugin_check {
namespace {

std::string roundText(const RuleContext& context, int round) {
    return fmt::format(", round {} of seed {}", round, context.seed);
}

Inputs mutated(Mutator& mutator, const Subject& subject, const Inputs& good) {
    Inputs inputs = good;
    const std::vector<WebhookFixture>& webhooks = subject.fixtures().webhooks;
    const std::vector<ChallengeFixture>& challenges = subject.fixtures().challenges;
    const std::size_t which = mutator.below(webhooks.size() + challenges.size());
    if (which < webhooks.size())
        inputs.webhook = webhooks[which].request;
    else if (which < webhooks.size() + challenges.size())
        inputs.webhook = challenges[which - webhooks.size()].request;
    inputs.webhook.body = mutator.text(std::move(inputs.webhook.body));
    inputs.webhook.query = mutator.text(std::move(inputs.webhook.query));
    inputs.webhook.path = mutator.text(std::move(inputs.webhook.path));
    inputs.webhook.headers = mutator.fields(std::move(inputs.webhook.headers));
    inputs.secrets = mutator.fields(std::move(inputs.secrets));
    for (std::string& change : inputs.changes)
        change = mutator.text(std::move(change));
    inputs.authorize.state = mutator.text(std::move(inputs.authorize.state));
    inputs.authorize.redirect_uri = mutator.text(std::move(inputs.authorize.redirect_uri));
    for (std::string& scope : inputs.authorize.scopes)
        scope = mutator.text(std::move(scope));
    inputs.account.account_state = mutator.text(std::move(inputs.account.account_state));
    return inputs;
}

Outcome fuzzPureHooks(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    (*bench)->keepLines(false);
    const Inputs good = inputsOf(context.subject);
    bool has_any = false;
    for (const PureHook hook : kPureHooks) {
        if (!(*bench)->has(hook)) continue;
        has_any = true;
        Mutator mutator(context.seed);
        for (int round = 0; round < context.rounds; ++round) {
            setRound(roundText(context, round));
            const Said said = (*bench)->call(hook, mutated(mutator, context.subject, good));
            if (!said.breach.empty()) return fail(said.breach + roundText(context, round));
        }
    }
    return has_any ? pass(fmt::format(
                         "{} rounds of seed {} for each hook", context.rounds, context.seed
                     ))
                   : skip("the plugin has no pure hooks");
}

/// The answers, one or more of them changed.
std::vector<plugin::HttpResponse> mutated(
    Mutator& mutator, std::vector<plugin::HttpResponse> answers
) {
    constexpr int kStatuses[] = {200, 201, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503};
    for (plugin::HttpResponse& answer : answers) {
        if (answer.status == 0) continue;
        answer.body = mutator.text(std::move(answer.body));
        answer.headers = mutator.fields(std::move(answer.headers));
        if (mutator.below(8) == 0) answer.status = kStatuses[mutator.below(std::size(kStatuses))];
    }
    return answers;
}

Outcome fuzzOperations(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    (*bench)->keepLines(false);
    std::vector<Play> plays = recordedPlays(context.subject);
    for (Play& play : commonPlays(context.subject, (*bench)->operations(), 3))
        plays.push_back(std::move(play));
    std::erase_if(plays, [&](const Play& play) { return !(*bench)->has(play.hook); });
    if (plays.empty()) return skip("the plugin has no operations");
    Mutator mutator(context.seed);
    for (int round = 0; round < context.rounds; ++round) {
        const std::size_t recorded = context.subject.fixtures().operations.size();
        // Every second round one that goes deep, if there is one.
        const bool is_deep = recorded > 0 && round % 2 == 0;
        Play play = plays[mutator.below(is_deep ? std::min(recorded, plays.size()) : plays.size())];
        play.answers = mutated(mutator, std::move(play.answers));
        play.inputs.account.account_state = mutator.below(4) == 0
                                                ? mutator.text(play.inputs.account.account_state)
                                                : play.inputs.account.account_state;
        if (mutator.below(4) == 0)
            play.inputs.fetch.cursor = mutator.text(play.inputs.fetch.cursor);
        setRound(roundText(context, round));
        const Played played = (*bench)->play(play);
        if (!played.last.breach.empty())
            return fail(
                fmt::format("{}: {}{}", play.name, played.last.breach, roundText(context, round))
            );
    }
    return pass(fmt::format("{} rounds of seed {}", context.rounds, context.seed));
}

}  // namespace

std::vector<Rule> fuzzRules() {
    return {
        {911,
         "survives-bad-input",
         "pure hooks stand any input, and keep to the contract with it",
         "what they see may come from anybody: one webhook could end the hub",
         "repeat it with the seed that is shown; check each size and shape before use",
         {501, 504, 902},
         fuzzPureHooks},
        {912,
         "survives-bad-answers",
         "operations stand any answer, and keep to the contract with it",
         "answers come from proxies, captive portals and new versions of the provider",
         "repeat it with the seed that is shown; turn what is not understood into MALFORMED or "
         "UNAVAILABLE",
         {601, 501, 504},
         fuzzOperations}};
}

}  // namespace ferry::plugin_check
