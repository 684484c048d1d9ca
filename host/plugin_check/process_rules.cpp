// What a plugin leaves behind in the process, and what it tries to do there.

#include "base/crypto.h"
#include "plugin/child_process.h"
#include "plugin_check/bench.h"
#include "plugin_check/heap_growth.h"
#include "plugin_check/process_state.h"
#include "plugin_check/subject.h"
#include "plugin_check/system_calls.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <functional>

namespace ferry::plugin_check {
namespace {

/// Loads the plugin, and uses all of it.
std::optional<Outcome> useWhole(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    (*bench)->useWhole(inputsOf(context.subject), 2);
    return std::nullopt;
}

/// What `judge` finds between the states before the plugin was loaded and after all was used.
Outcome compareStates(
    const RuleContext& context,
    const std::function<std::string(const ProcessState& before, const ProcessState& after)>& judge
) {
    const ProcessState before = ProcessState::now();
    if (auto failed = useWhole(context)) return *failed;
    const std::string changed = judge(before, ProcessState::now());
    return changed.empty() ? pass() : fail(changed);
}

Outcome noThreads(const RuleContext& context) {
    return compareStates(context, [](const ProcessState& before, const ProcessState& after) {
        if (after.threads.size() <= before.threads.size()) return std::string();
        return fmt::format("{} threads run on", after.threads.size() - before.threads.size());
    });
}

Outcome noDescriptors(const RuleContext& context) {
    return compareStates(context, [](const ProcessState& before, const ProcessState& after) {
        return difference(before.files, after.files);
    });
}

Outcome noChildren(const RuleContext& context) {
    if (auto failed = useWhole(context)) return *failed;
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, WNOHANG | __WALL);
    if (child < 0 && errno == ECHILD) return pass();
    return fail(
        child > 0 ? fmt::format("it started process {}", child)
                  : std::string("a process that it started runs on")
    );
}

Outcome signalsAlone(const RuleContext& context) {
    return compareStates(context, [](const ProcessState& before, const ProcessState& after) {
        return difference(before.signals, after.signals);
    });
}

Outcome localeAlone(const RuleContext& context) {
    return compareStates(context, [](const ProcessState& before, const ProcessState& after) {
        return difference(before.locale, after.locale);
    });
}

Outcome environmentAlone(const RuleContext& context) {
    return compareStates(context, [](const ProcessState& before, const ProcessState& after) {
        return difference(before.environment, after.environment);
    });
}

Outcome noSystemCalls(const RuleContext& context) {
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    const Inputs inputs = inputsOf(context.subject);
    std::vector<Play> plays = recordedPlays(context.subject);
    for (Play& play : commonPlays(context.subject, (*bench)->operations(), 2))
        plays.push_back(std::move(play));
    // OpenSSL reads its configuration when it is first used, which is the host's affair.
    (void)hmacSha256("key", "data");
    // A sanitizer looks at memory by system calls when it sees a type for the first time.
    if (hasSanitizer())
        if (auto failed = useWhole(context)) return *failed;
    if (!refuseSystemCalls(plugin::kChildAnswerDescriptor))
        return skip("this kernel has no filter for system calls");

    void* self = nullptr;
    const ferry_status created = (*bench)->create({}, &self);
    for (const PureHook hook : kPureHooks)
        if ((*bench)->has(hook)) (void)(*bench)->call(hook, inputs);
    for (const Play& play : plays)
        if ((*bench)->has(play.hook)) (void)(*bench)->play(play);
    if (created == FERRY_OK && self != nullptr) (*bench)->destroy(self);

    std::string text;
    for (const std::string& name : refusedSystemCalls())
        text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? pass() : fail("it called " + text);
}

}  // namespace

std::vector<Rule> processRules() {
    return {
        {701,
         "no-threads",
         "no thread of the plugin runs on",
         "the hub can neither stop nor count it, and a crash in it takes the hub along",
         "hand requests to the hub, which has threads: co_await context.send()",
         {401},
         noThreads},
        {702,
         "no-descriptors",
         "no file or socket stays open, and none of the hub's is closed",
         "the hub has one table of descriptors for thousands of connections",
         "open nothing; whatever a plugin needs comes as an argument",
         {401},
         noDescriptors},
        {703,
         "no-children",
         "no process was started",
         "it would inherit the hub's sockets, and keep them open after a restart",
         "do the work in the plugin, or in a service that it asks over HTTP",
         {401},
         noChildren},
        {704,
         "signals-alone",
         "signal handlers and the signal mask are as before",
         "the hub ends by SIGTERM and reloads by SIGHUP",
         "leave them alone; so must libraries",
         {401},
         signalsAlone},
        {705,
         "locale-alone",
         "the locale is as before",
         "numbers and cases of letters would be read and written otherwise in the whole hub",
         "use std::from_chars and fmt, never setlocale",
         {401},
         localeAlone},
        {706,
         "environment-alone",
         "working folder, umask, rounding mode and environment variables are as before",
         "all of them belong to the whole process",
         "take settings from the configuration",
         {401},
         environmentAlone},
        {707,
         "no-system-calls",
         "no hook does I/O, waits, or starts anything",
         "one thread of the hub serves many drains: all of them wait for the one that sleeps or "
         "reads",
         "hand the request to the hub; take the time from the call; log through the call",
         {401},
         noSystemCalls}};
}

}  // namespace ferry::plugin_check
