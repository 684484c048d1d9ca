// What is lent to a plugin is only looked at, only within its bounds, and only until the call ends.

#include "plugin_check/bench.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>

namespace ferry::plugin_check {
namespace {

/// All hooks with arguments lent as `lending` says; in guarded memory a breach is a crash.
std::string useLent(Bench& bench, const Subject& subject, const Lending& lending) {
    bench.lendAs(lending);
    std::string text;
    const Inputs inputs = inputsOf(subject);
    for (const PureHook hook : kPureHooks)
        if (bench.has(hook)) text += bench.call(hook, inputs).text();
    for (const ChallengeFixture& challenge : subject.fixtures().challenges) {
        Inputs asked = inputs;
        asked.webhook = challenge.request;
        if (bench.has(PureHook::VerifyChallenge))
            text += bench.call(PureHook::VerifyChallenge, asked).text();
    }
    for (const Play& play : recordedPlays(subject))
        if (bench.has(play.hook)) text += bench.play(play).transcript;
    for (const Play& play : commonPlays(subject, bench.operations(), 3))
        text += bench.play(play).transcript;
    return text;
}

/// The same results, however the arguments are lent?
Outcome sameAsOnTheHeap(const RuleContext& context, const Lending& lending, const char* how) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    const std::string usual = useLent(**bench, context.subject, {});
    if (useLent(**bench, context.subject, lending) != usual)
        return fail(fmt::format("other results {}", how));
    return pass();
}

Outcome readsWithinBounds(const RuleContext& context) {
    Lending lending;
    lending.placement = Placement::Guarded;
    return sameAsOnTheHeap(context, lending, "if a text ends where its memory ends");
}

Outcome leavesArgumentsAlone(const RuleContext& context) {
    Lending lending;
    lending.placement = Placement::Guarded;
    lending.is_read_only = true;
    return sameAsOnTheHeap(context, lending, "if the arguments can't be written to");
}

Outcome goesByStride(const RuleContext& context) {
    Lending lending;
    lending.placement = Placement::Guarded;
    lending.extra_bytes = 40;
    return sameAsOnTheHeap(context, lending, "if records and the steps between them are longer");
}

Outcome takesEmptyTexts(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    Lending lending;
    lending.has_null_empties = true;
    (*bench)->lendAs(lending);
    Inputs nothing;
    for (const PureHook hook : kPureHooks)
        if ((*bench)->has(hook)) (void)(*bench)->call(hook, nothing);
    nothing.changes = {"", ""};
    if ((*bench)->has(PureHook::Normalize)) (void)(*bench)->call(PureHook::Normalize, nothing);
    nothing.webhook.headers = {{"", ""}};
    nothing.secrets = {{"", ""}};
    for (const PureHook hook : kPureHooks)
        if ((*bench)->has(hook)) (void)(*bench)->call(hook, nothing);
    for (Play& play : commonPlays(context.subject, (*bench)->operations(), 2)) {
        play.inputs = nothing;
        (void)(*bench)->play(play);
    }
    return pass();
}

}  // namespace

std::vector<Rule> borrowingRules() {
    return {
        {501,
         "reads-within-bounds",
         "no byte behind the end of a text or record is read, nor one that was lent to a call "
         "before",
         "texts do not end with NUL: what comes behind them is somebody else's secret, or no "
         "memory "
         "at all; and after a call the hub uses the memory for something else",
         "use the size of each text, never strlen; copy what an operation needs later. The C++ "
         "layer "
         "copies for coroutines",
         {401},
         readsWithinBounds},
        {502,
         "leaves-arguments-alone",
         "arguments are not written to",
         "the hub shares them: a webhook's body goes to three hooks, and is then stored",
         "copy a text before changing it",
         {501},
         leavesArgumentsAlone},
        {503,
         "goes-by-stride",
         "elements of arrays are found by the stride of the array",
         "records grow: an element is longer in a later hub than in the headers of today",
         "use first + i * stride in bytes, never first[i]",
         {501},
         goesByStride},
        {504,
         "takes-empty-texts",
         "texts, arrays and bodies may be empty, with NULL for an address",
         "everything that the provider or the user left out arrives like this",
         "look at the size before the address",
         {401},
         takesEmptyTexts}};
}

}  // namespace ferry::plugin_check
