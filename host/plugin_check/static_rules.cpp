// What the files say about themselves, before any code of the plugin runs.

#include "plugin/elf_note.h"
#include "plugin/plugin_library.h"
#include "plugin_check/elf_dynamics.h"
#include "plugin_check/rule.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>

namespace ferry::plugin_check {
namespace {

/// Whoever runs the rules opens the subject first, and says so itself if that fails.
Outcome manifestReadable(const RuleContext& context) {
    const config::ConnectorManifest& manifest = context.subject.manifest();
    return pass(fmt::format("{} {}, {}", manifest.key, manifest.version, manifest.plugin));
}

Outcome elfReadable(const RuleContext& context) {
    const auto note = plugin::readElfNote(context.subject.image().bytes());
    if (!note) return fail(fmt::format("{} ({})", note.error().message, note.error().rule));
    return pass(
        fmt::format("ABI {}.{}, built with {}", note->abi_major, note->abi_minor, note->toolchain)
    );
}

/// The hub's own check of the file, up to what needs no code of it.
Outcome noteAgrees(const RuleContext& context) {
    const auto good = plugin::PluginLibrary::check(context.subject.request());
    return good ? pass() : fail(fmt::format("{} ({})", good.error().message, good.error().rule));
}

Outcome webhookHooksDeclared(const RuleContext& context) {
    const config::ConnectorManifest& manifest = context.subject.manifest();
    bool has_method = false;
    for (const std::string& method : manifest.event_methods)
        has_method = has_method || method == "webhook";
    const bool has_scope = manifest.webhook != config::WebhookScope::None;
    if (has_method == has_scope) return pass();
    return fail(
        has_method ? "events.methods has webhook, but the manifest has no key 'webhook'"
                   : "the manifest has the key 'webhook', but events.methods lacks webhook"
    );
}

}  // namespace

std::vector<Rule> staticRules() {
    return {
        {101,
         "manifest-readable",
         "connector.yaml is there and right, and the library that it names lies beside it",
         "the hub reads the manifest before it loads any code, and refuses the folder otherwise",
         "see sdk/manifest.md; `ferry lint connector.yaml` shows the place of each mistake",
         {},
         manifestReadable},
        {102,
         "note-readable",
         "the library is one of this machine and has a whole note in section .ferry_plugin",
         "the hub learns from the note what the file is without running it",
         "build it with ferry_add_plugin() and have FERRY_PLUGIN in one source file",
         {101},
         elfReadable},
        {103,
         "note-agrees",
         "id, version and ABI are the same in the note and in the manifest, and the hub has this "
         "ABI",
         "a manifest beside the wrong library would promise what the library does not do",
         "give FERRY_PLUGIN the key and version of connector.yaml; replace both files together",
         {102},
         noteAgrees},
        {104,
         "webhook-declared",
         "the manifest's keys `webhook` and `events.methods` say the same",
         "the hub would offer a webhook URL that leads nowhere, or none although one is needed",
         "add `webhook: app` or `instance`, or take `webhook` out of events.methods",
         {101},
         webhookHooksDeclared}};
}

}  // namespace ferry::plugin_check
