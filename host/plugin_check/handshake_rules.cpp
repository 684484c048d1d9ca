// The first words between plugin and host: versions, sizes, tables.

#include "plugin_check/bench.h"
#include "plugin_check/hook_tables.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>

#include <memory>

namespace ferry::plugin_check {
namespace {

/// Takes every line, and shows none.
class NoLog final : public plugin::PluginLog {
  public:
    void write(const plugin::LogLine&) override {}
};

/// The hub's own loader, without the trial: this process is one.
Outcome loads(const RuleContext& context) {
    NoLog log;
    const auto library = plugin::PluginLibrary::load(
        context.subject.request(), std::make_shared<plugin::HostServices>(), log, {}
    );
    if (library) return pass();
    return fail(fmt::format("{} ({})", library.error().message, library.error().rule));
}

Outcome otherMajor(const RuleContext& context) {
    HostOptions host;
    host.abi_major = FERRY_ABI_MAJOR + 1;
    const auto bench = Bench::load(context.subject, host);
    if (!bench) return bench.error();
    return (*bench)->module() == nullptr
               ? pass()
               : fail(fmt::format("the entry gave a module to a host of ABI {}.0", host.abi_major));
}

/// All hooks once, so that the tables of a host are not only there, but used.
std::string useAll(Bench& bench, const Subject& subject) {
    std::string text;
    const Inputs inputs = inputsOf(subject);
    for (const PureHook hook : kPureHooks)
        if (bench.has(hook)) text += bench.call(hook, inputs).text();
    for (const Play& play : recordedPlays(subject))
        if (bench.has(play.hook)) text += bench.play(play).transcript;
    for (const Play& play : commonPlays(subject, bench.operations(), 2))
        text += bench.play(play).transcript;
    return text;
}

Outcome olderHost(const RuleContext& context) {
    const auto newest = Bench::load(context.subject);
    if (!newest) return newest.error();
    const std::uint32_t needed = (*newest)->module()->abi_minor;
    if (needed > 0) {
        HostOptions too_old;
        too_old.abi_minor = needed - 1;
        if ((*newest)->enter(too_old) != nullptr)
            return fail(
                fmt::format("it needs ABI 1.{} and took a host of 1.{}", needed, too_old.abi_minor)
            );
    }
    HostOptions host;
    host.abi_minor = needed;
    auto bench = Bench::make(context.subject, host);
    if (!bench) return bench.error();
    Lending lending;
    lending.placement = Placement::GuardedRecords;
    lending.abi_minor = needed;
    (*bench)->lendAs(lending);
    // Documents came with 1.1: a host of 1.0 never asks for them.
    const Inputs inputs = inputsOf(context.subject);
    for (const PureHook hook : kPureHooks)
        if ((*bench)->has(hook)) (void)(*bench)->call(hook, inputs);
    std::vector<OperationHook> known;
    for (const OperationHook hook : (*bench)->operations())
        if (needed > 0 || hook < OperationHook::DocumentMetadata) known.push_back(hook);
    for (const Play& play : commonPlays(context.subject, known, 2))
        (void)(*bench)->play(play);
    return pass(fmt::format("works with a host of ABI 1.{}", needed));
}

Outcome newerHost(const RuleContext& context) {
    HostOptions host;
    host.abi_minor = FERRY_ABI_MINOR + 50;
    host.extra_bytes = 64;
    auto newer = Bench::make(context.subject, host);
    if (!newer) return newer.error();
    Lending longer;
    longer.extra_bytes = 64;
    longer.abi_minor = host.abi_minor;
    (*newer)->lendAs(longer);
    const std::string with_newer = useAll(**newer, context.subject);
    auto today = Bench::make(context.subject);
    if (!today) return today.error();
    return with_newer == useAll(**today, context.subject)
               ? pass()
               : fail("with longer records of a newer host it gives other results");
}

Outcome withoutServices(const RuleContext& context) {
    HostOptions host;
    host.has_services = false;
    auto bench = Bench::make(context.subject, host);
    // To refuse to work without a service is right; to take it for granted is not.
    if (!bench) return pass("makes no object without services");
    (void)useAll(**bench, context.subject);
    Inputs forged = inputsOf(context.subject);
    forged.webhook.body += " ";
    if ((*bench)->has(PureHook::VerifySignature) &&
        (*bench)->call(PureHook::VerifySignature, forged).status == FERRY_OK)
        return fail("without cryptography it takes a forged webhook for a genuine one");
    return pass();
}

Outcome entryRepeatable(const RuleContext& context) {
    const auto bench = Bench::load(context.subject);
    if (!bench) return bench.error();
    const ferry_module* first = (*bench)->module();
    if ((*bench)->enter({}) != first) return fail("the entry gave another record the second time");
    for (const char* id :
         {FERRY_EXT_AUTH,
          FERRY_EXT_WEBHOOK,
          FERRY_EXT_CHANGES,
          FERRY_EXT_NORMALIZE,
          FERRY_EXT_DOCUMENTS,
          FERRY_EXT_SUBSCRIPTION})
        if (first->get_extension(id) != first->get_extension(id))
            return fail(fmt::format("{} has another table the second time", id));
    return pass();
}

Outcome unknownExtensions(const RuleContext& context) {
    const auto bench = Bench::load(context.subject);
    if (!bench) return bench.error();
    for (const char* id :
         {"", "ferry.auth/2", "ferry.auth/1 ", "ferry.auth", "com.example.unknown/1", "/"})
        if ((*bench)->module()->get_extension(id) != nullptr)
            return fail(fmt::format("it has a table for \"{}\"", id));
    return pass();
}

/// A table may be shorter than the ABI has it, by whole slots.
template <typename Table>
std::string tableFault(const ferry_module& module, const char* id) {
    const auto* table = static_cast<const Table*>(module.get_extension(id));
    if (table == nullptr) return {};
    constexpr std::size_t kHead = 2 * sizeof(std::uint32_t);
    if (table->struct_size < kHead + sizeof(void*))
        return fmt::format("{}: struct_size {} holds no slot", id, table->struct_size);
    if ((table->struct_size - kHead) % sizeof(void*) != 0)
        return fmt::format("{}: struct_size {} ends in a slot", id, table->struct_size);
    return {};
}

Outcome tablesWellFormed(const RuleContext& context) {
    const auto bench = Bench::load(context.subject);
    if (!bench) return bench.error();
    const ferry_module& module = *(*bench)->module();
    for (std::string fault :
         {tableFault<ferry_auth_1>(module, FERRY_EXT_AUTH),
          tableFault<ferry_webhook_1>(module, FERRY_EXT_WEBHOOK),
          tableFault<ferry_changes_1>(module, FERRY_EXT_CHANGES),
          tableFault<ferry_normalize_1>(module, FERRY_EXT_NORMALIZE),
          tableFault<ferry_documents_1>(module, FERRY_EXT_DOCUMENTS),
          tableFault<ferry_subscription_1>(module, FERRY_EXT_SUBSCRIPTION)})
        if (!fault.empty()) return fail(std::move(fault));
    const bool is_resumable = module.advance != nullptr && module.drop != nullptr;
    for (const OperationHook hook : kOperationHooks)
        if (!is_resumable && hasHook(module, hook))
            return fail(fmt::format("it has {}, but no advance and drop", hookName(hook)));
    if (hasHook(module, OperationHook::Subscribe) != hasHook(module, OperationHook::Unsubscribe))
        return fail("it has one of subscribe and unsubscribe, and not the other");
    return pass();
}

}  // namespace

std::vector<Rule> handshakeRules() {
    return {
        {301,
         "loads",
         "the hub's own loader takes it",
         "a library that does not load, or whose module record is incomplete, is refused as a "
         "whole",
         "sdk/README.md lists what each refusal means",
         {103, 202, 210, 212},
         loads},
        {302,
         "refuses-other-major",
         "the entry gives NULL to a host of another major version",
         "what the two would say to each other after that has no meaning",
         "compare host->abi_major before anything else; the C++ layer does",
         {301},
         otherMajor},
        {303,
         "older-host",
         "it works with the oldest host that its note names, whose records are shorter, and "
         "refuses "
         "one before that",
         "a field or slot that an old host does not have lies in somebody else's memory",
         "ask FERRY_HAS before a later field is read; raise FERRY_ABI_TARGET if it can't do "
         "without",
         {401},
         olderHost},
        {304,
         "newer-host",
         "with a newer host, whose records and arrays are longer, it gives the same results",
         "old plugins have to go on working when the hub is updated",
         "compare abi_minor with >=, never ==; go through arrays by their stride",
         {401},
         newerHost},
        {305,
         "without-services",
         "a host without any service makes it neither crash nor trust webhooks",
         "services are optional: a NULL table that is used takes the hub along",
         "test what get_service gave; the C++ layer turns a missing one into an error",
         {401},
         withoutServices},
        {306,
         "entry-repeatable",
         "the entry and get_extension give the same pointers each time",
         "the hub asks more than once, and keeps what it got until deinit",
         "return addresses of constants",
         {301},
         entryRepeatable},
        {307,
         "unknown-extensions",
         "it has no table for an id that it does not know",
         "a later hub asks for extensions of its own, and would call what it got",
         "compare the whole id, and return NULL at the end",
         {301},
         unknownExtensions},
        {308,
         "tables-well-formed",
         "each table has a size of whole slots, and with an operation there are advance and drop",
         "the hub reads a slot only if the size reaches to it, so a wrong size hides hooks",
         "set struct_size to the sizeof of the table's type",
         {301},
         tablesWellFormed}};
}

}  // namespace ferry::plugin_check
