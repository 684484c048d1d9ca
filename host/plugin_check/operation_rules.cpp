// Resumable operations: what they promise between start and drop.

#include "plugin/egress_hosts.h"
#include "plugin/limits.h"
#include "plugin_check/bench.h"
#include "plugin_check/heap_growth.h"
#include "plugin_check/place.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>
#include <poll.h>

#include <functional>

namespace ferry::plugin_check {
namespace {

constexpr const char* kNone = "the plugin has no operations";

/// Calls `judge` with a bench and all plays of the plugin: recorded ones first, then those with
/// `answers_max` answers of each common kind. It gives a text for what is wrong.
Outcome forAllPlays(
    const RuleContext& context,
    int answers_max,
    const std::function<std::string(Bench&, const Play&)>& judge
) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    std::vector<Play> plays = recordedPlays(context.subject);
    for (Play& play : commonPlays(context.subject, (*bench)->operations(), answers_max))
        plays.push_back(std::move(play));
    std::erase_if(plays, [&](const Play& play) { return !(*bench)->has(play.hook); });
    if (plays.empty()) return skip(kNone);
    for (const Play& play : plays)
        if (std::string wrong = judge(**bench, play); !wrong.empty())
            return fail(fmt::format("{}: {}", play.name, wrong));
    return pass(fmt::format("{} operations played", plays.size()));
}

Outcome keepsTheContract(const RuleContext& context) {
    return forAllPlays(context, 10, [](Bench& bench, const Play& play) {
        return bench.play(play).last.breach;
    });
}

Outcome dropsAnywhere(const RuleContext& context) {
    return forAllPlays(context, 3, [](Bench& bench, const Play& play) -> std::string {
        bench.keepLines(false);
        const std::size_t steps = bench.play(play).steps;
        constexpr int kRounds = 16;
        for (std::size_t dropped = 0; dropped <= steps; ++dropped) {
            const std::size_t left = heapGrowth(kRounds, [&] { (void)bench.play(play, dropped); });
            if (left > 0)
                return fmt::format(
                    "dropped after {} steps it leaves {} bytes behind", dropped, left
                );
        }
        return {};
    });
}

Outcome comesToAnEnd(const RuleContext& context) {
    constexpr int kAnswers = plugin::kOperationRequestsMax + 1;
    return forAllPlays(context, kAnswers, [](Bench& bench, const Play& play) -> std::string {
        if (bench.play(play).requests.size() <= plugin::kOperationRequestsMax) return {};
        return fmt::format(
            "it still asks after {} requests that all failed the same way",
            plugin::kOperationRequestsMax
        );
    });
}

Outcome replays(const RuleContext& context) {
    std::vector<std::string> first;
    const auto note = [&first](Bench& bench, const Play& play) {
        first.push_back(bench.play(play).transcript);
        return std::string();
    };
    const Outcome played = forAllPlays(context, 2, note);
    if (played.verdict != Verdict::Pass) return played;
    // Into another second, so that whoever looks at a clock of its own sees another time.
    ::poll(nullptr, 0, 1'100);
    std::size_t next = 0;
    return forAllPlays(context, 2, [&](Bench& bench, const Play& play) -> std::string {
        if (bench.play(play).transcript == first[next++]) return {};
        return "with the same answers it asks, or ends, otherwise than a second before";
    });
}

Outcome movesBetweenThreads(const RuleContext& context) {
    return forAllPlays(context, 3, [](Bench& bench, const Play& play) -> std::string {
        bench.moveSteps(false);
        const std::string at_home = bench.play(play).transcript;
        bench.moveSteps(true);
        if (bench.play(play).transcript == at_home) return {};
        return "with each step on another thread it gives other results";
    });
}

Outcome staysInEgress(const RuleContext& context) {
    const config::ConnectorManifest& manifest = context.subject.manifest();
    const std::vector<std::pair<std::string, std::string>> base_urls(
        manifest.base_urls.begin(), manifest.base_urls.end()
    );
    return forAllPlays(context, 3, [&](Bench& bench, const Play& play) -> std::string {
        for (const plugin::HttpRequest& request : bench.play(play).requests)
            if (auto good = plugin::checkEgress(request.url, manifest.egress, base_urls); !good)
                return good.error().message;
        return {};
    });
}

Outcome recordedResults(const RuleContext& context) {
    for (const OperationFixture& fixture : context.subject.fixtures().operations)
        if (!operationHook(fixture.hook))
            return fail(fmt::format("check.yaml: there is no hook '{}'", fixture.hook));
    const std::vector<Play> plays = recordedPlays(context.subject);
    if (plays.empty()) return skip("check.yaml has no operations");
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    for (const Play& play : plays) {
        if (!(*bench)->has(play.hook))
            return fail(fmt::format("{}: the plugin has no {}", play.name, hookName(play.hook)));
        const Played played = (*bench)->play(play);
        if (statusName(played.last.status) != play.result)
            return fail(fmt::format(
                "{}: ended with '{}' ({}), '{}' was recorded",
                play.name,
                statusName(played.last.status),
                played.last.message,
                play.result
            ));
        if (played.requests.size() != play.answers.size())
            return fail(fmt::format(
                "{}: made {} requests, {} answers were recorded",
                play.name,
                played.requests.size(),
                play.answers.size()
            ));
    }
    return pass(fmt::format("{} recorded operations", plays.size()));
}

Outcome tellsNoSecrets(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    const Inputs inputs = inputsOf(context.subject);
    (*bench)->useWhole(inputs, 3);
    for (const std::string& secret : secretTexts(context.subject, inputs))
        for (const std::string& line : (*bench)->lines())
            if (line.find(secret) != std::string::npos)
                return fail(fmt::format("a message or log line holds a secret: \"{}\"", line));
    return pass(fmt::format("{} lines looked at", (*bench)->lines().size()));
}

}  // namespace

std::vector<Rule> operationRules() {
    return {
        {601,
         "keeps-the-contract",
         "whatever the provider answers, an operation asks for one request at a time and ends with "
         "its whole result or a known error",
         "the hub counts each breach as a misbehaviour, and puts the plugin into quarantine after "
         "20 in a row",
         "hand over exactly one request before FERRY_NEED_HTTP; turn exceptions into an Error that "
         "says what the provider did",
         {401, 308},
         keepsTheContract},
        {602,
         "drops-anywhere",
         "an operation that is dropped at any step leaves no memory behind",
         "the hub cancels by dropping: at shutdown, after a lost lease, when an instance is "
         "removed",
         "let objects own everything: a coroutine's frame is destroyed where it stands",
         {601},
         dropsAnywhere},
        {603,
         "comes-to-an-end",
         "an operation ends by itself if every request fails",
         "the hub stops one that asks 100 times, and the drain has come to nothing",
         "return the error instead of trying again: the hub repeats, with growing waits",
         {601},
         comesToAnEnd},
        {604,
         "replays",
         "the same answers lead to the same requests and the same result, later too",
         "a recorded operation must be repeatable, byte for byte, to find a fault of it",
         "take the time from the call (nowMs), and derive ids from the input instead of drawing "
         "them",
         {601},
         replays},
        {605,
         "moves-between-threads",
         "each step of an operation may run on another thread",
         "the hub goes on with an operation on whatever thread has the answer",
         "keep everything in the operation, nothing in thread_local variables",
         {601},
         movesBetweenThreads},
        {606,
         "stays-in-egress",
         "requests go to the manifest's base_urls and egress hosts alone",
         "the hub refuses any other, and the drain fails in production for the first time",
         "list the host in egress, or build the URL on account.baseUrl()",
         {601},
         staysInEgress},
        {607,
         "tells-no-secrets",
         "no message and no log line holds a token, a code or a secret",
         "messages go to logs, to the console and to the API's callers",
         "name what failed, not what it was tried with",
         {601},
         tellsNoSecrets},
        {608,
         "recorded-results",
         "the operations in check.yaml end as they are recorded there",
         "they are the plugin's own examples of what the provider does",
         "mend the plugin, or record the exchange anew",
         {601},
         recordedResults}};
}

}  // namespace ferry::plugin_check
