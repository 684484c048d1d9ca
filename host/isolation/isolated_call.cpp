// Of IsolatedPlugin: one call, from the wait for its turn to its answer, or to the end of the
// process.

#include "isolation/isolated_plugin.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace ferry::isolation {

using plugin::LogLevel;

namespace {

thread_local std::uint64_t lost_calls_of_thread = 0;

}  // namespace

IsolatedPlugin::Turn::Turn(IsolatedPlugin& plugin, Patience patience) : plugin_(plugin) {
    using Steady = std::chrono::steady_clock;
    const IsolationOptions& options = *plugin_.options_;
    const Steady::time_point last = Steady::now() + options.turn_limit;
    std::unique_lock lock(plugin_.turn_mutex_);
    while (plugin_.is_taken_) {
        // Of the call under way, which may be another one by now.
        const Steady::time_point busy = plugin_.taken_at_ + options.busy_limit;
        const Steady::time_point until = patience == Patience::Long ? last : std::min(last, busy);
        if (Steady::now() >= until) return;
        plugin_.turn_ended_.wait_until(lock, until);
    }
    is_mine_ = true;
    plugin_.is_taken_ = true;
    plugin_.taken_at_ = Steady::now();
}

IsolatedPlugin::Turn::~Turn() {
    if (!is_mine_) return;
    {
        const std::lock_guard lock(plugin_.turn_mutex_);
        plugin_.is_taken_ = false;
    }
    plugin_.turn_ended_.notify_one();
}

CallHead IsolatedPlugin::headOf(Call call, std::uint64_t connector) {
    CallHead head{call, clock_.wallNow(), connector, {}};
    const std::lock_guard lock(mutex_);
    for (const auto& [generation, operation] : dropped_)
        if (generation == generation_) head.dropped.push_back(operation);
    dropped_.clear();
    return head;
}

/// Afterwards there is a process, of `generation` if that is given, and the connector in it.
Status IsolatedPlugin::prepare(
    const Turn& turn, const std::uint64_t* generation, Connector* connector
) {
    if (!turn.isMine()) return fail(unavailable("its process is busy with another call"));
    if (const auto stops_at = stopsAt(); stops_at && std::chrono::steady_clock::now() >= *stops_at)
        return fail(unavailable("its process is not asked any more: the hub stops"));
    if (process_ && process_->hasEnded()) noteEnd({ProcessFault::Ended, process_->end()});
    if (generation != nullptr) {
        if (process_ && *generation == generation_) return {};
        return fail(unavailable("the process in which this began has ended"));
    }
    if (!process_) FERRY_TRY(restart());
    return connector->made_in == generation_ ? Status() : connect(*connector);
}

Exchanged<void> IsolatedPlugin::exchangeWith(
    IsolatedProcess& process, std::string_view frame, const TakeResult& take
) {
    std::string last_words;
    if (executor_.isCurrent()) executor_.noteProgress();
    const CallLimits limits{options_->call_limit, options_->stops_at};
    auto answer = process.call(frame, limits, [&](plugin::LogLine line) {
        line.plugin = note().id;  // whatever it says
        log_.write(line);
        if (line.level == LogLevel::Error) last_words = std::move(line.message);
    });
    if (!answer) {
        ProcessFailure failure = std::move(answer.error());
        if (failure.fault == ProcessFault::Hung)
            failure.text += fmt::format(" ({} ms of computing)", options_->call_limit.count());
        if (!last_words.empty()) failure.text += ": " + last_words;
        return tl::unexpected<ProcessFailure>(std::move(failure));
    }
    FrameReader reader(answer->result(), Sender::Plugin);
    if (!take(reader)) {
        process.end();
        return tl::unexpected<ProcessFailure>(ProcessFailure{
            ProcessFault::Malformed, fmt::format("sent a malformed answer: {}", reader.problem())});
    }
    wipe(answer->frame);
    const std::lock_guard lock(mutex_);
    counted_ = answer->head;
    return {};
}

Status IsolatedPlugin::exchangeFrames(std::string_view frame, const TakeResult& take) {
    if (frame.size() > kFrameBytesMax)
        return fail(
            ErrorCode::Corrupt,
            fmt::format("plugin {}: a call of {} bytes is too large", note().id, frame.size())
        );
    auto taken = exchangeWith(*process_, frame, take);
    if (taken) return {};
    {
        const std::lock_guard lock(mutex_);
        ++lost_calls_;
    }
    ++lost_calls_of_thread;
    noteEnd(taken.error());
    return fail(unavailable(fmt::format("its process {}", taken.error().text)));
}

std::uint64_t IsolatedPlugin::lostCalls() const {
    const std::lock_guard lock(mutex_);
    return lost_calls_;
}

std::uint64_t IsolatedPlugin::lostCallsOfThread() noexcept {
    return lost_calls_of_thread;
}

}  // namespace ferry::isolation
