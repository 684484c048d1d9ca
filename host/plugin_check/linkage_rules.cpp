// How the library is linked: all of it is read from the file.

#include "plugin_check/elf_dynamics.h"
#include "plugin_check/rule.h"
#include "plugin_check/subject.h"

#include <ferry/abi/entry.h>

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ferry::plugin_check {
namespace {

template <typename Judge>
Outcome withDynamics(const RuleContext& context, Judge judge) {
    const auto file = plugin::ElfFile::open(context.subject.image().bytes());
    if (!file) return fail(file.error().message);
    return judge(readDynamics(*file));
}

/// Names, the first few of them.
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        text += (text.empty() ? "" : ", ") + names[i];
    if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
    return text;
}

Outcome oneExport(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        std::vector<std::string> others;
        for (const ElfSymbol& symbol : found.symbols)
            if (symbol.is_defined && !symbol.is_hidden && symbol.binding != STB_LOCAL &&
                symbol.name != FERRY_PLUGIN_ENTRY_V1)
                others.push_back(
                    std::string(symbol.name) +
                    (symbol.binding == STB_GNU_UNIQUE ? " (unique in the process)" : "")
                );
        if (others.empty()) return pass();
        return fail("exported beside the entry: " + listed(others));
    });
}

Outcome entryExported(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        for (const ElfSymbol& symbol : found.symbols)
            if (symbol.is_defined && !symbol.is_hidden && symbol.name == FERRY_PLUGIN_ENTRY_V1)
                return symbol.type == STT_FUNC ? pass() : fail("the entry is no function");
        return fail("no symbol " FERRY_PLUGIN_ENTRY_V1 " is defined by the file");
    });
}

Outcome stackNotExecutable(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        if (!found.is_stack_executable) return fail("the file does not say: no PT_GNU_STACK");
        return *found.is_stack_executable ? fail("it asks for an executable stack") : pass();
    });
}

Outcome mustBe(
    const RuleContext& context, bool ElfDynamics::*flag, bool wanted, const char* otherwise
) {
    return withDynamics(context, [&](const ElfDynamics& found) {
        return found.*flag == wanted ? pass() : fail(otherwise);
    });
}

Outcome noTextRelocations(const RuleContext& context) {
    return mustBe(context, &ElfDynamics::has_text_relocations, false, "loading changes its code");
}

Outcome bindsNow(const RuleContext& context) {
    return mustBe(
        context, &ElfDynamics::binds_now, true, "functions are found at their first call"
    );
}

Outcome readOnlyRelocations(const RuleContext& context) {
    return mustBe(context, &ElfDynamics::has_read_only_relocations, true, "no PT_GNU_RELRO");
}

Outcome staysLoaded(const RuleContext& context) {
    return mustBe(context, &ElfDynamics::is_never_unloaded, true, "the flag NODELETE is not set");
}

/// May a plugin need this library?
bool isRuntime(std::string_view name) {
    constexpr std::string_view kRuntime[] = {
        "libc.so.",
        "libm.so.",
        "libstdc++.so.",
        "libgcc_s.so.",
        "ld-linux",
        "libpthread.so.",
        "libdl.so.",
        "librt.so."};
    return std::any_of(std::begin(kRuntime), std::end(kRuntime), [&](std::string_view prefix) {
        return name.starts_with(prefix);
    });
}
bool isSanitizer(std::string_view name) {
    return name.starts_with("libasan.") || name.starts_with("libubsan.") ||
           name.starts_with("libtsan.");
}

Outcome runtimeOnly(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        std::vector<std::string> others;
        bool has_sanitizer = false;
        for (const std::string& name : found.needed) {
            has_sanitizer = has_sanitizer || isSanitizer(name);
            if (!isRuntime(name) && !isSanitizer(name)) others.push_back(name);
        }
        if (!others.empty()) return fail("it needs " + listed(others));
        return has_sanitizer ? warn("it is built with a sanitizer: do not ship it") : pass();
    });
}

Outcome noRunPath(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        return found.run_path.empty() ? pass()
                                      : fail("it looks for libraries in " + found.run_path);
    });
}

Outcome nothingFromTheHub(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        // Code of system libraries alone is loaded for this; the plugin itself is not.
        std::vector<void*> libraries;
        for (const std::string& name : found.needed)
            if (void* library = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL))
                libraries.push_back(library);
        std::vector<std::string> missing;
        for (const ElfSymbol& symbol : found.symbols) {
            const bool is_asked_for = !symbol.is_defined && symbol.binding != STB_WEAK;
            if (!is_asked_for || symbol.isOfSanitizer()) continue;
            const std::string name(symbol.name);
            const bool is_there =
                std::any_of(libraries.begin(), libraries.end(), [&](void* library) {
                    return ::dlsym(library, name.c_str()) != nullptr;
                });
            if (!is_there) missing.push_back(name);
        }
        if (missing.empty()) return pass();
        return fail("no library that it names defines " + listed(missing));
    });
}

