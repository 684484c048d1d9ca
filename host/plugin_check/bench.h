#pragma once
// A plugin loaded into this process, called over the bare tables, with a host that can be of any
// version. What it puts out goes through the hub's own checks (plugin/output_sink).

#include "plugin/call_guard.h"
#include "plugin/host_services.h"
#include "plugin/output_sink.h"
#include "plugin_check/lender.h"
#include "plugin_check/rule.h"

#include <ferry/ferry.h>

#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ferry::plugin_check {

class Subject;

/// What the host tells about itself.
struct HostOptions {
    std::uint32_t abi_major = FERRY_ABI_MAJOR;
    std::uint32_t abi_minor = FERRY_ABI_MINOR;
    bool has_services = true;
    std::size_t extra_bytes = 0;  ///< by which the record is longer than this ABI has it
};

/// What a hook, or one step of an operation, said.
struct Said {
    ferry_status status = FERRY_OK;
    std::string message;  ///< of the last fail()
    std::string outputs;  ///< all that went to the sink, as text to compare
    std::string breach;   ///< of the contract, in the hub's words; empty: none
    /// What the error asks to wait.
    std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
    /// Status, message, wait and outputs, to compare.
    std::string text() const;
};

/// The result of an operation that was played to its end, or as far as its answers went.
struct Played {
    Said last;
    std::string transcript;  ///< all steps
    std::vector<plugin::HttpRequest> requests;
    std::size_t steps = 0;
};

/// The call of a hook, at a time that is always the same.
plugin::CallInfo checkedCall(TimePoint now);

/// Threads: one, but for call(), which any may use for pure hooks.
class Bench {
  public:
    /// Loads the library and enters it; makes no object. A refusal of the entry is no failure: see
    /// module().
    static tl::expected<std::unique_ptr<Bench>, Outcome> load(
        const Subject& subject, const HostOptions& host = {}
    );
    /// The same with an object, which is destroyed with the bench.
    static tl::expected<std::unique_ptr<Bench>, Outcome> make(
        const Subject& subject, const HostOptions& host = {}
    );
    ~Bench();
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    /// NULL: the plugin does not want the host.
    const ferry_module* module() const noexcept { return module_; }
    /// Calls the entry again, with another host if `host` says so.
    const ferry_module* enter(const HostOptions& host);
    /// Makes an object; nullptr in `self` after anything but FERRY_OK.
    ferry_status create(const Lending& lending, void** self);
    void destroy(void* self);
    void* self() const noexcept { return self_; }
    /// Which object is called from now on; it belongs to the caller.
    void use(void* self) noexcept { self_ = self; }
    /// The same objects are called by a host that lends in this way.
    void lendAs(const Lending& lending) { lending_ = lending; }
    const Lending& lending() const noexcept { return lending_; }

    bool has(PureHook hook) const;
    bool has(OperationHook hook) const;
    std::vector<OperationHook> operations() const;

    Said call(PureHook hook, const Inputs& inputs);
    /// Plays `answers`; stops at the end of the operation, of the answers, or after `steps_max`
    /// calls of advance, and drops it.
    Played play(const Play& play, std::size_t steps_max = SIZE_MAX);

    /// Calls every hook that the plugin has: the pure ones with `inputs`, and the operations as
    /// they were recorded and with commonPlays() of `answers_max`.
    void useWhole(const Inputs& inputs, int answers_max);

    /// All lines that the plugin logged, and all messages it failed with.
    std::vector<std::string> lines() const;
    /// False: from now on lines are not kept, so that memory can be measured.
    void keepLines(bool keeps);
    /// True: from now on each call of an operation is made on a thread of its own.
    void moveSteps(bool moves) noexcept { steps_move_ = moves; }

  private:
    class Lines;
    class Running;
    friend class Running;
    Bench(const Subject& subject, const HostOptions& host);
    void addLine(const std::string& text);
    void step(const std::function<void()>& work);
    std::string breachOf(
        std::string_view hook, ferry_status status, const plugin::OutputSink& sink, bool has_result
    ) const;

    const Subject& subject_;
    plugin::HostServices services_;
    std::unique_ptr<Lines> lines_;
    plugin::CallGuard guard_;
    const ferry_host* host_ = nullptr;
    ferry_plugin_entry_v1_fn entry_ = nullptr;
    const ferry_module* module_ = nullptr;
    void* self_ = nullptr;
    bool owns_self_ = false;
    bool steps_move_ = false;
    Lending lending_;
};

}  // namespace ferry::plugin_check
