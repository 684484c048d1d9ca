#include "plugin/plugin_probe.h"

#include "plugin/call_scope.h"
#include "plugin/probe_protocol.h"

#include <fmt/format.h>

#include <string>

namespace ferry::plugin {
namespace {

Loaded<void> judge(const ChildRun& trial) {
    if (trial.end == ChildEnd::Cancelled)
        return refuse("probe-cancelled", "its trial was cut short, because the hub stops");
    if (trial.end == ChildEnd::Hung)
        return refuse(
            "probe-hung",
            "the entry of the plugin did not return in time; ask its author for a new version"
        );
    const std::size_t blank = trial.answer.find(' ');
    const std::string rule = trial.answer.substr(0, blank);
    if (blank == std::string::npos)
        return refuse(
            "probe-crashed",
            fmt::format(
                "a trial process that loaded the plugin {}; ask its author for a new version",
                trial.exit_text
            )
        );
    if (rule == kProbeOk) return {};
    const std::string_view text = std::string_view(trial.answer).substr(blank + 1);
    return refuse(
        rule,
        fmt::format(
            "{}; rebuild the plugin with ferry_add_plugin()",
            cleanMessage({text.data(), text.size()})
        )
    );
}

}  // namespace

ProbeResult probePlugin(const PluginImage& image, const ProbeOptions& options) {
    ChildOptions child;
    child.timeout = options.timeout;
    child.is_cancelled = options.is_cancelled;
    const auto pool = options.pool ? options.pool : std::make_shared<ProbePool>(options.program);
    const ChildRun trial = pool->run(image.descriptor(), child);
    if (trial.end == ChildEnd::NotStarted) return {{}, false};
    return {judge(trial), true};
}

}  // namespace ferry::plugin
