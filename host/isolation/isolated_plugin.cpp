#include "isolation/isolated_plugin.h"

#include "isolation/remote_provider.h"

#include <fmt/format.h>

namespace ferry::isolation {

using plugin::Loaded;
using plugin::LogLevel;
using plugin::Refusal;
using plugin::refuse;

namespace {

/// A hang takes the time of whoever waits for it: it counts as so many deaths.
constexpr unsigned kDeathsOfAHang = 4;

}  // namespace

IsolatedPlugin::IsolatedPlugin(
    plugin::PluginCandidate candidate,
    std::shared_ptr<const IsolationOptions> options,
    plugin::PluginLog& log,
    const Clock& clock
)
    : candidate_(std::move(candidate)),
      options_(std::move(options)),
      log_(log),
      clock_(clock),
      // Of a connector's program the connector: others have the same plugin.
      executor_(name().substr(name().rfind(' ') + 1)) {}

IsolatedPlugin::~IsolatedPlugin() {
    process_.reset();
    tellEnd(log_);
}

Loaded<std::shared_ptr<IsolatedPlugin>> IsolatedPlugin::load(
    plugin::PluginCandidate candidate,
    std::shared_ptr<const IsolationOptions> options,
    plugin::PluginLog& log,
    const Clock& clock
) {
    const std::string path = candidate.request.path.string();
    std::shared_ptr<IsolatedPlugin> loaded(
        new IsolatedPlugin(std::move(candidate), std::move(options), log, clock)
    );
    if (auto started = loaded->startProcess(); !started) {
        Refusal& refusal = started.error();
        return refuse(std::move(refusal.rule), fmt::format("{}: {}", path, refusal.message));
    }
    if (loaded->options_->on_restart) loaded->options_->on_restart(loaded->note().id, 0);
    return loaded;
}

Loaded<void> IsolatedPlugin::startProcess() {
    started_at_ = clock_.now();
    auto process = IsolatedProcess::start(options_->program, candidate_.image.descriptor());
    if (!process)
        return refuse(
            "isolation-failed",
            "ferry-plugin-host can't be started, in which the plugin is to run; it has to lie "
            "beside the ferry program"
        );
    ++generation_;
    FrameWriter frame;
    frame(headOf(Call::Load, 0));
    frame(StartOptions{
        note().id,
        candidate_.request.version,
        candidate_.request.path.string(),
        candidate_.request.abi_major,
        options_->memory_bytes});
    LoadAnswer answer;
    const auto taken = exchangeWith(*process, frame.framed(), [&answer](FrameReader& reader) {
        return reader(answer) && reader.isDone();
    });
    if (!taken) return tl::unexpected<Refusal>(refusalOf(taken.error()));
    if (!answer.rule.empty()) return refuse(std::move(answer.rule), std::move(answer.message));
    process_ = std::move(process);
    const std::lock_guard lock(mutex_);
    pid_ = process_->pid();
    return {};
}

plugin::PluginHealth IsolatedPlugin::health() const {
    const std::lock_guard lock(mutex_);
    plugin::PluginHealth health;
    health.misbehaviours = misbehaviours_before_ + counted_.misbehaviours;
    health.is_quarantined = counted_.is_quarantined;
    health.is_isolated = true;
    health.restarts = restarts_;
    health.last_end = last_end_;
    if (pid_ < 0 && clock_.now() < next_start_) health.starts_again_at = next_start_;
    return health;
}

void IsolatedPlugin::forgive() {
    const Turn turn(*this);
    if (!turn.isMine()) return;
    failures_ = 0;
    const std::lock_guard lock(mutex_);
    next_start_ = TimePoint();
}

const std::string& IsolatedPlugin::name() const noexcept {
    return options_->name.empty() ? candidate_.note.id : options_->name;
}

pid_t IsolatedPlugin::pid() const {
    const std::lock_guard lock(mutex_);
    return pid_;
}

Result<std::shared_ptr<pipeline::Provider>> IsolatedPlugin::
    serve(const plugin::ProviderDescription& description, const plugin::Setup& setup, const Clock&) {
    auto connector = std::make_shared<Connector>();
    connector->description = description;
    connector->setup = setup;
    const Turn turn(*this, Turn::Patience::Long);
    connector->number = ++last_connector_;
    // Makes it there, and learns what the plugin can do.
    FERRY_TRY(prepare(turn, nullptr, connector.get()));
    return std::make_shared<RemoteProvider>(shared_from_this(), std::move(connector));
}

void IsolatedPlugin::drop(std::uint64_t generation, std::uint64_t operation) {
    const std::lock_guard lock(mutex_);
    dropped_.emplace_back(generation, operation);
}

Error IsolatedPlugin::misbehaved(std::uint64_t generation, std::string_view what) {
    const Turn turn(*this, Turn::Patience::Long);
    if (turn.isMine() && process_ && generation == generation_) {
        process_->end();
        noteEnd({ProcessFault::Malformed, std::string(what)});
    }
    return unavailable(fmt::format("its process {}", what));
}

Status IsolatedPlugin::connect(Connector& connector) {
    auto served =
        exchange<ConnectAnswer>(Call::Connect, connector, connector.description, connector.setup);
    if (!served) return fail(std::move(served.error()));
    connector.description.options.feed = served->feed;
    connector.description.registers_webhooks = served->registers_webhooks;
    connector.made_in = generation_;
    return {};
}

Status IsolatedPlugin::restart() {
    if (stopsAt()) return fail(unavailable("its process is not started again: the hub stops"));
    const TimePoint now = clock_.now();
    if (now < next_start_)
        return fail(unavailable(
            fmt::format("its process {}, and is not started again yet", last_end_),
            next_start_ - now
        ));
    if (const auto started = startProcess(); !started) {
        noteEnd({ProcessFault::Ended, fmt::format("can't be started: {}", started.error().message)}
        );
        return fail(unavailable(started.error().message));
    }
    std::uint64_t count = 0;
    {
        const std::lock_guard lock(mutex_);
        count = ++restarts_;
    }
    logLine(
        LogLevel::Info,
        fmt::format("its process was started again (restart {} since the hub began)", count),
        false
    );
    if (options_->on_restart) options_->on_restart(note().id, count);
    return {};
}

/// The process is gone, or was never there.
void IsolatedPlugin::noteEnd(const ProcessFailure& failure) {
    process_.reset();
    const bool is_stopped = failure.fault == ProcessFault::Stopped;
    const TimePoint now = clock_.now();
    if (now - started_at_ >= options_->lasting) failures_ = 0;
    failures_ += failure.fault == ProcessFault::Hung ? kDeathsOfAHang : 1;
    // Once is an accident: the retry of what it was doing finds it there.
    const Milliseconds wait =
        failures_ == 1 ? Milliseconds(0) : exponentialBackoff(options_->restart, failures_ - 1, 0);
    {
        const std::lock_guard lock(mutex_);
        last_end_ = failure.text;
        next_start_ = now + wait;
        misbehaviours_before_ += counted_.misbehaviours + (is_stopped ? 0 : 1);
        counted_ = {};
        pid_ = -1;
    }
    std::string text = fmt::format("its process {}", failure.text);
    if (is_stopped) return logLine(LogLevel::Info, text, false);
    text += wait.count() == 0 ? "; the next call starts it again"
                              : fmt::format("; it is not started again for {} ms", wait.count());
    logLine(LogLevel::Error, text, true);
}

Error IsolatedPlugin::unavailable(std::string_view what, std::optional<Milliseconds> wait) const {
    return {ErrorCode::Unavailable, fmt::format("plugin {}: {}", name(), what), wait};
}

void IsolatedPlugin::logLine(LogLevel level, const std::string& text, bool is_misbehaviour) {
    log_.write(
        {level, note().id, "", "", fmt::format("plugin {}: {}", name(), text), {}, is_misbehaviour}
    );
}

}  // namespace ferry::isolation
