// Normalization and the other pure hooks: the same input, the same output.

#include "plugin_check/bench.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>

#include <future>

namespace ferry::plugin_check {
namespace {

Outcome deterministic(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    if (!(*bench)->has(PureHook::Normalize)) return skip("the plugin has no normalize");
    const Inputs inputs = inputsOf(context.subject);
    Inputs reversed = inputs;
    std::reverse(reversed.changes.begin(), reversed.changes.end());
    const std::string first = (*bench)->call(PureHook::Normalize, inputs).text();
    const std::string other = (*bench)->call(PureHook::Normalize, reversed).text();
    if ((*bench)->call(PureHook::Normalize, inputs).text() != first)
        return fail("the second time it gives other results for the same changes");
    auto again = Bench::make(context.subject);
    if (!again) return again.error();
    if ((*again)->call(PureHook::Normalize, reversed).text() != other)
        return fail("another object gives other results for the same changes");
    return pass();
}

Outcome complete(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    if (!(*bench)->has(PureHook::Normalize)) return skip("the plugin has no normalize");
    const std::vector<std::string> nonsense{
        "", "{", "null", "[]", "{}", "\xff\xfe", std::string(3, '\0'), std::string(100'000, '[')};
    Inputs inputs = inputsOf(context.subject);
    for (const std::string& odd : nonsense)
        inputs.changes.push_back(odd);
    const std::size_t all = inputs.changes.size();
    // Alone and among others: one bad record must not take its page along.
    for (std::size_t i = 0; i <= all; ++i) {
        Inputs some = inputs;
        if (i < all) some.changes = {inputs.changes[i]};
        const Said said = (*bench)->call(PureHook::Normalize, some);
        if (said.status != FERRY_OK)
            return fail(fmt::format(
                "{} gave {} ({}): a bad record is rejected, the others go on",
                i < all ? fmt::format("record {}", i) : std::string("a page"),
                statusName(said.status),
                said.message
            ));
        if (!said.breach.empty()) return fail(said.breach);
    }
    return pass(fmt::format("{} records", all));
}

Outcome inParallel(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    const Inputs inputs = inputsOf(context.subject);
    constexpr int kThreads = 4;
    constexpr int kRounds = 200;
    bool has_any = false;
    for (const PureHook hook : kPureHooks) {
        if (!(*bench)->has(hook)) continue;
        has_any = true;
        const std::string alone = (*bench)->call(hook, inputs).text();
        std::vector<std::future<int>> threads;
        for (int i = 0; i < kThreads; ++i)
            threads.push_back(std::async(std::launch::async, [&] {
                int others = 0;
                for (int round = 0; round < kRounds; ++round)
                    others += (*bench)->call(hook, inputs).text() == alone ? 0 : 1;
                return others;
            }));
        int others = 0;
        for (std::future<int>& thread : threads)
            others += thread.get();
        if (others > 0)
            return fail(fmt::format(
                "{} gave other results in {} of {} calls from {} threads at once",
                hookName(hook),
                others,
                kThreads * kRounds,
                kThreads
            ));
    }
    return has_any ? pass() : skip("the plugin has no pure hooks");
}

}  // namespace

std::vector<Rule> normalizeRules() {
    return {
        {901,
         "deterministic",
         "normalize gives the same results for the same changes, always",
         "a page is normalized again after a crash: other results are other events, told twice",
         "let results depend on the arguments alone: no counters, clocks or random numbers",
         {401},
         deterministic},
        {902,
         "complete",
         "every change gets a result, and one that is not understood is rejected by itself",
         "a record without a result is an event that is lost; an error for the page holds it up "
         "for "
         "ever",
         "reject() what can't be read, ignore() what does not matter",
         {401},
         complete},
        {903,
         "in-parallel",
         "pure hooks give the same results from many threads at once",
         "the hub calls them from every thread that has work",
         "keep nothing in static variables, not even a buffer",
         {401},
         inParallel}};
}

}  // namespace ferry::plugin_check
