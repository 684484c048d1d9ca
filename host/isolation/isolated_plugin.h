#pragma once
// A plugin in a process of its own: begins it, ends it, and begins it again when it dies.

#include "base/backoff.h"
#include "base/serial_executor.h"
#include "isolation/codec.h"
#include "isolation/isolated_process.h"
#include "isolation/protocol.h"
#include "plugin/loaded_plugin.h"
#include "plugin/plugin_library.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::isolation {

struct IsolationOptions {
    std::filesystem::path program;  ///< ferry-plugin-host
    std::string name = {};          ///< of the process, for people; empty: the plugin's id
    /// A call that has computed and slept for so long hangs: calls do no I/O, and take
    /// milliseconds.
    Milliseconds call_limit{5'000};
    /// How long a call waits for others of the same plugin to end.
    Milliseconds turn_limit{2'000};
    /// Calls that are not of the plugin's executor do not wait for one that has taken so long: the
    /// threads that make them are for other plugins, too.
    Milliseconds busy_limit{1'000};
    std::uint64_t memory_bytes = 1U << 30U;  ///< that the plugin may use
    /// Of the next start, after a process that did not live for `lasting`. There is nobody to
    /// spread the times over, so they are half of these.
    BackoffRange restart{Milliseconds(1'000), Milliseconds(600'000)};
    Milliseconds lasting{60'000};
    /// Told of each restart, and once at the load with 0. May be empty.
    std::function<void(std::string_view plugin, std::uint64_t count)> on_restart = {};
    /// When the hub has waited long enough for calls because it stops; nullopt: it does not stop.
    /// Asked by any thread. May be empty.
    StopsAt stops_at = {};
};

/// A connector that the process serves: made there before its first call, in each process again.
struct Connector {
    std::uint64_t number = 0;
    plugin::ProviderDescription description;
    plugin::Setup setup;
    std::uint64_t made_in = 0;  ///< generation of the process; guarded by the plugin's turn
};

/// Calls are made one at a time: each is answered before the next. What may wait is for the
/// executor. Threads: any; destroyed by none of the executor's tasks.
class IsolatedPlugin final : public plugin::LoadedPlugin,
                             public std::enable_shared_from_this<IsolatedPlugin> {
  public:
    /// Starts the process, which is the plugin's trial as well. `log` and `clock` outlive it.
    /// Refusals: isolation-failed, isolation-forbidden, and those of PluginLibrary::load, with the
    /// path before the text.
    static plugin::Loaded<std::shared_ptr<IsolatedPlugin>> load(
        plugin::PluginCandidate candidate,
        std::shared_ptr<const IsolationOptions> options,
        plugin::PluginLog& log,
        const Clock& clock
    );
    ~IsolatedPlugin() override;

    const plugin::ElfNote& note() const noexcept override { return candidate_.note; }
    plugin::PluginHealth health() const override;
    Result<std::shared_ptr<pipeline::Provider>> serve(
        const plugin::ProviderDescription& description,
        const plugin::Setup& setup,
        const Clock& clock
    ) override;

    /// A call for a connector; starts the process if it is not there.
    /// Errors: Unavailable if the process died, hung, or is not to be started yet.
    template <typename T, typename... Args>
    Result<T> call(Connector& connector, Call call, const Args&... args) {
        return callIn<T>(nullptr, connector, call, args...);
    }
    /// The same for an operation of `generation`: Unavailable if that process is gone.
    template <typename T, typename... Args>
    Result<T> advance(std::uint64_t generation, Connector& connector, const Args&... args) {
        return callIn<T>(&generation, connector, Call::Advance, args...);
    }
    /// Begins an operation. Gives the generation of its process, and its number there.
    template <typename... Args>
    Result<std::pair<std::uint64_t, std::uint64_t>> start(
        Connector& connector, OperationKind kind, const Args&... args
    ) {
        const Turn turn(*this);
        FERRY_TRY(prepare(turn, nullptr, &connector));
        const std::uint64_t number = ++last_operation_;
        FERRY_TRY(exchange<void>(Call::Start, connector, kind, number, args...));
        return std::pair(generation_, number);
    }
    /// The hub lets go of an operation. Does not block: the process is told with the next call.
    void drop(std::uint64_t generation, std::uint64_t operation);
    /// The process gave what a sound one does not, and is ended.
    Error misbehaved(std::uint64_t generation, std::string_view what);
    /// Of the process; -1: there is none. For tests and for people.
    pid_t pid() const;
    SerialExecutor& executor() noexcept { return executor_; }
    /// Calls whose process ended under them.
    std::uint64_t lostCalls() const;
    /// The same of all plugins, as far as this thread made the calls: what others do at the same
    /// time does not count.
    static std::uint64_t lostCallsOfThread() noexcept;
    /// What ended the process comes no more: it is started again at the next call.
    void forgive();

  private:
    /// One call at a time.
    class Turn {
      public:
        enum class Patience : std::uint8_t { Short, Long };
        Turn(IsolatedPlugin& plugin, Patience patience);
        explicit Turn(IsolatedPlugin& plugin)
            : Turn(plugin, plugin.executor_.isCurrent() ? Patience::Long : Patience::Short) {}
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        bool isMine() const noexcept { return is_mine_; }

      private:
        IsolatedPlugin& plugin_;
        bool is_mine_ = false;
    };
    using TakeResult = std::function<bool(FrameReader&)>;

    IsolatedPlugin(
        plugin::PluginCandidate candidate,
        std::shared_ptr<const IsolationOptions> options,
        plugin::PluginLog& log,
        const Clock& clock
    );

    template <typename T, typename... Args>
    Result<T> callIn(
        const std::uint64_t* generation, Connector& connector, Call call, const Args&... args
    ) {
        const Turn turn(*this);
        FERRY_TRY(prepare(turn, generation, &connector));
        return exchange<T>(call, connector, args...);
    }
    /// Of a process that is there.
    template <typename T, typename... Args>
    Result<T> exchange(Call call, const Connector& connector, const Args&... args) {
        FrameWriter frame;
        frame(headOf(call, connector.number));
        frame(args...);
        std::optional<Result<T>> result;
        FERRY_TRY(exchangeFrames(frame.framed(), [&result](FrameReader& reader) {
            result = readResult<T>(reader);
            return result.has_value();
        }));
        return std::move(*result);
    }
    CallHead headOf(Call call, std::uint64_t connector);
    Status prepare(const Turn& turn, const std::uint64_t* generation, Connector* connector);
    Status connect(Connector& connector);
    Status restart();
    /// The time at which no call goes on any more, if the hub stops.
    std::optional<std::chrono::steady_clock::time_point> stopsAt() const {
        return options_->stops_at ? options_->stops_at() : std::nullopt;
    }
    plugin::Loaded<void> startProcess();
    Exchanged<void> exchangeWith(
        IsolatedProcess& process, std::string_view frame, const TakeResult& take
    );
    Status exchangeFrames(std::string_view frame, const TakeResult& take);
    void noteEnd(const ProcessFailure& failure);
    const std::string& name() const noexcept;
    Error unavailable(std::string_view what, std::optional<Milliseconds> wait = std::nullopt) const;
    void logLine(plugin::LogLevel level, const std::string& text, bool is_misbehaviour);

    const plugin::PluginCandidate candidate_;
    const std::shared_ptr<const IsolationOptions> options_;
    plugin::PluginLog& log_;
    const Clock& clock_;

    std::mutex turn_mutex_;
    std::condition_variable turn_ended_;
    bool is_taken_ = false;
    std::chrono::steady_clock::time_point taken_at_{};

    // Of who has the turn.
    std::unique_ptr<IsolatedProcess> process_;
    std::uint64_t generation_ = 0;
    std::uint64_t last_operation_ = 0;
    std::uint64_t last_connector_ = 0;
    unsigned failures_ = 0;
    TimePoint started_at_{};

    mutable std::mutex mutex_;  // of what follows
    // Written by who has the turn alone, who reads them without the lock.
    TimePoint next_start_{};
    std::string last_end_;  ///< what ended the last process, in words
    std::vector<std::pair<std::uint64_t, std::uint64_t>> dropped_;
    std::uint64_t misbehaviours_before_ = 0;  // of ended processes, and their ends
    AnswerHead counted_;                      // by the present one
    std::uint64_t restarts_ = 0;
    std::uint64_t lost_calls_ = 0;
    pid_t pid_ = -1;

    SerialExecutor executor_;
};

}  // namespace ferry::isolation