Outcome noConstructors(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        if (found.isSanitized()) return skip("a sanitizer brings constructors of its own");
        constexpr std::size_t kOfTheToolchain = 1;  // frame_dummy
        if (found.constructors <= kOfTheToolchain) return pass();
        return warn(fmt::format(
            "{} constructors run when it is loaded", found.constructors - kOfTheToolchain
        ));
    });
}

/// "GLIBC_2.34" as 34; 0 for anything else.
int glibcMinor(std::string_view version) {
    constexpr std::string_view kPrefix = "GLIBC_2.";
    int minor = 0;
    if (version.starts_with(kPrefix))
        std::from_chars(version.data() + kPrefix.size(), version.data() + version.size(), minor);
    return minor;
}

Outcome glibcBaseline(const RuleContext& context) {
    return withDynamics(context, [](const ElfDynamics& found) {
        constexpr int kBaselineMinor = 36;  // Debian 12
        std::vector<std::string> newer;
        for (const std::string& version : found.needed_versions)
            if (glibcMinor(version) > kBaselineMinor) newer.push_back(version);
        if (newer.empty()) return pass();
        return fail(fmt::format("it needs {}; the baseline is GLIBC_2.36", listed(newer)));
    });
}

std::vector<Rule> symbolRules() {
    return {
        {201,
         "one-export",
         "nothing is exported beside the entry",
         "the loader binds calls by name: two plugins that export the same function, or share a "
         "unique symbol of a C++ template, call each other's code",
         "build it with ferry_add_plugin(), whose version script hides all the rest; hidden "
         "visibility alone still exports templates",
         {102},
         oneExport},
        {202,
         "entry-exported",
         "ferry_plugin_entry_v1 is a function that the file itself defines",
         "the loader would take it from a library that the plugin needs, and run that in its place",
         "have FERRY_PLUGIN once, outside of any namespace",
         {102},
         entryExported}};
}

std::vector<Rule> protectionRules() {
    return {
        {203,
         "stack-not-executable",
         "no executable stack is asked for",
         "the whole hub would get one, and with it every overflow could run code",
         "link with -z noexecstack; give assembler files a .note.GNU-stack section",
         {102},
         stackNotExecutable},
        {204,
         "no-text-relocations",
         "code is not changed when it is loaded",
         "pages that are written and run can't be shared or protected, and hardened systems refuse "
         "them",
         "compile everything that goes into it with -fPIC",
         {102},
         noTextRelocations},
        {205,
         "binds-now",
         "all functions are found when it is loaded",
         "a missing one would end the hub in the middle of a drain instead of at the start",
         "link with -z now",
         {102},
         bindsNow},
        {206,
         "relocations-read-only",
         "what the loader filled in is read-only afterwards",
         "tables of function pointers are what an overflow goes for first",
         "link with -z relro",
         {102},
         readOnlyRelocations},
        {207,
         "stays-loaded",
         "the library is never unmapped",
         "destructors of thread-local variables and threads of a runtime may still run in it",
         "link with -z nodelete",
         {102},
         staysLoaded}};
}

std::vector<Rule> dependencyRules() {
    return {
        {208,
         "runtime-only",
         "it needs glibc, libstdc++ and libgcc, and no other library",
         "the hub loads a private copy of the file, so a library beside it is not found; two "
         "plugins with two versions of a library get one of them; and exceptions of a shared "
         "libc++ "
         "end in the hub's libstdc++, where nobody catches them",
         "link it statically, and with --exclude-libs,ALL; ferry_add_plugin() does so with libc++",
         {102},
         runtimeOnly},
        {209,
         "no-run-path",
         "it has no RPATH and no RUNPATH",
         "who can write to that folder could put code into the hub",
         "link without -rpath",
         {102},
         noRunPath},
        {210,
         "nothing-from-the-hub",
         "every symbol is in the file or in a library that it names",
         "what it would take from the hub by accident changes with every version of the hub",
         "link with -z defs, and name the library that has the symbol",
         {202, 208},
         nothingFromTheHub},
        {211,
         "no-constructors",
         "no code of the plugin runs when it is loaded",
         "nothing guards that moment: an exception or a crash in it takes the hub along, and it "
         "costs every start",
         "make objects of namespace scope constexpr or constinit, or local to a function",
         {102},
         noConstructors},
        {212,
         "glibc-baseline",
         "it needs no newer glibc than 2.36, that of Debian 12",
         "it would not load on the systems that the hub runs on",
         "build it on Debian 12 or in a container of it",
         {102},
         glibcBaseline}};
}

}  // namespace

std::vector<Rule> linkageRules() {
    std::vector<Rule> all = symbolRules();
    for (const auto group : {protectionRules, dependencyRules})
        for (Rule& rule : group())
            all.push_back(std::move(rule));
    return all;
}

}  // namespace ferry::plugin_check
