// From create to the end of the process.

#include "plugin_check/bench.h"
#include "plugin_check/heap_growth.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>

#include <cstdlib>

namespace ferry::plugin_check {
namespace {

Outcome creates(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    return bench ? pass() : bench.error();
}

Outcome createDestroy(const RuleContext& context) {
    auto bench = Bench::load(context.subject);
    if (!bench) return bench.error();
    // What it says is not what it leaves behind.
    (*bench)->keepLines(false);
    constexpr int kRounds = 1000;
    bool is_good = true;
    const std::size_t left = heapGrowth(kRounds, [&] {
        void* self = nullptr;
        is_good = (*bench)->create({}, &self) == FERRY_OK && self != nullptr && is_good;
        if (self != nullptr) (*bench)->destroy(self);
    });
    if (!is_good) return fail("create worked once, but not a thousand times");
    if (left > 0) return fail(fmt::format("each object leaves {} bytes behind", left));
    return pass();
}

/// What pure hooks and the first steps of operations say.
std::string sample(Bench& bench, const Subject& subject) {
    std::string text;
    const Inputs inputs = inputsOf(subject);
    for (const PureHook hook : kPureHooks)
        if (bench.has(hook)) text += bench.call(hook, inputs).text();
    for (const Play& play : commonPlays(subject, bench.operations(), 1))
        text += bench.play(play, 1).transcript;
    return text;
}

Outcome twoObjects(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    void* first = (*bench)->self();
    const std::string before = sample(**bench, context.subject);
    void* second = nullptr;
    if ((*bench)->create({}, &second) != FERRY_OK || second == nullptr)
        return fail("no second object beside the first");
    if (second == first) return fail("both objects are the same");
    (*bench)->use(second);
    const std::string of_second = sample(**bench, context.subject);
    (*bench)->use(first);
    const std::string beside = sample(**bench, context.subject);
    (*bench)->destroy(second);
    const std::string after = sample(**bench, context.subject);
    if (of_second != before) return fail("the second object gives other results than the first");
    if (beside != before) return fail("the first object is not the same beside a second one");
    if (after != before) return fail("the end of the second object changed the first");
    return pass();
}

/// The process ends in the usual way after this rule: what the plugin left to run then, runs.
Outcome endsWithProcess(const RuleContext& context) {
    {
        auto bench = Bench::make(context.subject);
        if (!bench) return bench.error();
        (void)sample(**bench, context.subject);
    }
    auto bench = Bench::load(context.subject);
    if (!bench) return bench.error();
    const ferry_module* module = (*bench)->module();
    if (FERRY_HAS(module, ferry_module, deinit) && module->deinit != nullptr) module->deinit();
    return pass();
}

}  // namespace

std::vector<Rule> lifeCycleRules() {
    return {
        {401,
         "creates",
         "create makes an object without settings, and gives it only with FERRY_OK",
         "the hub makes one object for each connector, with the settings of its manifest",
         "give *self an address before FERRY_OK is returned; call fail() with what is wrong",
         {301},
         creates},
        {402,
         "create-destroy",
         "a thousand objects that end leave no memory behind",
         "reloads make and end objects for as long as the hub runs",
         "free in destroy what create made; LeakSanitizer shows where it was allocated",
         {401},
         createDestroy},
        {403,
         "two-objects",
         "two objects live beside each other and do not feel each other",
         "during a reload the old object works to its end beside the new one",
         "keep nothing in variables of namespace scope or static ones",
         {401},
         twoObjects},
        {404,
         "ends-with-process",
         "after deinit the process ends as usual",
         "a crash at the end of the hub hides that all was well, and starts the supervisor's "
         "alarms",
         "register nothing with atexit, and have no static objects with destructors that do more "
         "than free memory",
         {401},
         endsWithProcess}};
}

}  // namespace ferry::plugin_check
